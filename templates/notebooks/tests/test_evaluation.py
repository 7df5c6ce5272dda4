"""Metrics against numbers worked out by hand, and the plots."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from evaluation import evaluate, get_metric, save_plots, to_calibration


def test_classification_metrics() -> None:
    metrics = evaluate("classification", np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.25, 0.75, 0.5, 0.75]))
    assert metrics["accuracy"] == 0.75
    assert metrics["brier"] == pytest.approx((0.0625 + 0.0625 + 0.25 + 0.5625) / 4)
    assert metrics["log_loss"] == pytest.approx(-(2 * math.log(0.75) + math.log(0.5) + math.log(0.25)) / 4)
    assert metrics["auc"] == pytest.approx(2.5 / 4)


def test_regression_metrics() -> None:
    metrics = evaluate("regression", np.array([1.0, 3.0]), np.array([2.0, 5.0]))
    assert metrics["rmse"] == pytest.approx(math.sqrt(2.5))
    assert metrics["mae"] == 1.5
    assert metrics["r2"] == pytest.approx(1 - 5 / 2)


def test_a_holdout_of_one_class_has_no_ranking() -> None:
    assert evaluate("classification", np.ones(3), np.array([0.5, 0.9, 0.8]))["auc"] == 0.5


def test_an_empty_holdout_is_an_error() -> None:
    with pytest.raises(ValueError, match="no rows"):
        evaluate("regression", np.array([]), np.array([]))


def test_an_unknown_metric_is_named_with_those_there_are() -> None:
    with pytest.raises(LookupError, match="judges by 'f1', but evaluation.py gives: auc, log_loss"):
        get_metric({"log_loss": 0.1, "auc": 0.9}, "f1")


def test_each_calibration_point_stands_for_at_least_ten_rows() -> None:
    predicted = np.linspace(0, 1, 35)
    points = to_calibration("classification", (predicted > 0.5).astype(float), predicted)
    assert len(points) == 3
    assert [round(point[1]) for point in points] == [0, 0, 1] or [round(point[1]) for point in points] == [0, 1, 1]


def test_plots_are_pictures(tmp_path: Path) -> None:
    save_plots(tmp_path, [{"rmse": 2.0}, {"rmse": 1.0}], "rmse", [(0.1, 0.2), (0.5, 0.4)])
    for name in ("epochs.png", "calibration.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
