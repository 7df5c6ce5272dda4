"""What a run is asked to do: the notebook's widgets as one typed value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TEST_FRACTION = 0.05
FULL_EPOCHS = 20


@dataclass(frozen=True)
class Parameters:
    """One training run."""

    mode: str
    sample_fraction: float
    epochs: int
    register: bool
    git_commit: str
    tracking_uri: str

    @property
    def is_test(self) -> bool:
        """Whether this only proves that the code runs: a small sample, one epoch, nothing registered."""
        return self.mode == "test"


def declare_parameters(dbutils: Any) -> None:
    """The widgets; empty means: as the mode says."""
    dbutils.widgets.dropdown("mode", "full", ["full", "test"], "Mode")
    dbutils.widgets.text("sample_fraction", "", "Share of the rows, 0–1 (empty: 0.05 in test mode, else 1)")
    dbutils.widgets.text("epochs", "", "Epochs (empty: 1 in test mode, else 20)")
    dbutils.widgets.dropdown("register", "false", ["true", "false"], "Register the model if it is better")
    dbutils.widgets.text("git_commit", "", "Commit (the pipelines fill it in)")
    dbutils.widgets.text("tracking_uri", "", "MLflow (empty: from the environment, else a local file)")


def read_parameters(dbutils: Any) -> Parameters:
    """The widgets' texts, checked."""
    get = dbutils.widgets.get
    mode = get("mode")
    if mode not in ("full", "test"):
        raise ValueError(f"mode is 'full' or 'test', not {mode!r}")
    fraction = float(get("sample_fraction") or (TEST_FRACTION if mode == "test" else 1.0))
    epochs = int(get("epochs") or (1 if mode == "test" else FULL_EPOCHS))
    register = get("register").lower()
    if not 0 < fraction <= 1:
        raise ValueError(f"sample_fraction lies between 0 and 1, not {fraction}")
    if not 1 <= epochs <= 100_000:
        raise ValueError(f"epochs is a number from 1 on, not {epochs}")
    if register not in ("true", "false"):
        raise ValueError(f"register is 'true' or 'false', not {register!r}")
    return Parameters(
        mode=mode,
        sample_fraction=fraction,
        epochs=epochs,
        # A test run never registers, whatever it was asked.
        register=register == "true" and mode == "full",
        git_commit=get("git_commit"),
        tracking_uri=get("tracking_uri"),
    )
