"""Where the rows come from.

This file is yours: let `load` return your rows, with the columns of `api/schema.yaml` and `TARGET`.
Until then the tests work on rows that are made up from `api/schema.yaml`.
"""

from __future__ import annotations

import pandas as pd

from settings import Settings

# The column with what is to be predicted: 0 or 1 for classification, a number for regression.
TARGET = "target"
# Rows are split by this column: the newest ones are the hold-out. Empty: split at random, with a fixed seed.
TIME = ""


def load(settings: Settings, sample_fraction: float = 1.0) -> pd.DataFrame:
    """All rows, or a fixed sample of them. On Databricks: `spark.table(…).sample(…).toPandas()`."""
    raise NotImplementedError(f"{settings.model} has no data yet: let load() in notebooks/data.py return your rows")
