"""The steps of the notebook `{{name}}`."""

from __future__ import annotations


def run(rows: int) -> str:
    """What the notebook answers."""
    if rows < 1:
        raise ValueError(f"rows is a number from 1 on, not {rows}")
    return f"{rows} rows"
