"""What the service computes: `init()` once, `run()` for every request.

This file is yours. The same two functions work under `app.py`, under Azure ML's inference server and in
the training gate. To change what callers see (another unit, one more field in the answer), change
`to_contract()` and `run()` here: validation and both OpenAPI documents follow.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from contract import Contract, load_contract
from encoding import Encoder, Matrix, Rows, parse_encoder
from model_folder import check_fit, find_model_folder


# Not a dataclass: Azure ML's server runs this file without naming it as a module, which dataclasses need.
class Model(NamedTuple):
    """A linear model: an encoder, one weight per column and an intercept."""

    task: str
    encoder: Encoder
    weights: Matrix
    intercept: float


_model: Model | None = None


def to_contract(schema: Contract) -> Contract:
    """What callers see. Return `schema` changed, if they should see something else than `schema.yaml` says."""
    return schema


def load(folder: Path) -> Model:
    """Read a model folder as training wrote it."""
    parameters = json.loads((folder / "parameters.json").read_text(encoding="utf-8"))
    check_fit(parameters["fields"], load_contract().input)
    return Model(
        task=parameters["task"],
        encoder=parse_encoder(parameters["encoder"]),
        weights=np.array(parameters["weights"], dtype=np.float64),
        intercept=float(parameters["intercept"]),
    )


def predict(model: Model, rows: Rows) -> NDArray[np.float64]:
    """One number per row: a probability for classification, the value itself for regression."""
    values = model.encoder.encode(rows) @ model.weights + model.intercept
    if model.task == "regression":
        return values
    return 1.0 / (1.0 + np.exp(-np.clip(values, -500.0, 500.0)))


def init() -> None:
    """Load the model once, before the first request."""
    global _model
    _model = load(find_model_folder(os.environ))


def run(data: str | Mapping[str, Any]) -> dict[str, Any]:
    """Answer one request: `{"data": [row, …]}`, as text or already parsed, in; `{"predictions": […]}` out."""
    if _model is None:
        raise RuntimeError("init() has not been called")
    request = json.loads(data) if isinstance(data, str) else data
    numbers = predict(_model, request["data"]).tolist()
    if _model.task == "regression":
        return {"predictions": [{"prediction": number} for number in numbers]}
    return {"predictions": [{"label": number >= 0.5, "probability": number} for number in numbers]}
