"""Rows to a matrix of numbers with plain numpy, from parameters that training fitted.

A pandas row through scikit-learn costs milliseconds; this costs microseconds and gives the same numbers
(`notebooks/tests/test_features.py` compares the two to 1e-9).
Columns: numbers (log first, then plain), then "was missing" flags, then one column per category.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = Sequence[Mapping[str, Any]]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Encoder:
    """The fitted parameters, ready to use."""

    log: tuple[str, ...]
    plain: tuple[str, ...]
    missing: tuple[str, ...]
    categories: tuple[tuple[str, tuple[str, ...]], ...]
    fill: Matrix
    mean: Matrix
    scale: Matrix

    @cached_property
    def width(self) -> int:
        """Columns of the matrix."""
        numbers = len(self.log) + len(self.plain) + len(self.missing)
        return numbers + sum(len(values) for _, values in self.categories)

    @cached_property
    def places(self) -> tuple[tuple[str, dict[str, int]], ...]:
        """For each text column: which value sets which column of the matrix."""
        start = len(self.log) + len(self.plain) + len(self.missing)
        places = []
        for name, values in self.categories:
            places.append((name, {value: start + index for index, value in enumerate(values)}))
            start += len(values)
        return tuple(places)

    def encode(self, rows: Rows) -> Matrix:
        """One line per row; a missing number takes the training mean, an unknown category has no column."""
        numbers = (*self.log, *self.plain)
        matrix = np.zeros((len(rows), self.width))
        if numbers:
            block = np.array([[row.get(name) for name in numbers] for row in rows], dtype=np.float64)
            if self.log:
                block[:, : len(self.log)] = np.log1p(block[:, : len(self.log)])
            absent = np.isnan(block)
            if absent.any():
                block = np.where(absent, self.fill, block)
            matrix[:, : len(numbers)] = (block - self.mean) / self.scale
        for place, name in enumerate(self.missing, len(numbers)):
            matrix[:, place] = [_is_missing(row.get(name)) for row in rows]
        for name, places in self.places:
            for line, row in enumerate(rows):
                place = places.get(row.get(name, ""))
                if place is not None:
                    matrix[line, place] = 1.0
        return matrix


def parse_encoder(parameters: Mapping[str, Any]) -> Encoder:
    """The encoder that `parameters.json` describes."""
    return Encoder(
        log=tuple(parameters["log"]),
        plain=tuple(parameters["plain"]),
        missing=tuple(parameters["missing"]),
        categories=tuple((item["name"], tuple(item["values"])) for item in parameters["categories"]),
        fill=np.array(parameters["fill"], dtype=np.float64),
        mean=np.array(parameters["mean"], dtype=np.float64),
        scale=np.array(parameters["scale"], dtype=np.float64),
    )


def _is_missing(value: Any) -> bool:
    return value is None or value != value  # NaN is the only value that differs from itself
