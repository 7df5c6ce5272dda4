"""Whole training runs against a real MLflow server."""

from __future__ import annotations

import dataclasses
import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mlflow
import numpy as np
import pytest
from mlflow.tracking import MlflowClient

import data
import registry
import tracking
import workflow
from databricks_shim import create_dbutils
from evaluation import evaluate
from parameters import Parameters
from registry import download, find_in_service, list_versions
from serving import Contract
from settings import Metric, Settings

Run = Callable[..., dict[str, Any]]
names = itertools.count()


@pytest.fixture
def model(settings: Settings) -> Settings:
    """Every test has its own model, so that none sees another's versions.

    A metric that `evaluation.py` does not give yet is replaced by its first one, until you add yours.
    """
    known = evaluate(settings.task, np.array([0.0, 1.0]), np.array([0.2, 0.7]))
    metric = settings.metric if settings.metric.name in known else Metric(next(iter(known)), "minimize", 0.0)
    # Any gain counts here; how much yours must gain is in mlops.yaml.
    metric = dataclasses.replace(metric, minimum_gain=0.0)
    return dataclasses.replace(settings, model=f"{settings.model}-t{next(names)}", metric=metric)


@pytest.fixture
def run(guarded: Any, model: Settings, make_frame: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Trains on made-up rows; `rows` and `seed` say which."""

    def train(
        mode: str = "full", register: bool = True, epochs: int = 2, rows: int = 400, seed: int = 3
    ) -> dict[str, Any]:
        frame = make_frame(rows, seed=seed)
        monkeypatch.setattr(workflow, "load_settings", lambda: model)
        monkeypatch.setattr(data, "load", lambda settings, fraction: frame)
        monkeypatch.setattr(data, "TIME", "")
        monkeypatch.setattr(data, "TARGET", "target")
        parameters = Parameters(mode, 1.0, epochs, register, "c0ffee", guarded.uri)
        return workflow.run_training(parameters, create_dbutils([], {}))

    return train


def test_a_test_run_logs_and_registers_nothing(run: Run, model: Settings) -> None:
    result = run(mode="test", register=False, epochs=1)
    assert (result["schema"], result["mode"], result["git_commit"]) == (1, "test", "c0ffee")
    assert (result["gate"], result["model"]) == (None, None)
    assert model.metric.name in result["metrics"]
    assert json.loads(json.dumps(result)) == result
    assert list_versions(model.model) == []
    logged = MlflowClient().get_run(result["run_id"])
    assert logged.data.tags["mode"] == "test"
    assert logged.data.tags["trigger"] == "pipeline"
    assert logged.data.metrics[model.metric.name] == pytest.approx(result["metrics"][model.metric.name])


def test_every_epoch_and_the_pictures_are_in_the_run(run: Run, model: Settings) -> None:
    result = run(register=False, epochs=3)
    client = MlflowClient()
    history = client.get_metric_history(result["run_id"], f"epoch_{model.metric.name}")
    assert [point.step for point in history] == [1, 2, 3]
    place = client.get_run(result["run_id"]).info.artifact_uri + "/plots"
    files = {Path(item.path).name for item in mlflow.artifacts.list_artifacts(artifact_uri=place)}
    assert files == {"epochs.png", "calibration.png"}


def test_the_first_model_is_registered_with_its_files(run: Run, model: Settings, tmp_path: Path) -> None:
    result = run()
    assert result["gate"]["outcome"] == "first-model"
    assert result["model"] == {"name": model.model, "version": "1"}
    folder = download(model, 1, tmp_path)
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    assert (card["name"], card["run_id"], card["commit"]) == (model.model, result["run_id"], "c0ffee")
    assert json.loads((folder / "reference.json").read_text(encoding="utf-8"))["schema"] == 1


def test_the_same_model_again_is_not_better_and_a_better_one_follows(run: Run, model: Settings) -> None:
    first = run(epochs=1)
    same = run(epochs=1)
    assert same["gate"]["outcome"] == "not-better"
    assert same["gate"]["gain"] == pytest.approx(0.0, abs=1e-9)
    assert same["model"] is None
    assert MlflowClient().get_run(same["run_id"]).data.tags["gate"] == "not-better"
    better = run(epochs=30)
    assert better["gate"]["outcome"] == "better"
    assert better["model"]["version"] == "2"
    versions = {version.number: version.metrics for version in list_versions(model.model)}
    assert set(versions) == {1, 2}
    assert versions[1][model.metric.name] == pytest.approx(first["metrics"][model.metric.name])
    in_service = find_in_service(dataclasses.replace(model, select="best"))
    assert in_service is not None
    assert in_service.number == 2


def test_a_model_of_other_columns_is_replaced(
    run: Run, model: Settings, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(epochs=30)
    renamed = dataclasses.replace(contract.input[-1], name="renamed")
    changed = Contract(input=(*contract.input[:-1], renamed), output=contract.output)
    frame = data.load(model, 1.0).rename(columns={contract.input[-1].name: "renamed"})
    monkeypatch.setattr("score.load_contract", lambda: changed)
    monkeypatch.setattr(workflow, "load_contract", lambda: changed)
    monkeypatch.setattr(data, "load", lambda settings, fraction: frame)
    result = workflow.run_training(
        Parameters("full", 1.0, 1, True, "", mlflow.get_tracking_uri()), create_dbutils([], {})
    )
    assert result["gate"]["outcome"] == "contract-changed"
    assert result["model"]["version"] == "2"


def test_the_list_of_versions_is_read_to_its_end(run: Run, model: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    run(epochs=1)
    client = MlflowClient()
    version = client.get_model_version(model.model, "1")
    for _ in range(4):
        client.create_model_version(model.model, source=version.source, run_id=version.run_id)
    monkeypatch.setattr(registry, "PAGE", 2)
    found = list_versions(model.model)
    assert sorted(item.number for item in found) == [1, 2, 3, 4, 5]
    assert all(model.metric.name in item.metrics for item in found)


def test_five_second_tokens_outlast_a_longer_run(
    run: Run, model: Settings, guarded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get_token(*scopes: str) -> SimpleNamespace:
        token = f"t{len(guarded.good_until)}"
        guarded.good_until[token] = time.time() + 5
        return SimpleNamespace(token=token, expires_on=guarded.good_until[token])

    def slow_fit(*arguments: Any) -> Any:
        time.sleep(6)
        return fit(*arguments)

    fit = workflow.fit
    monkeypatch.setattr(workflow, "fit", slow_fit)
    monkeypatch.setattr(tracking, "find_credential", lambda settings, dbutils: SimpleNamespace(get_token=get_token))
    assert run(register=False, epochs=1)["metrics"]
    assert len(guarded.good_until) >= 3


def test_no_training_record_leaves(run: Run, model: Settings, make_frame: Any, tmp_path: Path) -> None:
    """A value that stands in a single row is in no file of the model and in nothing that was logged."""
    result = run(rows=403)
    folder = download(model, int(result["model"]["version"]), tmp_path)
    frame = make_frame(403, seed=3)
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    written += json.dumps(MlflowClient().get_run(result["run_id"]).to_dictionary()).encode()
    for name in frame.columns:
        if frame[name].dtype == float and name != "target":
            for value in frame[name].dropna().head(50):
                assert repr(float(value)).encode() not in written
