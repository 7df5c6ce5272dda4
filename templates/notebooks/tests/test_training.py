"""Fitting: real epochs, the same result every time, and a folder that the service reads the same way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import training
from evaluation import evaluate
from features import to_rows
from serving import Contract, ModelDoesNotFit, score
from settings import Settings


def fit(frame: pd.DataFrame, contract: Contract, settings: Settings, epochs: int, history: list[float]) -> Any:
    target = frame["target"].to_numpy(dtype=float)

    def on_epoch(epoch: int, trained: training.Trained) -> None:
        metrics = evaluate(settings.task, target, trained.predict(frame))
        history.append(metrics["log_loss"] if settings.task == "classification" else metrics["rmse"])

    return training.fit(frame, target, contract, settings.task, epochs, on_epoch)


def test_every_epoch_is_reported_and_learning_helps(contract: Contract, settings: Settings, make_frame: Any) -> None:
    history: list[float] = []
    frame = make_frame()
    fit(frame, contract, settings, 10, history)
    target = frame["target"].to_numpy(dtype=float)
    ignorant = evaluate(settings.task, target, np.full(len(target), target.mean()))
    assert len(history) == 10
    assert history[-1] < history[0]
    assert history[-1] < (ignorant["log_loss"] if settings.task == "classification" else ignorant["rmse"])


def test_the_same_rows_give_the_same_model(contract: Contract, settings: Settings, make_frame: Any) -> None:
    first, second = (fit(make_frame(), contract, settings, 2, []) for _ in range(2))
    np.testing.assert_array_equal(first.predict(make_frame(50, seed=9)), second.predict(make_frame(50, seed=9)))


def test_the_service_answers_what_training_measured(
    contract: Contract, settings: Settings, make_frame: Any, tmp_path: Path
) -> None:
    trained = fit(make_frame(), contract, settings, 2, [])
    training.save(trained, tmp_path / "model", pd.DataFrame([contract.example_row()]))
    fresh = make_frame(200, seed=8)
    served = score.predict(score.load(tmp_path / "model"), to_rows(fresh, contract))
    np.testing.assert_allclose(served, trained.predict(fresh), rtol=1e-9, atol=1e-9)


def test_a_model_of_other_columns_is_refused_by_name(model_folder: Path, tmp_path: Path) -> None:
    parameters = json.loads((model_folder / "parameters.json").read_text(encoding="utf-8"))
    parameters["fields"][0]["name"] = "renamed"
    (tmp_path / "parameters.json").write_text(json.dumps(parameters), encoding="utf-8")
    with pytest.raises(ModelDoesNotFit, match="renamed is not in schema.yaml"):
        score.load(tmp_path)
