"""The service: HTTP around `score.py`. Start it in this folder: `MODEL_DIR=… uvicorn app:app`.

One process uses one core; more load is more replicas. Requests are validated against `schema.yaml`, errors
are RFC 9457 in English and French, and nothing that a caller sent is ever logged or sent back.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import pkgutil
import re
import signal
import sys
import threading
import time
import traceback
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

import score
from body import BodyTooLarge, BodyTooSlow, is_json, read_body
from contract import load_contract
from model_folder import NoModel, describe_model
from openapi import to_openapi
from problems import choose_languages, to_problem
from service_settings import load_service_settings
from validation import Invalid, NotJson, create_reader

# A bigger batch is computed in a thread, so that the probes are answered meanwhile.
INLINE_ROWS = 100
BODY_SECONDS = float(os.environ.get("BODY_SECONDS", "10"))
# After SIGTERM: how long new requests are still taken while load balancers notice that we are leaving.
DRAIN_SECONDS = float(os.environ.get("DRAIN_SECONDS", "5"))
REQUEST_ID = re.compile(r"[\x21-\x7e]{1,100}")

settings = load_service_settings()
contract = score.to_contract(load_contract())
read_rows = create_reader(contract, settings.max_rows)

registry = CollectorRegistry()
requests_total = Counter("score_requests_total", "Requests to /v1/score", ["status"], registry=registry)
rows_total = Counter("score_rows_total", "Rows predicted", registry=registry)
seconds = Histogram("score_seconds", "Seconds for one request", registry=registry)


@dataclass
class State:
    """What the probes report."""

    ready: bool = False
    draining: bool = False
    problem: str = "no-model"
    detail: str = ""
    model: dict[str, Any] = field(default_factory=dict)


state = State()


def load_model() -> None:
    """Load the model; without one the service still starts, and says so."""
    state.ready = False
    try:
        score.init()
        state.model = describe_model(os.environ)
        state.ready = True
    except NoModel as error:
        state.problem, state.detail = "no-model", str(error)
    except Exception as error:
        state.problem, state.detail = "model-not-loaded", str(error)
        log_failure(error)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Load before the first request; leave the load balancer before the process stops."""
    load_model()
    drain_on_terminate()
    yield


def drain_on_terminate() -> None:
    """On SIGTERM: not ready at once, uvicorn's own graceful stop a little later."""
    if threading.current_thread() is not threading.main_thread():
        return  # under a test client there is no signal to handle
    stop = signal.getsignal(signal.SIGTERM)
    loop = asyncio.get_running_loop()

    def drain(number: int, frame: FrameType | None) -> None:
        state.draining = True
        if callable(stop):
            loop.call_soon_threadsafe(loop.call_later, DRAIN_SECONDS, stop, number, frame)

    signal.signal(signal.SIGTERM, drain)


app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)


async def post_score(request: Request) -> Response:
    """`POST /v1/score`."""
    started = time.perf_counter()
    request_id = get_request_id(request)
    count = 0
    try:
        response, count = await answer(request, request_id)
    except ClientDisconnect:
        # Nobody is listening any more; 499 is what proxies write into their logs for it.
        response = Response(status_code=499)
    elapsed = time.perf_counter() - started
    seconds.observe(elapsed)
    requests_total.labels(response.status_code).inc()
    rows_total.inc(count)
    log("request", request_id=request_id, status=response.status_code, rows=count, ms=round(elapsed * 1000, 3))
    return response


async def answer(request: Request, request_id: str) -> tuple[Response, int]:
    """The response and how many rows were predicted."""
    languages = choose_languages(request.headers.get("accept-language"), settings.languages)
    if not state.ready:
        return to_problem(state.problem, languages, request_id, instance="/v1/score"), 0
    if not is_json(request.headers):
        return to_problem("unsupported-media-type", languages, request_id, instance="/v1/score"), 0
    try:
        data = read_rows(await read_body(request, settings.max_bytes, BODY_SECONDS))
    except BodyTooLarge:
        close = {"connection": "close"}  # the rest of the body is not read
        return to_problem("body-too-large", languages, request_id, instance="/v1/score", headers=close), 0
    except BodyTooSlow:
        close = {"connection": "close"}
        return to_problem("timeout", languages, request_id, instance="/v1/score", headers=close), 0
    except NotJson:
        return to_problem("malformed-json", languages, request_id, instance="/v1/score"), 0
    except Invalid as error:
        return to_problem("invalid-request", languages, request_id, instance="/v1/score", faults=error.faults), 0
    rows = len(data["data"])
    try:
        result = score.run(data) if rows <= INLINE_ROWS else await asyncio.to_thread(score.run, data)
    except Exception as error:
        log_failure(error, request_id)
        return to_problem("internal-error", languages, request_id, instance="/v1/score"), 0
    result["model"] = {"name": state.model.get("name"), "version": state.model.get("version")}
    result["request_id"] = request_id
    body = to_json(result, inf_nan_mode="null")
    return Response(body, media_type="application/json", headers={"x-request-id": request_id}), rows


