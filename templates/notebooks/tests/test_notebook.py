"""The notebook as Databricks sees it, and as plain Python."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted(
    path for path in FOLDER.glob("*.py") if path.read_text(encoding="utf-8").startswith("# Databricks notebook source")
)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_cells_are_valid_python_and_leave_the_notebook_outside_of_any_try(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert "\n# COMMAND ----------\n" in text
    inside = [node for attempt in ast.walk(tree) if isinstance(attempt, ast.Try) for node in ast.walk(attempt)]
    assert not any(isinstance(node, ast.Attribute) and node.attr == "exit" for node in inside)


def test_the_training_notebook_is_one_of_them() -> None:
    assert "model_train.py" in [path.name for path in NOTEBOOKS]


def test_plain_python_trains_in_test_mode(guarded: Any, tmp_path: Path, settings: Any) -> None:
    import data

    environment = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    command = [sys.executable, str(FOLDER / "model_train.py"), "--mode", "test"]
    command += ["--git_commit", "c0ffee", "--tracking_uri", guarded.uri]
    before = os.times()
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    try:
        data.load(settings, 0.01)
    except NotImplementedError:
        # Without data yet it stops there, and says where to put them.
        assert result.returncode == 1
        assert "notebooks/data.py" in result.stderr
        return
    assert result.returncode == 0, result.stderr[-2000:]
    answer = json.loads(result.stdout.splitlines()[-1])
    assert (answer["mode"], answer["git_commit"], answer["model"]) == ("test", "c0ffee", None)
    after = os.times()
    # Processor time, because a busy build agent stretches the clock.
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    assert spent < 20
