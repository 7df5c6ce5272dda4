"""Fitting the model: LightGBM, a few more trees an epoch.

This file is yours. `fit` takes rows and calls `on_epoch` after each epoch; `save` writes the folder that
`api/score.py` loads.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import mlflow
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer

from features import create_encoder, export_encoder, to_columns
from serving import Contract, to_fields

SEED = 7
TREES_PER_EPOCH = 10
SETTINGS: dict[str, Any] = {
    "learning_rate": 0.08,
    "num_leaves": 31,
    # No leaf describes fewer rows than this: a model file must not single out a record.
    "min_data_in_leaf": 20,
    "deterministic": True,
    "force_row_wise": True,
    "seed": SEED,
    "verbosity": -1,
}
# Called with the epoch's number (from 1) and the model so far.
OnEpoch = Callable[[int, "Trained"], None]


@dataclass(frozen=True)
class Trained:
    """A fitted model, and what is needed to write it down."""

    task: str
    contract: Contract
    encoder: ColumnTransformer
    booster: lightgbm.Booster

    def predict(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Probability of class 1, or the value itself."""
        return np.asarray(self.booster.predict(self.encoder.transform(to_columns(frame, self.contract))))


def describe() -> dict[str, Any]:
    """What is logged as the run's parameters."""
    return {"model": "gradient boosting", "trees_per_epoch": TREES_PER_EPOCH, **SETTINGS}


def fit(
    frame: pd.DataFrame,
    target: NDArray[np.float64],
    contract: Contract,
    task: str,
    epochs: int,
    on_epoch: OnEpoch,
) -> Trained:
    """Fit on all rows; each epoch adds `TREES_PER_EPOCH` trees."""
    encoder = create_encoder(contract)
    matrix = np.asarray(encoder.fit_transform(to_columns(frame, contract)))
    settings = {**SETTINGS, "objective": "binary" if task == "classification" else "regression"}
    data = lightgbm.Dataset(matrix, label=target, params=settings)
    booster = lightgbm.Booster(settings, data)
    trained = Trained(task, contract, encoder, booster)
    for epoch in range(1, epochs + 1):
        for _ in range(TREES_PER_EPOCH):
            booster.update()
        on_epoch(epoch, trained)
    return trained


def save(trained: Trained, folder: Path, example: pd.DataFrame) -> None:
    """An MLflow model for people; `booster.txt` and `parameters.json` for the service."""
    matrix = trained.encoder.transform(to_columns(example, trained.contract))
    mlflow.lightgbm.save_model(
        trained.booster,
        str(folder),
        signature=mlflow.models.infer_signature(matrix, trained.booster.predict(matrix)),
        # Named, because working them out would start a second interpreter and take half a minute.
        pip_requirements=["lightgbm", "numpy"],
    )
    trained.booster.save_model(str(folder / "booster.txt"))
    parameters = {
        "schema": 1,
        "task": trained.task,
        "fields": to_fields(trained.contract.input),
        "encoder": export_encoder(trained.encoder, trained.contract),
    }
    (folder / "parameters.json").write_text(json.dumps(parameters, indent=1), encoding="utf-8")
