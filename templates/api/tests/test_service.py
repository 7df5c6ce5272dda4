"""The service as a process: started with uvicorn, talked to over sockets, stopped by SIGTERM."""

from __future__ import annotations

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
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from contract import load_contract

API = Path(__file__).resolve().parent.parent


@contextmanager
def serve(model: Path, **environment: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--no-access-log"],
        cwd=API,
        env={**os.environ, "MODEL_DIR": str(model), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while get_status(port, "/readyz") != 200:
            assert process.poll() is None and time.monotonic() < deadline, "the service did not start"
            time.sleep(0.1)
        yield port, process
    finally:
        process.kill()
        process.wait()


def get_status(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def score(port: int) -> int:
    body = json.dumps({"data": [load_contract().example_row()]}).encode()
    address = f"http://127.0.0.1:{port}/v1/score"
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_stops_without_dropping_a_request(model_folder: Path) -> None:
    with serve(model_folder, DRAIN_SECONDS="4") as (port, process):
        statuses: list[int] = []
        done = threading.Event()

        def call() -> None:
            while not done.is_set():
                statuses.append(score(port))

        caller = threading.Thread(target=call)
        caller.start()
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 3
        while get_status(port, "/readyz") != 503 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert get_status(port, "/readyz") == 503
        assert get_status(port, "/healthz") == 200
        done.set()
        caller.join()
        assert set(statuses) == {200}
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)


def test_a_slow_caller_is_told_so(model_folder: Path) -> None:
    with serve(model_folder, BODY_SECONDS="0.5") as (port, _):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
            head = "POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n"
            slow.sendall(head.encode() + b"{")
            assert b" 408 " in slow.recv(4096).split(b"\r\n")[0]
        assert score(port) == 200


def test_a_caller_who_hangs_up_leaves_the_service_alone(model_folder: Path) -> None:
    with serve(model_folder) as (port, process):
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as gone:
                head = (
                    "POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n"
                )
                gone.sendall(head.encode() + b'{"data": [')
        assert score(port) == 200
        assert process.poll() is None


def test_ten_megabytes_are_refused_before_they_are_read(model_folder: Path) -> None:
    with serve(model_folder) as (port, _), socket.create_connection(("127.0.0.1", port), timeout=10) as big:
        head = (
            "POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10485760\r\n\r\n"
        )
        started = time.monotonic()
        big.sendall(head.encode())
        assert b" 413 " in big.recv(4096).split(b"\r\n")[0]
        assert time.monotonic() - started < 5


def test_many_at_once(model_folder: Path) -> None:
    with serve(model_folder) as (port, _):
        statuses: list[Any] = []
        threads = [threading.Thread(target=lambda: statuses.append(score(port))) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [200] * 50


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals work differently on Windows")
