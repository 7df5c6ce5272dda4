"""The model that is served, from a real registry in a file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest
import yaml
from mlflow.tracking import MlflowClient

import select_model

MANIFEST = yaml.safe_load((select_model.ROOT / "mlops.yaml").read_text(encoding="utf-8"))
NAME = MANIFEST["model"]["name"]
METRIC = MANIFEST["model"]["metric"]["name"]


def register(uri: str, folder: Path, metrics: list[float]) -> list[str]:
    """One version for each value, with the files that a deployment needs. Returns their runs."""
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    client = MlflowClient()
    client.create_registered_model(NAME)
    experiment = client.create_experiment("x", artifact_location=(folder / "artifacts").as_uri())
    runs = []
    for value in metrics:
        run = client.create_run(experiment)
        model = folder / f"model-{value}"
        model.mkdir()
        (model / "parameters.json").write_text("{}")
        (model / "model.json").write_text(json.dumps({"run_id": run.info.run_id}))
        client.log_artifacts(run.info.run_id, str(model), "model")
        source = f"{run.info.artifact_uri}/model"
        client.create_model_version(NAME, source, run.info.run_id, tags={METRIC: repr(value)})
        runs.append(run.info.run_id)
    return runs


def run_step(
    uri: str, output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setattr("sys.argv", ["select_model.py", "--output", str(output)])
    return select_model.main(), capsys.readouterr().out


def test_chooses_as_the_manifest_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    uri = f"sqlite:///{(tmp_path / 'mlflow.db').as_posix()}"
    runs = register(uri, tmp_path, [0.5, 0.25, 0.75])
    select, goal = MANIFEST["model"]["select"], MANIFEST["model"]["metric"]["goal"]
    best = 3 if goal == "maximize" else 2
    expected = {"latest": 3, "best": best}.get(select, select)
    if expected not in (1, 2, 3):
        code, text = run_step(uri, tmp_path / "out", monkeypatch, capsys)
        assert (code, "registered are: 1, 2, 3" in text) == (1, True)
        return
    code, text = run_step(uri, tmp_path / "out", monkeypatch, capsys)
    assert code == 0, text
    assert f"variable=version;isOutput=true]{expected}\n" in text
    assert f"variable=runId;isOutput=true]{runs[expected - 1]}\n" in text
    assert "variable=found;isOutput=true]true\n" in text
    assert (tmp_path / "out" / "parameters.json").is_file()


def test_no_model_yet_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    uri = f"sqlite:///{(tmp_path / 'mlflow.db').as_posix()}"
    code, text = run_step(uri, tmp_path / "out", monkeypatch, capsys)
    assert code == 0
    assert "variable=found;isOutput=true]false\n" in text
    assert "-retrain to train one" in text


def test_a_registry_that_does_not_answer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "token")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    code, text = run_step("http://127.0.0.1:9", tmp_path / "out", monkeypatch, capsys)
    assert code == 1
    assert "did not answer as expected" in text


def test_the_service_without_a_model_says_so(tmp_path: Path) -> None:
    script = select_model.ROOT / "pipelines" / "deploy" / "local_deploy_test.py"
    done = subprocess.run(
        [sys.executable, str(script), "--model", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "says that it has no model" in done.stdout
