"""A real MLflow server behind a guard that refuses what Azure ML refuses, so that what passes here passes there."""

from __future__ import annotations

import http.client
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server"}


@dataclass
class Guarded:
    """The guard's address, and what it noticed."""

    uri: str
    refused: list[str] = field(default_factory=list)
    # Tokens that are still good; empty: no sign-in is asked for.
    good_until: dict[str, float] = field(default_factory=dict)


def find_refusal(path: str, body: bytes) -> str:
    """What Azure ML does not have: logged models, aliases, ordering by a metric."""
    if "/logged-models" in path:
        return "logged models"
    if "/alias" in path:
        return "aliases"
    try:
        order = json.loads(body or b"{}").get("order_by") or []
    except (ValueError, AttributeError):
        order = []
    if any("metric" in str(item) for item in order) or "order_by=metric" in path:
        return "order by metric"
    return ""


def create_handler(guarded: Guarded, port: int) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if guarded.good_until and guarded.good_until.get(token, 0) < time.time():
                self.answer(401, b'{"error_code": "UNAUTHENTICATED", "message": "no valid token"}', {})
                return
            refusal = find_refusal(self.path, body)
            if refusal:
                guarded.refused.append(refusal)
                self.answer(404, b'{"error_code": "ENDPOINT_NOT_FOUND", "message": "not on Azure ML"}', {})
                return
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            headers = {key: value for key, value in self.headers.items() if key.lower() not in HOP_BY_HOP}
            connection.request(self.command, self.path, body, headers)
            response = connection.getresponse()
            content = response.read()
            kept = {key: value for key, value in response.getheaders() if key.lower() not in HOP_BY_HOP}
            self.answer(response.status, content, kept)
            connection.close()

        def answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Handler


@pytest.fixture(scope="session")
def mlflow_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real `mlflow server` on a database file."""
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += [
        "--backend-store-uri",
        f"sqlite:///{folder}/mlflow.db",
        "--artifacts-destination",
        str(folder / "files"),
    ]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    # Seven processes for jobs of MLflow's own, of which there are none here.
    environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_until_up(port, process, folder / "log.txt")
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            # Its files are in a folder of the test's own: nothing is lost.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_up(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
    raise RuntimeError(f"mlflow server did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture
def guarded(mlflow_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guarded]:
    """The guarded server; at the end nothing of Azure ML's limits may have been touched."""
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        monkeypatch.delenv(name)
    guard = Guarded("")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), create_handler(guard, mlflow_port))
    guard.uri = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield guard
    finally:
        server.shutdown()
        server.server_close()
    assert guard.refused == []
