"""`GET /v1/{{name}}`: an endpoint of your own. `app.py` finds every module here that has a `router`."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

router = APIRouter()


class Answer(BaseModel):
    """What callers get."""

    message: str


@router.get("/v1/{{name}}", summary="{{name}}", operation_id="{{name}}")
def get_{{name}}() -> Answer:
    """Shown as the description in the OpenAPI document."""
    return Answer(message="{{name}}")
