"""Drift of recent rows against the model in service."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd

import data
from features import to_columns
from parameters import Parameters
from reference import measure_drift
from registry import download, find_in_service
from serving import load_contract
from settings import load_settings
from tracking import open_run

# A shift of one column beyond this, or of this share of the columns beyond 0.1, counts as drift.
CLEAR = 0.25
SLIGHT = 0.1
SHARE = 0.3


def run_monitor(parameters: Parameters, dbutils: Any) -> dict[str, Any]:
    """Measure, log, and say whether there is drift."""
    settings = load_settings()
    with open_run(settings, parameters, dbutils), tempfile.TemporaryDirectory() as temporary:
        mlflow.set_tag("kind", "monitor")
        current = find_in_service(settings)
        if current is None:
            return {"schema": 1, "drift": False, "reason": "no model is in service yet"}
        folder = download(settings, current.number, Path(temporary))
        profile = json.loads((folder / "reference.json").read_text(encoding="utf-8"))
        index = measure_drift(profile, select_recent(data.load(settings), data.TIME))
        mlflow.log_metrics({f"drift_{name}": value for name, value in index.items()})
    return {"schema": 1, "drift": is_drift(index), "version": str(current.number), "index": index}


def select_recent(frame: pd.DataFrame, time_column: str, rows: int = 2000) -> pd.DataFrame:
    """The newest rows, with the contract's columns."""
    newest = frame.sort_values(time_column) if time_column else frame
    return to_columns(newest.tail(rows), load_contract())


def is_drift(index: dict[str, float]) -> bool:
    """Whether the shifts are large or many enough to act on."""
    values = list(index.values())
    return any(value > CLEAR for value in values) or sum(value > SLIGHT for value in values) >= SHARE * len(values)
