"""Makes the integration folder on Databricks an exact mirror of the commit that is being tested.

What the commit lacks is removed, modules stay files and notebooks notebooks. Only one run at a time
may be here: the pipeline holds the environment's exclusive lock.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

import agent
from databricks_client import Databricks, DatabricksError, connect

# What training reads, paths of the repository. It holds its model against the API's own score.py and schema.yaml.
MIRRORED = ("notebooks", "api", "requirements/train.txt", "mlops.yaml")

NOTEBOOK_HEADER = b"# Databricks notebook source"

Kind = Literal["NOTEBOOK", "FILE", "DIRECTORY"]


@dataclass(frozen=True)
class Item:
    """One file of the commit as it will lie in the workspace."""

    source: str
    target: str
    kind: Kind
    content: bytes


def read_commit(commit: str) -> dict[str, bytes]:
    """The mirrored files of a commit: path → content, as git has them and not as the checkout does."""
    listing = run_git("ls-tree", "-r", "-z", "--name-only", commit, "--", *MIRRORED).decode()
    paths = [path for path in listing.split("\0") if path]
    return {path: run_git("cat-file", "blob", f"{commit}:{path}") for path in paths}


def run_git(*arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    if done.returncode != 0:
        raise agent.Failure(f"git {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def to_item(path: str, content: bytes, folder: str) -> Item:
    """Where a file goes and as what: a notebook loses its extension, everything else keeps its name."""
    is_notebook = path.endswith(".ipynb") or (path.endswith(".py") and content.startswith(NOTEBOOK_HEADER))
    target = PurePosixPath(folder, path)
    return Item(
        source=path,
        target=str(target.with_suffix("") if is_notebook else target),
        kind="NOTEBOOK" if is_notebook else "FILE",
        content=content,
    )


def list_folder(databricks: Databricks, folder: str) -> dict[str, Kind]:
    """Everything below a folder: path → kind. A folder that does not exist is empty."""
    try:
        objects = databricks.get("/api/2.0/workspace/list", path=folder).get("objects", [])
    except DatabricksError as error:
        if error.code == "RESOURCE_DOES_NOT_EXIST":
            return {}
        raise
    found: dict[str, Kind] = {}
    for each in objects:
        # The answer may carry the prefix /Workspace, which names the same place.
        path = str(each["path"]).removeprefix("/Workspace")
        found[path] = each["object_type"]
        if each["object_type"] == "DIRECTORY":
            found |= list_folder(databricks, path)
    return found


def plan_deletions(found: dict[str, Kind], items: list[Item]) -> list[str]:
    """What must go: things that the commit lacks or has as another kind. The top of a doomed tree only."""
    wanted: dict[str, Kind] = {item.target: item.kind for item in items}
    for item in items:
        for parent in PurePosixPath(item.target).parents:
            wanted.setdefault(str(parent), "DIRECTORY")
    doomed = sorted(path for path, kind in found.items() if wanted.get(path) != kind)
    tops: list[str] = []
    for path in doomed:
        if not tops or not path.startswith(f"{tops[-1]}/"):
            tops.append(path)
    return tops


def import_item(databricks: Databricks, item: Item) -> None:
    if item.source.endswith(".ipynb"):
        form = {"format": "JUPYTER"}
    elif item.kind == "NOTEBOOK":
        form = {"format": "SOURCE", "language": "PYTHON"}
    else:
        form = {"format": "RAW"}
    content = base64.b64encode(item.content).decode()
    body = {"path": item.target, "content": content, "overwrite": True, **form}
    try:
        databricks.send("POST", "/api/2.0/workspace/import", body, repeatable=True)
    except DatabricksError as error:
        raise agent.Failure(f"{item.source} could not be copied to {item.target}. {error}") from error


def mirror(databricks: Databricks, folder: str, files: dict[str, bytes]) -> list[str]:
    """Makes the folder hold these files and nothing else. Returns what was removed."""
    items = [to_item(path, content, folder) for path, content in files.items()]
    doomed = plan_deletions(list_folder(databricks, folder), items)
    for path in doomed:
        body = {"path": path, "recursive": True}
        try:
            databricks.send("POST", "/api/2.0/workspace/delete", body, repeatable=True)
        except DatabricksError as error:
            # Gone already: an earlier attempt whose answer was lost.
            if error.code != "RESOURCE_DOES_NOT_EXIST":
                raise
    for parent in sorted({str(PurePosixPath(item.target).parent) for item in items} | {folder}):
        databricks.send("POST", "/api/2.0/workspace/mkdirs", {"path": parent}, repeatable=True)
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(lambda item: import_item(databricks, item), items))
    return doomed


def check_folder(folder: str) -> None:
    """Refuses a folder so near the root that it could hold somebody else's work."""
    parts = PurePosixPath(folder).parts
    if not folder.startswith("/") or len(parts) < 4 or ".." in parts:
        raise agent.Failure(f'INTEGRATION_FOLDER "{folder}" is too near the root of the workspace to be emptied.')


def main() -> int:
    """The step."""
    try:
        folder = agent.get_variable("INTEGRATION_FOLDER")
        check_folder(folder)
        commit = os.environ.get("BUILD_SOURCEVERSION") or run_git("rev-parse", "HEAD").decode().strip()
        files = read_commit(commit)
        removed = mirror(connect(), folder, files)
    except agent.Failure as failure:
        return agent.fail(failure)
    for path in removed:
        agent.say(f"removed {path}")
    agent.say(f"{folder} mirrors {commit}: {len(files)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
