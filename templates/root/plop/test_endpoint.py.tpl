"""`GET /v1/{{name}}`."""

from __future__ import annotations

from fastapi.testclient import TestClient

import app


def test_answers_and_is_documented() -> None:
    client = TestClient(app.app)
    assert client.get("/v1/{{name}}").json() == {"message": "{{name}}"}
    assert "/v1/{{name}}" in client.get("/openapi.json").json()["paths"]
