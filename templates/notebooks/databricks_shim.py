"""`dbutils` where there is none: the little that the notebooks use, as plain Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any


class NotebookExit(SystemExit):
    """What `dbutils.notebook.exit` raises here; the process ends with 0."""

    def __init__(self, value: str) -> None:
        super().__init__(0)
        self.value = value


def find_dbutils(names: Mapping[str, Any]) -> Any:
    """Databricks' own `dbutils` if the notebook runs there, otherwise one made from the command line."""
    return names.get("dbutils") or create_dbutils(sys.argv[1:], os.environ)


def create_dbutils(arguments: Sequence[str], environment: Mapping[str, str]) -> SimpleNamespace:
    """Widgets take their values from `--name value`; secrets come from the environment."""
    given = _parse_arguments(arguments)
    values: dict[str, str] = {}

    def text(name: str, default: str = "", label: str = "") -> None:
        values[name] = given.get(name, default)

    def dropdown(name: str, default: str, choices: Sequence[str], label: str = "") -> None:
        value = given.get(name, default)
        if value not in choices:
            raise ValueError(f"--{name} is one of {', '.join(choices)}, not {value!r}")
        values[name] = value

    def leave(value: str) -> None:
        print(value)
        raise NotebookExit(value)

    def get_secret(scope: str, key: str) -> str:
        name = f"SECRET_{scope}_{key}".upper().replace("-", "_")
        if name not in environment:
            raise LookupError(f"secret {scope}/{key}: set {name} in the environment")
        return environment[name]

    return SimpleNamespace(
        widgets=SimpleNamespace(text=text, dropdown=dropdown, get=values.__getitem__, getAll=lambda: dict(values)),
        notebook=SimpleNamespace(exit=leave),
        secrets=SimpleNamespace(get=get_secret),
        is_plain=True,
    )


def _parse_arguments(arguments: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name or (not equals and not rest):
            raise ValueError(f"expected --name value, got {word!r}")
        given[name.replace("-", "_")] = value if equals else rest.pop(0)
    return given
