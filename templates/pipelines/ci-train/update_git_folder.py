"""Moves the main Git folder on Databricks to the head of main, and proves that it got there.

It never discards what somebody changed in that folder: it stops and says who can.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import agent
from databricks_client import Databricks, DatabricksError, Json, connect

BRANCH = "main"

Contains = Callable[[str, str], bool]


def find_folder_id(databricks: Databricks, folder: str) -> int:
    """The Git folder's id. The list of Git folders is deprecated and incomplete; the path is not."""
    try:
        return int(databricks.get("/api/2.0/workspace/get-status", path=folder)["object_id"])
    except DatabricksError as error:
        if error.code != "RESOURCE_DOES_NOT_EXIST":
            raise
        raise agent.Failure(
            f"The Git folder {folder} does not exist, or this identity may not see it. "
            "`npx create-mlops-model apply` makes it and grants the right."
        ) from error


def move(databricks: Databricks, folder: str) -> Json:
    """Checks out the head of main. Returns the folder as it is then (the PATCH itself answers nothing)."""
    folder_id = find_folder_id(databricks, folder)
    try:
        databricks.send("PATCH", f"/api/2.0/repos/{folder_id}", {"branch": BRANCH}, repeatable=True)
    except DatabricksError as error:
        if error.status in (401, 403):
            raise
        live = databricks.get(f"/api/2.0/repos/{folder_id}")
        raise agent.Failure(
            f"The Git folder {folder} could not be moved to {BRANCH}: it is at {live.get('head_commit_id')} "
            f"of {live.get('branch')}. {error} If somebody changed files in it: whoever may manage that folder opens "
            "it in Databricks (Git…) and commits the changes to a branch of their own or discards them; then run this "
            "again. Nothing was discarded."
        ) from error
    return databricks.get(f"/api/2.0/repos/{folder_id}")


def check_head(live: Json, expected: str, contains: Contains) -> str:
    """The commit that the folder is at: this run's, or a newer one of main that contains it."""
    head = str(live.get("head_commit_id") or "")
    if head == expected:
        return head
    if head and contains(head, expected):
        agent.warn(f"main has moved on to {head} since this run's {expected}; the folder follows main.")
        return head
    raise agent.Failure(
        f"The Git folder {live.get('path')} is at {head or 'no commit'}, not at this run's {expected}. "
        "Is it a folder of another repository? `npx create-mlops-model plan` tells."
    )


def contains_commit(head: str, commit: str) -> bool:
    """Whether head has the commit in its history, asked of a fresh copy of main."""
    token = agent.get_variable("SYSTEM_ACCESSTOKEN")
    # By environment and not by argument: arguments are for everybody on the agent to read.
    environment = {
        **os.environ,
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: bearer {token}",
        "GIT_TERMINAL_PROMPT": "0",
    }
    is_shallow = run_git(environment, "rev-parse", "--is-shallow-repository").stdout.strip() == "true"
    depth = ["--unshallow"] if is_shallow else []
    fetched = run_git(environment, "fetch", "--quiet", *depth, "origin", BRANCH)
    if fetched.returncode != 0:
        raise agent.Failure(f"main could not be fetched to compare commits: {fetched.stderr.strip()}")
    return run_git(environment, "merge-base", "--is-ancestor", commit, head).returncode == 0


def run_git(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False, env=environment)


def main() -> int:
    """The step."""
    try:
        folder = agent.get_variable("MAIN_FOLDER")
        live = move(connect(), folder)
        head = check_head(live, agent.get_variable("BUILD_SOURCEVERSION"), contains_commit)
    except agent.Failure as failure:
        return agent.fail(failure)
    # What the training job runs and what it must hand back.
    agent.set_variable("GIT_COMMIT", head)
    agent.say(f"{folder} is at {head}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
