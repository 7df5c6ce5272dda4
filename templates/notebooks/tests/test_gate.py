"""Which version serves, and which candidate may follow it."""

from __future__ import annotations

import pytest

from gate import Version, judge, pick
from settings import Metric

LOSS = Metric("loss", "minimize", 0.0)
AUC = Metric("auc", "maximize", 0.0)

ONE = [Version(1, {"loss": 0.5, "auc": 0.7})]
TWO = [*ONE, Version(2, {"loss": 0.4, "auc": 0.6})]
FIVE = [*TWO, Version(3, {"loss": 0.4}), Version(4, {"auc": 0.7}), Version(10, {"loss": 0.6, "auc": 0.65})]


@pytest.mark.parametrize(
    ("versions", "select", "metric", "expected"),
    [
        (ONE, "latest", LOSS, 1),
        (ONE, "best", LOSS, 1),
        (TWO, "latest", LOSS, 2),
        (TWO, "best", LOSS, 2),
        (TWO, "best", AUC, 1),
        # 10 is newer than 4: numbers, not texts.
        (FIVE, "latest", LOSS, 10),
        # 2 and 3 tie: the newer one.
        (FIVE, "best", LOSS, 3),
        (FIVE, "best", AUC, 4),
        (FIVE, 2, LOSS, 2),
    ],
)
def test_picks(versions: list[Version], select: str | int, metric: Metric, expected: int) -> None:
    for order in (versions, versions[::-1]):
        found = pick(order, select, metric)
        assert found is not None
        assert found.number == expected


def test_nothing_registered_is_nothing_in_service() -> None:
    assert pick([], "best", LOSS) is None
    assert pick([], 3, LOSS) is None


def test_a_version_that_is_not_there_is_named_with_those_there_are() -> None:
    with pytest.raises(LookupError, match="selects version 7; registered are: 1, 2"):
        pick(TWO, 7, LOSS)


def test_no_version_with_the_metric() -> None:
    with pytest.raises(LookupError, match="'rmse', but no registered version"):
        pick(TWO, "best", Metric("rmse", "minimize", 0.0))


@pytest.mark.parametrize(
    ("candidate", "current", "goal", "minimum", "outcome"),
    [
        (0.40, 0.50, "minimize", 0.0, "better"),
        (0.50, 0.50, "minimize", 0.0, "not-better"),
        (0.60, 0.50, "minimize", 0.0, "not-better"),
        (0.60, 0.50, "maximize", 0.0, "better"),
        (0.40, 0.50, "maximize", 0.0, "not-better"),
        (0.375, 0.50, "minimize", 0.125, "better"),
        (0.40, 0.50, "minimize", 0.125, "not-better"),
        (float("nan"), 0.50, "minimize", 0.0, "not-better"),
    ],
)
def test_judges(candidate: float, current: float, goal: str, minimum: float, outcome: str) -> None:
    verdict = judge(candidate, current, 3, Metric("m", goal, minimum))
    assert verdict.outcome == outcome
    assert verdict.passed is (outcome == "better")
    assert verdict.current_version == 3


def test_the_first_model_passes() -> None:
    verdict = judge(0.9, None, None, LOSS)
    assert (verdict.outcome, verdict.passed) == ("first-model", True)


def test_a_model_for_changed_columns_passes() -> None:
    verdict = judge(0.9, None, 4, LOSS)
    assert (verdict.outcome, verdict.passed) == ("contract-changed", True)
