"""The reference profile: what the training data looked like, in bins only, and how far other data are from it.

It is stored with the model so that a monitor can see drift without the training data. No bin stands for fewer
than ten rows: rare ones are pooled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from serving import Contract, Field

BINS = 10
SMALLEST_BIN = 10
OTHER = "(other)"
# No share counts as less than this, so that an empty bin does not make the index infinite.
FLOOR = 1e-4


def create_profile(frame: pd.DataFrame, scores: NDArray[np.float64], contract: Contract) -> dict[str, Any]:
    """One entry for each column, one for the model's own answers."""
    columns = {field.name: _describe(frame[field.name], field) for field in contract.input}
    return {"schema": 1, "rows": len(frame), "columns": columns, "score": _describe_numbers(pd.Series(scores))}


def to_psi(expected: Sequence[float], actual: Sequence[float]) -> float:
    """Population stability index of two lists of shares: below 0.1 nothing, above 0.25 a clear shift."""
    first = np.clip(np.asarray(expected, dtype=float), FLOOR, None)
    second = np.clip(np.asarray(actual, dtype=float), FLOOR, None)
    first, second = first / first.sum(), second / second.sum()
    return float(((second - first) * np.log(second / first)).sum())


def measure_drift(profile: Mapping[str, Any], frame: pd.DataFrame) -> dict[str, float]:
    """The index of every column that both have."""
    columns: Mapping[str, Any] = profile["columns"]
    return {
        name: to_psi(entry["shares"], _to_shares(frame[name], entry))
        for name, entry in columns.items()
        if name in frame.columns
    }


def _describe(column: pd.Series, field: Field) -> dict[str, Any]:
    return _describe_categories(column) if field.kind == "string" else _describe_numbers(column.astype(float))


def _describe_numbers(column: pd.Series) -> dict[str, Any]:
    """Edges at the deciles, rounded to three digits: an edge is a limit between many rows, not somebody's value."""
    known = column.dropna()
    bins = max(1, min(BINS, len(known) // SMALLEST_BIN))
    inner = np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1]) if len(known) else np.array([])
    edges = sorted({float(f"{edge:.3g}") for edge in inner})
    edges = _pool_edges(known, edges)
    entry: dict[str, Any] = {"kind": "number", "edges": edges}
    return {**entry, "shares": _to_shares(column, entry)}


def _pool_edges(known: pd.Series, edges: list[float]) -> list[float]:
    """Drop edges until every bin holds enough rows."""
    while edges:
        counts = np.bincount(np.searchsorted(edges, known, side="right"), minlength=len(edges) + 1)
        thin = int(np.argmin(counts))
        if counts[thin] >= SMALLEST_BIN:
            break
        edges = [edge for index, edge in enumerate(edges) if index != max(thin - 1, 0)]
    return edges


def _describe_categories(column: pd.Series) -> dict[str, Any]:
    counts = column.dropna().astype(str).value_counts()
    values = sorted(counts[counts >= SMALLEST_BIN].index)
    entry: dict[str, Any] = {"kind": "category", "values": [*values, OTHER]}
    return {**entry, "shares": _to_shares(column, entry)}


def _to_shares(column: pd.Series, entry: Mapping[str, Any]) -> list[float]:
    """The share of each bin, then the share of missing values. Groups of fewer than ten rows count as none."""
    if entry["kind"] == "number":
        known = column.astype(float).dropna()
        counts = np.bincount(np.searchsorted(entry["edges"], known, side="right"), minlength=len(entry["edges"]) + 1)
    else:
        places = {value: index for index, value in enumerate(entry["values"])}
        known = column.dropna().astype(str)
        found = known.map(lambda value: places.get(value, places[OTHER])).to_numpy(dtype=int)
        counts = np.bincount(found, minlength=len(places))
    counts = np.append(counts, len(column) - len(known))
    counts = np.where(counts < SMALLEST_BIN, 0, counts)
    total = max(1, int(counts.sum()))
    return [round(float(count) / total, 4) for count in counts]
