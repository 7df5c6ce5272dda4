"""Finds every command of the Azure CLI in Python sources: python collect_az.py FILE...

Prints a JSON list of {"file", "line", "words"}; what is only known at run time stands as VALUE. A list is one of the
CLI's if it starts with "az", or with one of the CLI's groups (for functions that put the program before it).
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

# Top-level groups of the Azure CLI that a pipeline could want.
GROUPS = {"account", "acr", "ad", "aks", "cognitiveservices", "container", "containerapp", "databricks", "datafactory"}
GROUPS |= {"devops", "group", "identity", "keyvault", "login", "logout", "ml", "monitor", "network", "pipelines"}
GROUPS |= {"repos", "resource", "rest", "role", "storage", "vm", "webapp"}


def to_words(node: ast.List, lists: dict[str, ast.List]) -> Iterator[str]:
    """The list's texts; a starred name stands for the list that it was given."""
    for element in node.elts:
        if isinstance(element, ast.Starred) and isinstance(element.value, ast.Name) and element.value.id in lists:
            yield from to_words(lists[element.value.id], lists)
        elif isinstance(element, ast.Constant):
            yield str(element.value)
        else:
            yield "VALUE"


def collect(path: Path) -> Iterator[dict[str, object]]:
    """The commands of one file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    seen: set[ast.List] = set()
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        lists = {
            target.id: node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.List)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(function):
            # A function inside a function is walked with both.
            if isinstance(node, ast.List) and node not in seen:
                seen.add(node)
                words = list(to_words(node, lists))
                if words[:1] == ["az"]:
                    yield {"file": str(path), "line": node.lineno, "words": words[1:]}
                elif words[:1] and words[0] in GROUPS and len(words) > 1:
                    yield {"file": str(path), "line": node.lineno, "words": words}


print(json.dumps([command for name in sys.argv[1:] for command in collect(Path(name))]))
