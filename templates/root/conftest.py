"""What the tests of training and service share: rows made up from `api/schema.yaml`, and a model fitted on them.

So the tests know nothing of the example, and hold for your own columns too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import training
from evaluation import evaluate
from serving import Contract, Field, load_contract
from settings import Settings, load_settings

MakeFrame = Callable[..., pd.DataFrame]


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load_contract()


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load_settings()


@pytest.fixture(scope="session")
def make_frame(contract: Contract, settings: Settings) -> MakeFrame:
    """Rows within the contract's limits, with a `target` that the first column decides, with some noise."""

    def make(rows: int = 400, seed: int = 3) -> pd.DataFrame:
        random = np.random.default_rng(seed)
        frame = pd.DataFrame({field.name: _make_column(field, rows, random) for field in contract.input})
        signal = np.linspace(-2, 2, rows)[_rank(frame[contract.input[0].name])] + random.normal(0, 0.3, rows)
        frame["target"] = (signal > 0).astype(int) if settings.task == "classification" else 50 + 10 * signal
        return frame

    return make


@pytest.fixture(scope="session")
def model_folder(
    tmp_path_factory: pytest.TempPathFactory, contract: Contract, settings: Settings, make_frame: MakeFrame
) -> Path:
    """A model folder as a training run writes it."""
    folder = tmp_path_factory.mktemp("served") / "model"
    frame = make_frame()
    target = frame["target"].to_numpy(dtype=float)
    trained = training.fit(frame, target, contract, settings.task, 3, lambda epoch, model: None)
    training.save(trained, folder, pd.DataFrame([contract.example_row()]))
    card = {
        "name": settings.model,
        "run_id": "0" * 32,
        "commit": None,
        "framework": settings.framework,
        "trained_at": "2026-01-01T00:00:00+00:00",
        "metrics": evaluate(settings.task, target, trained.predict(frame)),
    }
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def _make_column(field: Field, rows: int, random: np.random.Generator) -> Any:
    if field.enum:
        values = random.choice(np.array(field.enum, dtype=object), rows)
    elif field.kind == "boolean":
        return random.integers(0, 2, rows).astype(bool)
    else:
        low = field.minimum if field.minimum is not None else -100.0
        high = field.maximum if field.maximum is not None else low + 1000.0
        values = random.uniform(low, high, rows)
        if field.kind == "integer":
            values = np.floor(values).astype(int)
    if field.nullable:
        values = np.where(random.random(rows) < 0.1, np.nan if field.kind != "string" else None, values)
    return values


def _rank(column: pd.Series) -> Any:
    return column.astype("category").cat.codes.rank(method="first").astype(int).to_numpy() - 1
