"""Starts the service on this machine as the image does and tries it over HTTP, with right and wrong requests.

    python local_deploy_test.py --model FOLDER

An empty folder means that no model is registered yet: then every answer must say so.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands import Failure, fail, say

ROOT = Path(__file__).resolve().parents[2]

START_SECONDS = 60
STOP_SECONDS = 30
JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Answer:
    """What the service answered."""

    status: int
    type: str
    body: Any


Send = Callable[[str, str, bytes | None, str], Answer]


def send_to(port: int) -> Send:
    """A function that sends one request to the service on a port."""

    def send(method: str, path: str, body: bytes | None = None, kind: str = JSON_TYPE) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
            response = connection.getresponse()
            text = response.read()
            media = (response.getheader("Content-Type") or "").split(";")[0]
            return Answer(response.status, media, json.loads(text) if media.endswith("json") else text)
        finally:
            connection.close()

    return send


def get_example(send: Send) -> dict[str, Any]:
    """A right request, from the service's own description."""
    document = send("GET", "/openapi.json", None, JSON_TYPE).body
    try:
        example: dict[str, Any] = document["components"]["schemas"]["Request"]["examples"][0]
    except (KeyError, IndexError, TypeError):
        raise Failure("/openapi.json gives no example of a request to try.") from None
    return example


def find_problems(send: Send, has_model: bool) -> Iterator[str]:
    """What the service answers otherwise than it should."""
    yield from expect(send("GET", "/healthz", None, JSON_TYPE), 200, JSON_TYPE, "GET /healthz")
    example = get_example(send)
    right = json.dumps(example).encode()
    if not has_model:
        for method, path, body in (("GET", "/readyz", None), ("GET", "/v1/model", None), ("POST", "/v1/score", right)):
            yield from expect(
                send(method, path, body, JSON_TYPE), 503, PROBLEM_TYPE, f"{method} {path} without a model"
            )
        return
    yield from expect(send("GET", "/readyz", None, JSON_TYPE), 200, JSON_TYPE, "GET /readyz")
    yield from expect(send("GET", "/v1/model", None, JSON_TYPE), 200, JSON_TYPE, "GET /v1/model")
    answer = send("POST", "/v1/score", right, JSON_TYPE)
    yield from expect(answer, 200, JSON_TYPE, "POST /v1/score with the example")
    if answer.status == 200 and len(answer.body.get("predictions", [])) != len(example["data"]):
        yield "POST /v1/score with the example: not one prediction for each row"
    first = example["data"][0]
    without = {"data": [{name: value for name, value in first.items() if name != next(iter(first))}]}
    for title, body, kind, status in (
        ("a row that lacks a column", json.dumps(without).encode(), JSON_TYPE, 422),
        ("a value of the wrong type", json.dumps({"data": [{name: [] for name in first}]}).encode(), JSON_TYPE, 422),
        ("no rows", b'{"data": []}', JSON_TYPE, 422),
        ("text that is not JSON", b"{", JSON_TYPE, 400),
        ("another content type", b"a,b", "text/csv", 415),
    ):
        yield from expect(send("POST", "/v1/score", body, kind), status, PROBLEM_TYPE, f"POST /v1/score with {title}")
    yield from expect(send("GET", "/v1/score", None, JSON_TYPE), 405, PROBLEM_TYPE, "GET /v1/score")
    yield from expect(send("GET", "/nothing", None, JSON_TYPE), 404, PROBLEM_TYPE, "GET /nothing")


def expect(answer: Answer, status: int, media: str, doing: str) -> Iterator[str]:
    if answer.status != status or answer.type != media:
        yield f"{doing}: {answer.status} {answer.type}, expected {status} {media}"


@contextmanager
def serve(model: Path, log: Path) -> Iterator[Send]:
    """The service as the image starts it, for as long as the block lasts; it must stop by itself when asked."""
    port = find_free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "app:app",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-access-log",
    ]
    environment = {
        **os.environ,
        "MODEL_DIR": str(model.resolve()),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DRAIN_SECONDS": "0",
    }
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT / "api", env=environment, stdout=output, stderr=output)
    send = send_to(port)
    try:
        wait_until_up(process, send)
        yield send
        process.send_signal(signal.SIGTERM)
        if process.wait(STOP_SECONDS) not in (0, -signal.SIGTERM):
            raise Failure(f"The service ended with exit code {process.returncode} when asked to stop.")
    except subprocess.TimeoutExpired:
        raise Failure(f"The service did not stop within {STOP_SECONDS} s of SIGTERM.") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def wait_until_up(process: subprocess.Popen[bytes], send: Send) -> None:
    """Returns when the service answers; raises Failure if it ends or takes too long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise Failure(f"The service ended at its start with exit code {process.returncode}.")
        try:
            send("GET", "/healthz", None, JSON_TYPE)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise Failure(f"The service did not answer within {START_SECONDS} s.")


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def main() -> int:
    """The step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    model: Path = parser.parse_args().model
    has_model = any(model.rglob("parameters.json"))
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "service.log"
        try:
            with serve(model, log) as send:
                problems = list(find_problems(send, has_model))
        except (Failure, OSError, http.client.HTTPException) as failure:
            say(log.read_text(encoding="utf-8", errors="replace")[-5000:] if log.exists() else "")
            return fail(failure)
    for problem in problems:
        say(problem)
    if problems:
        return fail(Failure(f"The service answered {len(problems)} requests otherwise than it should; see above."))
    say(
        f"The service {'serves the model and refuses wrong requests' if has_model else 'says that it has no model'}, "
        "and stops when asked."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
