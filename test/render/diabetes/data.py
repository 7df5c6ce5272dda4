"""Scikit-learn's diabetes data: progression of the disease after a year."""

from __future__ import annotations

import pandas as pd
from settings import Settings
from sklearn.datasets import load_diabetes

TARGET = "target"
TIME = ""


def load(settings: Settings, sample_fraction: float = 1.0) -> pd.DataFrame:
    """All 442 rows, or a fixed sample of them."""
    frame = load_diabetes(as_frame=True, scaled=False).frame
    return frame.sample(frac=sample_fraction, random_state=1) if sample_fraction < 1 else frame