async def get_model(request: Request) -> Response:
    """`GET /v1/model`."""
    if not state.ready:
        return refuse(request, state.problem)
    return Response(to_json(state.model), media_type="application/json")


async def get_health(_: Request) -> Response:
    """`GET /healthz`: the process lives."""
    return Response(b'{"status":"ok"}', media_type="application/json")


async def get_readiness(request: Request) -> Response:
    """`GET /readyz`: send requests here."""
    if state.draining:
        return refuse(request, "draining")
    if not state.ready:
        return refuse(request, state.problem, state.detail)
    return Response(b'{"status":"ready"}', media_type="application/json")


async def get_metrics(_: Request) -> Response:
    """`GET /metrics`: counters, no contents of requests."""
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})


def refuse(request: Request, kind: str, detail: str = "") -> Response:
    """A problem for the address that was asked."""
    languages = choose_languages(request.headers.get("accept-language"), settings.languages)
    instance = request.url.path[:200]
    return to_problem(kind, languages, get_request_id(request), instance=instance, detail=detail)


def get_request_id(request: Request) -> str:
    """The caller's `X-Request-Id` if it is a plain short word, otherwise a new one."""
    given = request.headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


async def on_http_error(request: Request, error: Exception) -> Response:
    """404 and 405 as problems."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    kind = {404: "not-found", 405: "method-not-allowed"}.get(status, "internal-error")
    languages = choose_languages(request.headers.get("accept-language"), settings.languages)
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return to_problem(kind, languages, get_request_id(request), instance=request.url.path[:200], headers=headers)


def log(event: str, **values: Any) -> None:
    """One JSON line on stdout: numbers and identifiers, never what was sent."""
    sys.stdout.write(json.dumps({"time": round(time.time(), 3), "event": event, **values}) + "\n")
    sys.stdout.flush()


def log_failure(error: BaseException, request_id: str = "") -> None:
    """Where it failed, without the error's text: that may quote the data."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    log("failure", request_id=request_id, error=type(error).__name__, where=places)


def add_documents(extra: list[APIRouter]) -> None:
    """`/openapi.json` in the first language, and one address for each language."""

    def add(path: str, language: str) -> None:
        document = to_openapi(contract, settings, language)
        for router in extra:
            own = get_openapi(title="", version="1", routes=router.routes)
            document["paths"].update(own.get("paths", {}))
            document["components"]["schemas"].update(own.get("components", {}).get("schemas", {}))
        text = json.dumps(document, ensure_ascii=False).encode()

        async def get_document(_: Request) -> Response:
            return Response(text, media_type="application/json", headers={"content-language": language})

        app.add_route(path, get_document, methods=["GET"])

    add("/openapi.json", settings.languages[0])
    for language in settings.languages:
        add(f"/openapi.{language}.json", language)


def find_routers() -> list[APIRouter]:
    """The team's own endpoints: every module in `endpoints/` that has a `router`."""
    folder = Path(__file__).resolve().parent / "endpoints"
    names = sorted(module.name for module in pkgutil.iter_modules([str(folder)]))
    modules = [importlib.import_module(f"endpoints.{name}") for name in names]
    return [module.router for module in modules if isinstance(getattr(module, "router", None), APIRouter)]


app.add_route("/v1/score", post_score, methods=["POST"])
app.add_route("/v1/model", get_model, methods=["GET"])
app.add_route("/healthz", get_health, methods=["GET"])
app.add_route("/readyz", get_readiness, methods=["GET"])
app.add_route("/metrics", get_metrics, methods=["GET"])
app.add_exception_handler(HTTPException, on_http_error)
app.add_exception_handler(Exception, on_http_error)
routers = find_routers()
for router in routers:
    app.include_router(router)
add_documents(routers)
