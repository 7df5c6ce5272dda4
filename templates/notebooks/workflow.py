"""One training run from data to exit JSON: load, fit, evaluate, log, judge, register."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd

import data
import training
from evaluation import Numbers, evaluate, get_metric, save_plots, to_calibration
from features import to_columns, to_rows
from gate import Verdict, judge
from parameters import Parameters
from reference import create_profile
from registry import download, find_in_service, register
from serving import Contract, ModelDoesNotFit, load_contract, score
from settings import Settings, load_settings
from tracking import find_commit, open_run

HOLDOUT = 0.2
SEED = 11


def run_training(parameters: Parameters, dbutils: Any) -> dict[str, Any]:
    """The whole run; what it returns is the notebook's result (schema 1)."""
    started = time.monotonic()
    settings, contract = load_settings(), load_contract()
    frame = data.load(settings, parameters.sample_fraction)
    train, holdout = split(frame, data.TIME)
    with open_run(settings, parameters, dbutils) as run, tempfile.TemporaryDirectory() as temporary:
        mlflow.log_params(to_params(parameters, train, holdout))
        trained, history = fit(settings, contract, train, holdout, parameters.epochs)
        actual = to_target(holdout)
        predicted = trained.predict(holdout)
        metrics = evaluate(settings.task, actual, predicted)
        candidate = get_metric(metrics, settings.metric.name)
        mlflow.log_metrics(metrics)
        folder = Path(temporary) / "model"
        training.save(trained, folder, pd.DataFrame([contract.example_row()]))
        write_companions(folder, settings, parameters, run.info.run_id, metrics, trained, train, contract)
        check_service_agrees(folder, holdout, contract, predicted)
        plots = Path(temporary) / "plots"
        plots.mkdir()
        save_plots(plots, history, settings.metric.name, to_calibration(settings.task, actual, predicted))
        mlflow.log_artifacts(str(folder), "model")
        mlflow.log_artifacts(str(plots), "plots")
        verdict, version = settle(settings, parameters, run.info.run_id, folder, metrics, candidate, holdout, actual)
        mlflow.set_tags({"gate": verdict.outcome if verdict else "not-asked"})
        experiment = run.info.experiment_id
    print(describe_outcome(settings, verdict, version))
    return {
        "schema": 1,
        "mode": parameters.mode,
        "git_commit": parameters.git_commit,
        "run_id": run.info.run_id,
        "experiment": settings.model,
        "experiment_id": experiment,
        "metrics": metrics,
        "gate": asdict(verdict) if verdict else None,
        "model": {"name": settings.model, "version": str(version)} if version else None,
        "rows": len(frame),
        "seconds": round(time.monotonic() - started, 1),
    }


def split(frame: pd.DataFrame, time_column: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows to learn from, rows to judge by: the newest fifth, or a fixed random fifth."""
    size = max(1, round(len(frame) * HOLDOUT))
    if len(frame) <= size:
        raise ValueError(f"{len(frame)} rows are too few to train and judge a model")
    shuffled = frame.sample(frac=1, random_state=SEED)
    ordered = shuffled.sort_values(time_column, kind="stable") if time_column else shuffled
    return ordered.iloc[:-size], ordered.iloc[-size:]


def to_target(frame: pd.DataFrame) -> Numbers:
    """The column to predict, as numbers."""
    return np.asarray(frame[data.TARGET], dtype=np.float64)


def to_params(parameters: Parameters, train: pd.DataFrame, holdout: pd.DataFrame) -> dict[str, Any]:
    """What is logged as the run's parameters."""
    return {
        **training.describe(),
        "sample_fraction": parameters.sample_fraction,
        "epochs": parameters.epochs,
        "train_rows": len(train),
        "holdout_rows": len(holdout),
    }


def fit(
    settings: Settings, contract: Contract, train: pd.DataFrame, holdout: pd.DataFrame, epochs: int
) -> tuple[training.Trained, list[dict[str, float]]]:
    """The model, and its metrics on the hold-out after each epoch; they are logged as they come."""
    actual = to_target(holdout)
    history: list[dict[str, float]] = []

    def on_epoch(epoch: int, trained: training.Trained) -> None:
        metrics = evaluate(settings.task, actual, trained.predict(holdout))
        history.append(metrics)
        mlflow.log_metrics({f"epoch_{name}": value for name, value in metrics.items()}, step=epoch)

    trained = training.fit(train, to_target(train), contract, settings.task, epochs, on_epoch)
    return trained, history


def write_companions(
    folder: Path,
    settings: Settings,
    parameters: Parameters,
    run_id: str,
    metrics: dict[str, float],
    trained: training.Trained,
    train: pd.DataFrame,
    contract: Contract,
) -> None:
    """What travels with the model: its card for `/v1/model`, and the reference profile."""
    card = {
        "name": settings.model,
        "run_id": run_id,
        "commit": find_commit(parameters) or None,
        "framework": settings.framework,
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "metrics": metrics,
    }
    profile = create_profile(to_columns(train, contract), trained.predict(train), contract)
    for name, content in (("model.json", card), ("reference.json", profile)):
        (folder / name).write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")


def check_service_agrees(folder: Path, holdout: pd.DataFrame, contract: Contract, predicted: Numbers) -> None:
    """The service must answer what training measured; a model that it reads differently is not logged at all."""
    some = holdout.head(200)
    served = score.predict(score.load(folder), to_rows(some, contract))
    if not np.allclose(served, predicted[: len(some)], rtol=1e-9, atol=1e-9):
        worst = float(np.max(np.abs(served - predicted[: len(some)])))
        raise ValueError(f"api/score.py answers differently from training.py, by up to {worst:.3g}")


def settle(
    settings: Settings,
    parameters: Parameters,
    run_id: str,
    folder: Path,
    metrics: dict[str, float],
    candidate: float,
    holdout: pd.DataFrame,
    actual: Numbers,
) -> tuple[Verdict | None, int | None]:
    """The gate, and the new version if it passes. Asked only when the run may register."""
    if not parameters.register:
        return None, None
    current = find_in_service(settings)
    number = current.number if current else None
    measured = measure(settings, number, holdout, actual) if number else None
    verdict = judge(candidate, measured, number, settings.metric)
    if verdict.gain is not None:
        mlflow.log_metric("gate_gain", verdict.gain)
    if not verdict.passed:
        return verdict, None
    return verdict, register(settings, run_id, folder, metrics, find_commit(parameters))


def measure(settings: Settings, version: int, holdout: pd.DataFrame, actual: Numbers) -> float | None:
    """The version in service on the same hold-out; `None` if its columns are not today's."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = download(settings, version, Path(temporary))
        try:
            served = score.predict(score.load(folder), to_rows(holdout, load_contract()))
        except ModelDoesNotFit as error:
            print(f"version {version} cannot be compared: {error}")
            return None
    return get_metric(evaluate(settings.task, actual, served), settings.metric.name)


def describe_outcome(settings: Settings, verdict: Verdict | None, version: int | None) -> str:
    """One line for people."""
    if verdict is None:
        return "logged, not registered (this run was not asked to)"
    if version is not None:
        return f"registered {settings.model} version {version} ({verdict.outcome})"
    return (
        f"not registered: {settings.metric.name} {verdict.candidate:.5g} is no better than "
        f"{verdict.current or 0.0:.5g} of version {verdict.current_version} by {settings.metric.minimum_gain:g}"
    )
