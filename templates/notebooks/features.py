"""Columns of the contract to numbers: fitted here with scikit-learn, exported for the service.

Categories come from `api/schema.yaml`, never from the data: so no rare value of a record ends up in a model file.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from serving import Contract, Field


def create_encoder(contract: Contract) -> ColumnTransformer:
    """The encoder for these columns, not fitted yet. Its order of columns is that of `api/encoding.py`."""
    log, plain, missing, categories = _group(contract)
    parts: list[tuple[str, Any, list[str]]] = []
    if log:
        parts.append(("log", make_pipeline(FunctionTransformer(np.log1p), *_number_steps()), log))
    if plain:
        parts.append(("plain", make_pipeline(*_number_steps()), plain))
    if missing:
        parts.append(("missing", MissingIndicator(features="all"), missing))
    if categories:
        values = [list(field.enum or ()) for field in categories]
        one_hot = OneHotEncoder(categories=values, handle_unknown="ignore", sparse_output=False)
        parts.append(("category", one_hot, [field.name for field in categories]))
    return ColumnTransformer(parts)


def to_columns(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """The contract's columns with its types; says which are missing."""
    absent = [field.name for field in contract.input if field.name not in frame.columns]
    if absent:
        raise ValueError(f"the data lack columns of api/schema.yaml: {', '.join(absent)}")
    columns = {}
    for field in contract.input:
        column = frame[field.name]
        columns[field.name] = column.astype(object) if field.kind == "string" else column.astype(float)
    return pd.DataFrame(columns, index=frame.index)


def to_rows(frame: pd.DataFrame, contract: Contract) -> list[dict[str, Any]]:
    """The same rows as a caller of the service would send them."""
    rows = []
    for record in frame[[field.name for field in contract.input]].to_dict("records"):
        rows.append({str(name): None if pd.isna(value) else value for name, value in record.items()})
    return rows


def export_encoder(encoder: ColumnTransformer, contract: Contract) -> dict[str, Any]:
    """The fitted numbers, for `api/encoding.py`."""
    log, plain, missing, categories = _group(contract)
    fitted = [encoder.named_transformers_[name] for name in ("log", "plain") if name in encoder.named_transformers_]
    return {
        "log": log,
        "plain": plain,
        "missing": missing,
        "categories": [{"name": field.name, "values": list(field.enum or ())} for field in categories],
        "fill": _join([part.named_steps["simpleimputer"].statistics_ for part in fitted]),
        "mean": _join([part.named_steps["standardscaler"].mean_ for part in fitted]),
        "scale": _join([part.named_steps["standardscaler"].scale_ for part in fitted]),
    }


def _number_steps() -> tuple[SimpleImputer, StandardScaler]:
    return SimpleImputer(strategy="mean", keep_empty_features=True), StandardScaler()


def _group(contract: Contract) -> tuple[list[str], list[str], list[str], list[Field]]:
    """Names of log columns, plain columns and columns that may be missing; fields with categories."""
    numbers = [field for field in contract.input if field.kind != "string"]
    texts = [field for field in contract.input if field.kind == "string"]
    free = [field.name for field in texts if field.enum is None]
    if free:
        raise ValueError(f"a text column needs an enum in api/schema.yaml to be a feature: {', '.join(free)}")
    log = [field.name for field in numbers if field.transform == "log"]
    plain = [field.name for field in numbers if field.transform == "none"]
    missing = [field.name for field in numbers if field.nullable]
    return log, plain, missing, texts


def _join(parts: list[NDArray[np.float64]]) -> list[float]:
    return np.concatenate(parts).tolist() if parts else []
