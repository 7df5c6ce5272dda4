"""The service's plain numpy encoding gives the numbers that training saw."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from encoding import parse_encoder
from features import create_encoder, export_encoder, to_columns, to_rows
from serving import Contract


def test_numpy_and_scikit_learn_agree_to_1e_9(contract: Contract, make_frame: Any) -> None:
    encoder = create_encoder(contract).fit(to_columns(make_frame(500, seed=1), contract))
    fresh = make_frame(300, seed=2)
    ours = parse_encoder(json.loads(json.dumps(export_encoder(encoder, contract))))
    expected = np.asarray(encoder.transform(to_columns(fresh, contract)))
    assert ours.width == expected.shape[1]
    np.testing.assert_allclose(ours.encode(to_rows(fresh, contract)), expected, rtol=1e-9, atol=1e-9)


def test_a_missing_number_and_an_unknown_category_are_encoded_alike(contract: Contract, make_frame: Any) -> None:
    frame = to_columns(make_frame(), contract)
    encoder = create_encoder(contract).fit(frame)
    ours = parse_encoder(export_encoder(encoder, contract))
    odd = frame.head(1).copy()
    for field in contract.input:
        odd[field.name] = "never seen" if field.kind == "string" else np.nan
    expected = np.asarray(encoder.transform(odd))
    np.testing.assert_allclose(ours.encode(to_rows(odd, contract)), expected, rtol=1e-9, atol=1e-9)
    absent: list[dict[str, Any]] = [{}]
    np.testing.assert_allclose(ours.encode(absent), expected, rtol=1e-9, atol=1e-9)


def test_a_column_without_any_value_does_not_shift_the_others(contract: Contract, make_frame: Any) -> None:
    frame = to_columns(make_frame(), contract)
    numbers = [field.name for field in contract.input if field.kind != "string"]
    frame[numbers[0]] = np.nan
    encoder = create_encoder(contract).fit(frame)
    ours = parse_encoder(export_encoder(encoder, contract))
    expected = np.asarray(encoder.transform(frame))
    np.testing.assert_allclose(ours.encode(to_rows(frame, contract)), expected, rtol=1e-9, atol=1e-9)


def test_says_which_columns_the_data_lack(contract: Contract) -> None:
    with pytest.raises(ValueError, match=contract.input[0].name):
        to_columns(pd.DataFrame({"something": [1]}), contract)
