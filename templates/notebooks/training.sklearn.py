"""Fitting the model: scikit-learn, stochastic gradient descent, one pass over the rows an epoch.

This file is yours. `fit` takes rows and calls `on_epoch` after each epoch; `save` writes the folder that
`api/score.py` loads.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.pipeline import Pipeline
from sklearn.utils import shuffle

from features import create_encoder, export_encoder, to_columns
from serving import Contract, to_fields

SEED = 7
# Asking price and size pull against each other, so their weights grow large: little decay, steady steps, averaged.
SETTINGS: dict[str, Any] = {"alpha": 1e-6, "learning_rate": "constant", "eta0": 0.1, "average": True}
# Squared errors are steeper than log loss: smaller steps, or they overshoot.
REGRESSION_RATE = 0.005
# Called with the epoch's number (from 1) and the model so far.
OnEpoch = Callable[[int, "Trained"], None]


@dataclass(frozen=True)
class Trained:
    """A fitted model, and what is needed to write it down."""

    task: str
    contract: Contract
    encoder: ColumnTransformer
    estimator: SGDClassifier | SGDRegressor
    # Regression learns (target - shift) / stretch: gradient descent wants numbers near 1.
    shift: float
    stretch: float

    def predict(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Probability of class 1, or the value itself."""
        matrix = self.encoder.transform(to_columns(frame, self.contract))
        if isinstance(self.estimator, SGDClassifier):
            return np.asarray(self.estimator.predict_proba(matrix))[:, 1]
        return np.asarray(self.estimator.predict(matrix)) * self.stretch + self.shift


def describe() -> dict[str, Any]:
    """What is logged as the run's parameters."""
    return {"model": "linear, stochastic gradient descent", **SETTINGS, "seed": SEED}


def fit(
    frame: pd.DataFrame,
    target: NDArray[np.float64],
    contract: Contract,
    task: str,
    epochs: int,
    on_epoch: OnEpoch,
) -> Trained:
    """Fit on all rows, `epochs` times over, in a fixed random order."""
    encoder = create_encoder(contract)
    matrix = encoder.fit_transform(to_columns(frame, contract))
    shift, stretch = 0.0, 1.0
    estimator: SGDClassifier | SGDRegressor
    if task == "classification":
        estimator = SGDClassifier(loss="log_loss", random_state=SEED, **SETTINGS)
    else:
        shift, stretch = float(target.mean()), float(target.std()) or 1.0
        estimator = SGDRegressor(random_state=SEED, **{**SETTINGS, "eta0": REGRESSION_RATE})
    trained = Trained(task, contract, encoder, estimator, shift, stretch)
    for epoch in range(1, epochs + 1):
        x, y = shuffle(matrix, target, random_state=SEED + epoch)
        if isinstance(estimator, SGDClassifier):
            estimator.partial_fit(x, y, classes=np.array([0.0, 1.0]))
        else:
            estimator.partial_fit(x, (y - shift) / stretch)
        on_epoch(epoch, trained)
    return trained


def save(trained: Trained, folder: Path, example: pd.DataFrame) -> None:
    """The model in two forms: an MLflow model for people, and `parameters.json` for the service."""
    # The warning about pickles: nothing of ours unpickles this file, the service reads `parameters.json`.
    logging.getLogger("mlflow.sklearn").setLevel(logging.ERROR)
    pipeline = Pipeline([("encoder", trained.encoder), ("estimator", trained.estimator)])
    columns = to_columns(example, trained.contract)
    mlflow.sklearn.save_model(
        pipeline,
        str(folder),
        signature=mlflow.models.infer_signature(columns, pipeline.predict(columns)),
        input_example=columns,
        serialization_format="cloudpickle",
        # Named, because working them out would start a second interpreter and take half a minute.
        pip_requirements=["scikit-learn", "pandas", "numpy"],
    )
    parameters = {
        "schema": 1,
        "task": trained.task,
        "fields": to_fields(trained.contract.input),
        "encoder": export_encoder(trained.encoder, trained.contract),
        "weights": (np.ravel(trained.estimator.coef_) * trained.stretch).tolist(),
        "intercept": float(np.ravel(trained.estimator.intercept_)[0]) * trained.stretch + trained.shift,
    }
    (folder / "parameters.json").write_text(json.dumps(parameters, indent=1), encoding="utf-8")
