"""When the monitor speaks of drift."""

from __future__ import annotations

import pytest

from {{name}}_monitoring import is_drift


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        ({"a": 0.01, "b": 0.02, "c": 0.03, "d": 0.0}, False),
        ({"a": 0.3, "b": 0.0, "c": 0.0, "d": 0.0}, True),
        ({"a": 0.15, "b": 0.15, "c": 0.0, "d": 0.0}, True),
        ({"a": 0.15, "b": 0.0, "c": 0.0, "d": 0.0}, False),
    ],
)
def test_one_clear_or_many_slight_shifts_are_drift(index: dict[str, float], expected: bool) -> None:
    assert is_drift(index) is expected
