"""Main's Git folder follows main, and nothing in it is thrown away unasked."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

import agent
import update_git_folder
from databricks_client import Databricks
from fake_http import Reply, Request, serve

FOLDER = "/Shared/mlops/x/main"
HEAD, OLD = "a" * 40, "b" * 40


def move(patch: Reply, live: dict[str, Any] | None = None, status: Reply = (200, {"object_id": 12})) -> dict[str, Any]:
    def route(request: Request) -> Reply:
        if request.path.endswith("/get-status"):
            return status
        if request.method == "PATCH":
            assert request.body == {"branch": "main"}
            return patch
        return 200, live or {"path": FOLDER, "branch": "main", "head_commit_id": HEAD}

    with serve(route) as service:
        databricks = Databricks(service.url, lambda refused: "token", lambda seconds: None)
        return update_git_folder.move(databricks, FOLDER)


def test_moves_and_reads_where_it_is_then() -> None:
    assert move((200, {}))["head_commit_id"] == HEAD


def test_says_who_can_keep_or_drop_changes() -> None:
    refusal = (400, {"error_code": "GIT_CONFLICT", "message": "uncommitted changes in data.py"})
    with pytest.raises(agent.Failure) as caught:
        move(refusal, {"branch": "main", "head_commit_id": OLD})
    for text in (OLD, "uncommitted changes in data.py", "whoever may manage that folder", "Nothing was discarded"):
        assert text in str(caught.value)


def test_a_missing_folder_and_a_missing_right_are_told_apart() -> None:
    with pytest.raises(agent.Failure, match="does not exist"):
        move((200, {}), status=(404, {"error_code": "RESOURCE_DOES_NOT_EXIST"}))
    with pytest.raises(agent.Failure, match="403 PERMISSION_DENIED"):
        move((403, {"error_code": "PERMISSION_DENIED", "message": "no"}))


def test_accepts_this_commit_or_a_newer_one_of_main() -> None:
    def never(head: str, commit: str) -> bool:
        raise AssertionError("not asked for")

    live = {"path": FOLDER, "head_commit_id": HEAD}
    assert update_git_folder.check_head(live, HEAD, never) == HEAD
    assert update_git_folder.check_head(live, OLD, lambda head, commit: (head, commit) == (HEAD, OLD)) == HEAD
    with pytest.raises(agent.Failure, match="another repository"):
        update_git_folder.check_head(live, OLD, lambda head, commit: False)
    with pytest.raises(agent.Failure, match="at no commit"):
        update_git_folder.check_head({}, OLD, lambda head, commit: True)


def test_asks_a_fresh_copy_of_main(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(folder: Path, *arguments: str) -> str:
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.test"]
        done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    for variable in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(variable, raising=False)
    origin, copy = tmp_path / "origin", tmp_path / "copy"
    origin.mkdir()
    git(origin, "init", "--quiet", "--initial-branch", "main")
    git(origin, "commit", "--quiet", "--allow-empty", "--message", "1")
    first = git(origin, "rev-parse", "HEAD")
    git(tmp_path, "clone", "--quiet", "--depth", "1", origin.as_uri(), str(copy))
    git(origin, "commit", "--quiet", "--allow-empty", "--message", "2")
    second = git(origin, "rev-parse", "HEAD")
    monkeypatch.chdir(copy)
    monkeypatch.setenv("SYSTEM_ACCESSTOKEN", "token")
    assert update_git_folder.contains_commit(second, first)
    assert not update_git_folder.contains_commit(first, second)
    assert "token" not in (copy / ".git" / "config").read_text()
