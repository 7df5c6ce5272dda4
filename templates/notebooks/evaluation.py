"""Numbers and pictures that say how good a model is. Aggregates only: nothing here keeps a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    brier_score_loss,
    log_loss,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
    root_mean_squared_error,
)

Numbers = NDArray[np.float64]
CALIBRATION_BINS = 10
# A point of a plot stands for at least this many rows.
SMALLEST_GROUP = 10


def evaluate(task: str, actual: Numbers, predicted: Numbers) -> dict[str, float]:
    """All metrics of the task."""
    if len(actual) == 0:
        raise ValueError("the hold-out has no rows")
    if task == "regression":
        return {
            "rmse": float(root_mean_squared_error(actual, predicted)),
            "mae": float(mean_absolute_error(actual, predicted)),
            "r2": float(r2_score(actual, predicted)) if len(actual) > 1 else 0.0,
        }
    one_class = len(np.unique(actual)) < 2
    return {
        "log_loss": float(log_loss(actual, predicted, labels=[0, 1])),
        "auc": 0.5 if one_class else float(roc_auc_score(actual, predicted)),
        "accuracy": float(np.mean((predicted >= 0.5) == (actual >= 0.5))),
        "brier": float(brier_score_loss(actual, predicted, pos_label=1)),
    }


def get_metric(metrics: Mapping[str, float], name: str) -> float:
    """The metric that `mlops.yaml` names, or an error that lists those there are."""
    if name not in metrics:
        known = ", ".join(sorted(metrics))
        raise LookupError(f"mlops.yaml judges by {name!r}, but evaluation.py gives: {known}")
    return metrics[name]


def to_calibration(task: str, actual: Numbers, predicted: Numbers) -> list[tuple[float, float]]:
    """Mean prediction against mean outcome, in groups of equal size and at least `SMALLEST_GROUP` rows."""
    groups = max(1, min(CALIBRATION_BINS, len(actual) // SMALLEST_GROUP))
    order = np.argsort(predicted, kind="stable")
    parts = np.array_split(order, groups)
    return [(float(predicted[part].mean()), float(actual[part].mean())) for part in parts]


def save_plots(
    folder: Path,
    history: Sequence[Mapping[str, float]],
    metric: str,
    calibration: Sequence[tuple[float, float]],
) -> None:
    """`epochs.png` and `calibration.png`."""
    import matplotlib

    matplotlib.use("Agg")  # no screen on a cluster
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4), layout="constrained")
    axes.plot(range(1, len(history) + 1), [epoch[metric] for epoch in history], marker="o", markersize=3)
    axes.set(xlabel="Epoch · Époque", ylabel=metric, title=f"{metric} (hold-out · validation)")
    _write(figure, folder / "epochs.png")
    pyplot.close(figure)

    figure, axes = pyplot.subplots(figsize=(5, 5), layout="constrained")
    predicted, actual = zip(*calibration, strict=True)
    low, high = min(*predicted, *actual), max(*predicted, *actual)
    axes.plot([low, high], [low, high], linestyle=":", color="grey")
    axes.plot(predicted, actual, marker="o")
    axes.set(xlabel="Predicted · Prévu", ylabel="Actual · Réel", title="Calibration")
    _write(figure, folder / "calibration.png")
    pyplot.close(figure)


def _write(figure: Any, path: Path) -> None:
    figure.savefig(path, dpi=110, metadata={"Software": None})
