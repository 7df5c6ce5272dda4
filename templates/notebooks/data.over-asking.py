"""The example's data: will an Ottawa house sell over the asking price?

No data lies in the repository, only this generator: the same seed gives the same rows. The market goes
through three regimes, so that a model trained on the first one fails visibly in the second:
a hot market (2019–2021), rising rates (2022–2023), a partial recovery with other neighbourhoods in fashion (2024 on).

This file is yours: let `load` return your own rows, with the columns of `api/schema.yaml` and `TARGET`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from settings import Settings

TARGET = "target"
# Rows are split by this column: the newest ones are the hold-out. Empty: split at random, with a fixed seed.
TIME = "listed_on"
ROWS = 24_000
MONTHS = 72
START = "2019-01-01"
SEED = 20_190_101

NEIGHBOURHOODS = (
    "Alta Vista",
    "Barrhaven",
    "Centretown",
    "Glebe",
    "Gloucester",
    "Hintonburg",
    "Kanata",
    "Nepean",
    "Orléans",
    "Rockcliffe Park",
    "Vanier",
    "Westboro",
)
# Price level against the city's average, as a logarithm.
LEVELS = np.array([0.05, -0.06, 0.02, 0.34, -0.10, 0.16, -0.02, -0.04, -0.08, 0.72, -0.18, 0.28])
# How sought after, before and after the market turned.
APPEAL_BEFORE = np.array([0.1, 0.3, -0.2, 0.8, 0.0, 0.6, 0.2, 0.1, 0.2, -0.5, -0.6, 0.9])
APPEAL_AFTER = np.array([0.3, -0.4, 0.7, 0.1, 0.2, -0.1, -0.5, 0.3, 0.6, -0.2, 0.8, -0.1])

TYPES = ("condo", "detached", "row", "semi")
TYPE_SHARES = np.array([0.28, 0.40, 0.20, 0.12])
TYPE_LEVELS = np.array([-0.12, 0.18, -0.04, 0.04])


def load(settings: Settings, sample_fraction: float = 1.0) -> pd.DataFrame:
    """All rows, or a fixed sample of them. For regression the target is the price reached, in % of the asking price."""
    frame = generate_sales()
    target = "sold_over_asking" if settings.task == "classification" else "price_reached"
    frame = frame.rename(columns={target: TARGET}).drop(columns={"sold_over_asking", "price_reached"} - {target})
    if sample_fraction < 1:
        frame = frame.sample(frac=sample_fraction, random_state=SEED).sort_index()
    return frame.reset_index(drop=True)


def generate_sales(rows: int = ROWS, months: int = MONTHS, seed: int = SEED) -> pd.DataFrame:
    """The whole made-up market, oldest listing first."""
    random = np.random.default_rng(seed)
    month = np.sort(random.integers(0, months, rows))
    place = random.integers(0, len(NEIGHBOURHOODS), rows)
    kind = random.choice(len(TYPES), rows, p=TYPE_SHARES)
    rate, inventory = _draw_market(random, month)
    bedrooms = np.clip(random.poisson(np.array([1.4, 3.2, 2.6, 2.8])[kind]) + 1, 1, 8)
    area = np.round(np.clip(38 + 27 * bedrooms + random.normal(0, 16, rows), 35, 450), 1)
    lot = np.round(np.clip(random.lognormal(np.array([0.0, 6.1, 5.2, 5.4])[kind], 0.25), 60, 4000), 1)
    year_built = random.integers(1890, 2019, rows)
    age = (2019 + month / 12 - year_built) / 100
    # What the house is worth; sizes of the effects as in published hedonic studies of Ontario prices.
    worth = 9.8 + 0.62 * np.log1p(area) + 0.04 * bedrooms + LEVELS[place] + TYPE_LEVELS[kind] - 0.10 * age
    worth = worth + 0.06 * np.log1p(np.where(kind == 0, 0.0, lot)) + random.normal(0, 0.02, rows)
    # In the hot market sellers ask less than the worth, to start a bidding war; later they ask more.
    asked = np.select([month < 36, month < 60], [-0.045, 0.015], 0.0)
    asking = np.round(np.exp(worth + asked + random.normal(0, 0.08, rows)), -2)
    days = np.round(random.exponential(4 + 7 * inventory)).clip(0, 365).astype(int)
    appeal = np.where(month < 60, APPEAL_BEFORE[place], APPEAL_AFTER[place])
    gap = worth - np.log(asking)
    strength = 30 * gap - 0.02 * days - 0.9 * (inventory - 2.5) - 0.45 * (rate - 3.5) + 0.3 * (kind == 1) + appeal
    noise = random.logistic(0, 1, rows)
    frame = pd.DataFrame(
        {
            TIME: pd.to_datetime(START) + pd.to_timedelta(month * 30.4375, unit="D").floor("D"),
            "neighbourhood": np.array(NEIGHBOURHOODS, dtype=object)[place],
            "property_type": np.array(TYPES, dtype=object)[kind],
            "bedrooms": bedrooms,
            "bathrooms": np.clip(np.round(bedrooms * 0.6 + random.normal(0, 0.5, rows)), 1, 6).astype(int),
            "living_area": area,
            "lot_area": np.where(kind == 0, np.nan, lot),
            "year_built": year_built,
            "parking": random.integers(0, 4, rows),
            "list_price": asking,
            "days_on_market": days,
            "mortgage_rate": np.round(rate, 2),
            "months_of_inventory": np.round(inventory, 2),
            "sold_over_asking": (strength + noise > 0).astype(int),
            "price_reached": np.round(100 + 1.6 * np.tanh((strength + noise) / 4) * 5, 2),
        }
    )
    return frame


def _draw_market(
    random: np.random.Generator, month: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mortgage rate (%) and months of inventory in the month of each listing."""
    knots = [0, 35, 48, 59, 71]
    rate = np.interp(month, knots, [2.6, 2.3, 5.6, 6.0, 4.4])
    inventory = np.interp(month, knots, [1.4, 1.0, 3.4, 3.8, 2.6])
    jitter = random.normal(0, 0.1, len(month))
    return np.clip(rate + jitter, 0.5, 15), np.clip(inventory + 2 * jitter, 0.3, 12)
