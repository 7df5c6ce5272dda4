"""Fitting the model: a linear model in plain numpy, mini-batches, one pass over the rows an epoch.

This file is yours. `fit` takes rows and calls `on_epoch` after each epoch; `save` writes the folder that
`api/score.py` loads. Replace both by the library of your choice.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer

from features import create_encoder, export_encoder, to_columns
from serving import Contract, to_fields

SEED = 7
BATCH = 32
RATE = 0.5
DECAY = 1e-6
# Called with the epoch's number (from 1) and the model so far.
OnEpoch = Callable[[int, "Trained"], None]


@dataclass(frozen=True)
class Trained:
    """A fitted model, and what is needed to write it down."""

    task: str
    contract: Contract
    encoder: ColumnTransformer
    weights: NDArray[np.float64]
    intercept: float

    def predict(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Probability of class 1, or the value itself."""
        values = self.encoder.transform(to_columns(frame, self.contract)) @ self.weights + self.intercept
        return _sigmoid(values) if self.task == "classification" else values


def describe() -> dict[str, Any]:
    """What is logged as the run's parameters."""
    return {"model": "linear, numpy", "batch": BATCH, "rate": RATE, "decay": DECAY, "seed": SEED}


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
    random = np.random.default_rng(SEED)
    # Regression learns (target - shift) / stretch: gradient descent wants numbers near 1.
    shift, stretch = (0.0, 1.0) if task == "classification" else (float(target.mean()), float(target.std()) or 1.0)
    wanted = (target - shift) / stretch
    weights = np.zeros(matrix.shape[1] + 1)
    inputs = np.column_stack([matrix, np.ones(len(matrix))])
    trained: Trained | None = None
    for epoch in range(1, epochs + 1):
        for lines in np.array_split(random.permutation(len(inputs)), max(1, len(inputs) // BATCH)):
            values = inputs[lines] @ weights
            error = (_sigmoid(values) if task == "classification" else values) - wanted[lines]
            weights -= RATE / epoch**0.5 * (inputs[lines].T @ error / len(lines) + DECAY * weights)
        own = weights[:-1] * stretch
        trained = Trained(task, contract, encoder, own, float(weights[-1]) * stretch + shift)
        on_epoch(epoch, trained)
    if trained is None:
        raise ValueError("epochs is a number from 1 on")
    return trained


def save(trained: Trained, folder: Path, example: pd.DataFrame) -> None:
    """Everything that the service needs, in one JSON file; `example` is for formats that want one."""
    folder.mkdir(parents=True, exist_ok=True)
    parameters = {
        "schema": 1,
        "task": trained.task,
        "fields": to_fields(trained.contract.input),
        "encoder": export_encoder(trained.encoder, trained.contract),
        "weights": trained.weights.tolist(),
        "intercept": trained.intercept,
    }
    (folder / "parameters.json").write_text(json.dumps(parameters, indent=1), encoding="utf-8")


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1.0 / (1.0 + np.exp(-np.clip(values, -500.0, 500.0)))
