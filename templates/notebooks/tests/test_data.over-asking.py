"""The example's market: the same every time, and it turns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import data
import training
from evaluation import evaluate
from features import to_columns
from serving import Contract
from settings import Settings

# End of the hot market, end of the falling one.
TURNS = (pd.Timestamp("2022-01-01"), pd.Timestamp("2024-01-01"))


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    return data.generate_sales()


def measure(trained: Any, rows: pd.DataFrame) -> dict[str, float]:
    return evaluate("classification", rows["sold_over_asking"].to_numpy(dtype=float), trained.predict(rows))


def fit(rows: pd.DataFrame, contract: Contract) -> Any:
    target = rows["sold_over_asking"].to_numpy(dtype=float)
    return training.fit(rows, target, contract, "classification", 20, lambda epoch, model: None)


def test_the_same_seed_gives_the_same_rows(sales: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(sales, data.generate_sales())
    assert not data.generate_sales(rows=100, seed=1).equals(data.generate_sales(rows=100, seed=2))


def test_every_row_fits_the_contract(sales: pd.DataFrame, contract: Contract) -> None:
    for field in contract.input:
        column = sales[field.name].dropna()
        assert len(column) == len(sales) or field.nullable, field.name
        if field.enum:
            assert set(column) == set(field.enum), field.name
        if field.minimum is not None and field.maximum is not None:
            assert column.between(field.minimum, field.maximum).all(), field.name
    assert list(to_columns(sales, contract).columns) == [field.name for field in contract.input]


def test_a_sample_is_part_of_the_whole(settings: Settings) -> None:
    whole, part = data.load(settings), data.load(settings, 0.05)
    assert len(part) == round(len(whole) * 0.05)
    assert len(part.merge(whole, how="inner")) >= len(part)


def test_the_market_turns(sales: pd.DataFrame) -> None:
    hot = sales[sales["listed_on"] < TURNS[0]]
    falling = sales[sales["listed_on"].between(*TURNS)]
    assert hot["sold_over_asking"].mean() > 0.7
    assert falling["sold_over_asking"].mean() < 0.4
    assert falling["mortgage_rate"].mean() > hot["mortgage_rate"].mean() + 1


def test_a_model_of_the_hot_market_fails_later_and_training_again_helps(
    sales: pd.DataFrame, contract: Contract
) -> None:
    hot = sales[sales["listed_on"] < TURNS[0]].sample(frac=1, random_state=1)
    later = sales[sales["listed_on"] >= TURNS[1]].sample(frac=1, random_state=1)
    old = fit(hot.iloc[2000:], contract)
    before = measure(old, hot.iloc[:2000])
    after = measure(old, later.iloc[:1000])
    again = measure(fit(pd.concat([hot, later.iloc[1000:]]), contract), later.iloc[:1000])
    assert before["auc"] > 0.7
    assert after["log_loss"] > 1.5 * before["log_loss"]
    assert again["log_loss"] < 0.8 * after["log_loss"]


def test_the_target_of_each_task_and_no_other(settings: Settings) -> None:
    frame = data.load(settings, 0.01)
    assert not {"sold_over_asking", "price_reached"} & set(frame.columns)
    values = frame[data.TARGET]
    if settings.task == "classification":
        assert set(values) == {0, 1}
    else:
        assert np.isfinite(values).all() and values.between(50, 200).all()
