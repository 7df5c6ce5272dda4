"""Hygiene of what goes into the repository: notebooks without outputs, Python that parses, no secrets.

python check_notebooks.py [path …]      without a path: everything that git tracks
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import agent

HEADER = "# Databricks notebook source"

# Line magics and shell escapes that Databricks itself writes as `# MAGIC …`.
BARE_MAGIC = re.compile(r"^\s*(%%?[a-z]\w*|!\S)", re.MULTILINE)

SECRETS = {
    "a Databricks token": re.compile(r"\bdapi[0-9a-f]{32}(-\d)?\b"),
    "an Azure storage key": re.compile(r"AccountKey=[A-Za-z0-9+/]{40,}={0,2}"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "a signed token (JWT)": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "a shared access signature": re.compile(r"[?&]sig=[A-Za-z0-9%]{30,}"),
    "a client secret of Entra": re.compile(r"\b[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{31,34}\b"),
    "a password in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@'\"{}$<]+:[^/\s:@'\"{}$<]{6,}@"),
}

TEXT_LIMIT = 2_000_000


@dataclass(frozen=True)
class Finding:
    """Something to put right before it is merged."""

    path: str
    line: int
    message: str


def check_file(path: str, text: str) -> Iterator[Finding]:
    """Everything wrong with one file."""
    if path.endswith(".ipynb"):
        yield from check_jupyter(path, text)
    if path.endswith(".py"):
        yield from check_python(path, text)
    for number, line in enumerate(text.splitlines(), 1):
        for name, pattern in SECRETS.items():
            if pattern.search(line):
                # What was found is not printed: logs are read by many.
                yield Finding(path, number, f"looks like {name}: take it out and have it replaced at its source")


def check_jupyter(path: str, text: str) -> Iterator[Finding]:
    try:
        cells = json.loads(text).get("cells", [])
    except (ValueError, AttributeError):
        yield Finding(path, 1, "is not a readable notebook")
        return
    for number, cell in enumerate(cells, 1):
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield Finding(path, 1, f"cell {number} holds outputs, which may show records: clear all outputs")


def check_python(path: str, text: str) -> Iterator[Finding]:
    try:
        ast.parse(text)
    except SyntaxError as error:
        is_magic = text.startswith(HEADER) and BARE_MAGIC.search(text)
        hint = "; in a notebook's source write magics as `# MAGIC %pip …`" if is_magic else ""
        yield Finding(path, error.lineno or 1, f"is not valid Python: {error.msg}{hint}")
    except ValueError as error:
        yield Finding(path, 1, f"is not valid Python: {error}")


def list_tracked() -> list[str]:
    """What git tracks, relative to the repository's root."""
    done = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise agent.Failure("This is not a git repository: give the paths to check.")
    return [path for path in done.stdout.split("\0") if path]


def read_text(path: str) -> str | None:
    """A file's text, or nothing for what is no text, no file or too long to be written by hand."""
    file = Path(path)
    if file.is_symlink() or not file.is_file() or file.stat().st_size > TEXT_LIMIT:
        return None
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def main(arguments: list[str]) -> int:
    """The step."""
    try:
        paths = arguments or list_tracked()
    except agent.Failure as failure:
        return agent.fail(failure)
    texts = ((path, read_text(path)) for path in paths)
    findings = [finding for path, text in texts if text is not None for finding in check_file(path, text)]
    for finding in findings:
        agent.say(f"{finding.path}:{finding.line}: {finding.message}")
    if findings:
        return agent.fail(agent.Failure(f"{len(findings)} findings in what would be merged; see above."))
    agent.say(f"{len(paths)} files: no outputs, no secrets, valid Python.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
