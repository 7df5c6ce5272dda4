"""The same `score.py` under Azure ML's own inference server, in an environment of its own.

`python scripts/setup.py --contract` makes it; or name its Python in `CONTRACT_PYTHON`.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import score
from contract import load_contract

ROOT = Path(__file__).resolve().parent.parent.parent
PLACE = ROOT / ".venv-contract" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
PYTHON = Path(os.environ.get("CONTRACT_PYTHON") or PLACE)

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="no environment for Azure ML's server: python scripts/setup.py --contract"
)


@pytest.fixture(scope="module")
def address(model_folder: Path) -> Iterator[str]:
    with socket.socket() as probe, socket.socket() as other:
        probe.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        port, health = probe.getsockname()[1], other.getsockname()[1]
    server = PYTHON.with_name("azmlinfsrv")
    command = [str(server), "--entry_script", "score.py", "--port", str(port), "--health_port", str(health)]
    environment = {**os.environ, "AZUREML_MODEL_DIR": str(model_folder.parent), "PYTHONPATH": str(ROOT / "api")}
    environment.pop("MODEL_DIR", None)
    process = subprocess.Popen(
        command, cwd=ROOT / "api", env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, "azmlinfsrv did not start"
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/score"
    finally:
        process.terminate()
        process.wait(timeout=20)


def post(address: str, content: bytes) -> bytes:
    request = urllib.request.Request(address, content, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as response:
        answer: bytes = response.read()
        return answer


def test_gives_the_same_predictions(address: str, model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = {"data": [load_contract().example_row()] * 3}
    monkeypatch.setenv("MODEL_DIR", str(model_folder))
    score.init()
    assert json.loads(post(address, json.dumps(request).encode())) == score.run(request)


def test_a_wrong_request_is_an_error_there_too(address: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="500"):
        post(address, b'{"rows": []}')
