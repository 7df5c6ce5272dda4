"""Programs that stand in for those of an agent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

# Name and Python text of a program → where it was put, first on PATH.
PutProgram = Callable[[str, str], Path]
