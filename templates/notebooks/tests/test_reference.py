"""The reference profile holds bins of at least ten rows, and sees a shift."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from reference import create_profile, measure_drift, to_psi
from serving import Contract, Field

NUMBER = Field(name="x", kind="number", description={"en": "", "fr": ""}, example=1.0)
TEXT = Field(name="t", kind="string", description={"en": "", "fr": ""}, example="a", enum=("a", "b", "rare"))
SMALL = Contract(input=(NUMBER, TEXT), output=(NUMBER,))


def make(rows: int, shift: float = 0.0) -> pd.DataFrame:
    random = np.random.default_rng(5)
    texts = ["rare"] * 3 + ["a"] * (rows // 2) + ["b"] * (rows - 3 - rows // 2)
    return pd.DataFrame({"x": random.normal(shift, 1, rows), "t": texts})


def test_the_same_data_have_no_drift() -> None:
    frame = make(500)
    profile = create_profile(frame, frame["x"].to_numpy(), SMALL)
    assert all(value == pytest.approx(0, abs=1e-6) for value in measure_drift(profile, frame).values())


def test_a_shift_is_seen_in_its_own_column() -> None:
    profile = create_profile(make(500), np.zeros(500), SMALL)
    drift = measure_drift(profile, make(500, shift=2.0))
    assert drift["x"] > 0.25
    assert drift["t"] < 0.01


def test_no_bin_stands_for_a_few_rows() -> None:
    frame = make(200)
    frame.loc[0, "x"] = 987_654.0
    frame.loc[1:4, "x"] = np.nan
    profile = create_profile(frame, frame["x"].fillna(0).to_numpy(), SMALL)
    for entry in (*profile["columns"].values(), profile["score"]):
        counted = [share * 200 for share in entry["shares"]]
        assert all(count == 0 or count > 9 for count in counted)
    assert "rare" not in str(profile)
    assert "987654" not in str(profile)


def test_psi_by_hand() -> None:
    assert to_psi([0.5, 0.5], [0.25, 0.75]) == pytest.approx(0.25 * np.log(1.5) + 0.25 * np.log(2))


def test_the_contract_of_this_model_has_a_profile(contract: Contract, make_frame: Any) -> None:
    frame = make_frame(300)
    profile = create_profile(frame, np.linspace(0, 1, 300), contract)
    assert set(profile["columns"]) == {field.name for field in contract.input}
