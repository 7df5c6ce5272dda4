"""Programs that the deployment scripts run, and what they tell the agent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The agent's vocabulary is the same for both folders of pipelines.
sys.path.append(str(Path(__file__).resolve().parent.parent / "ci-train"))

from agent import Failure, add_tag, fail, get_variable, mask, say, set_variable, warn

__all__ = [
    "Failure",
    "add_tag",
    "fail",
    "find_program",
    "get_variable",
    "mask",
    "run",
    "say",
    "set_variable",
    "try_run",
    "warn",
]


def find_program(name: str) -> str:
    """A program's path. Raises Failure naming it if the agent has none."""
    path = shutil.which(name)
    if path is None:
        raise Failure(f"{name} is not on this agent. Install it, or choose another pool in mlops.yaml.")
    return path


def try_run(
    arguments: list[str],
    *,
    text: str | None = None,
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs a program, never through a shell. Returns its end, whatever it is."""
    return subprocess.run(
        [find_program(arguments[0]), *arguments[1:]],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, **(environment or {})},
    )


def run(
    arguments: list[str],
    *,
    text: str | None = None,
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    """Runs a program. Returns what it printed; raises Failure with the end of its complaint otherwise."""
    done = try_run(arguments, text=text, environment=environment, folder=folder)
    if done.returncode != 0:
        complaint = (done.stderr.strip() or done.stdout.strip())[-1500:]
        raise Failure(f"{' '.join(arguments[:3])} failed: {complaint or f'exit code {done.returncode}'}")
    return done.stdout
