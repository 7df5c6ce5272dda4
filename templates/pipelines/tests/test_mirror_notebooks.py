"""The integration folder holds the commit, all of it and nothing else."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import Any

import pytest

import agent
import mirror_notebooks
from databricks_client import Databricks
from fake_http import Reply, Request, Service, serve

FOLDER = "/Shared/mlops/x/integration"
NOTEBOOK = b"# Databricks notebook source\nprint(1)\n"


class Workspace:
    """A Databricks workspace: path → (kind, content), with the service's rules about parents and kinds."""

    def __init__(self, objects: dict[str, tuple[str, bytes]]) -> None:
        self.objects = {"/Shared": ("DIRECTORY", b""), **objects}

    def route(self, request: Request) -> Reply:
        body: dict[str, Any] = request.body or {}
        match request.path.rsplit("/", 1)[1]:
            case "list":
                return self.list(request.query["path"])
            case "mkdirs":
                parts = body["path"].strip("/").split("/")
                for count in range(1, len(parts) + 1):
                    self.objects.setdefault("/" + "/".join(parts[:count]), ("DIRECTORY", b""))
                return 200, {}
            case "delete":
                inside = [path for path in self.objects if path == body["path"] or path.startswith(body["path"] + "/")]
                for path in inside:
                    del self.objects[path]
                return (200, {}) if inside else (404, {"error_code": "RESOURCE_DOES_NOT_EXIST"})
            case _:
                return self.put(body)

    def list(self, folder: str) -> Reply:
        if folder not in self.objects:
            return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "gone"}
        inside = {path: kind for path, (kind, _) in self.objects.items() if path.rsplit("/", 1)[0] == folder}
        return 200, {"objects": [{"path": f"/Workspace{path}", "object_type": kind} for path, kind in inside.items()]}

    def put(self, body: dict[str, Any]) -> Reply:
        kind = "FILE" if body["format"] == "RAW" else "NOTEBOOK"
        if body["path"].rsplit("/", 1)[0] not in self.objects:
            return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "parent"}
        if self.objects.get(body["path"], (kind, b""))[0] != kind:
            return 400, {"error_code": "RESOURCE_ALREADY_EXISTS", "message": "another kind"}
        content = base64.b64decode(body["content"])
        if len(content) > 10_000_000:
            return 400, {"error_code": "MAX_NOTEBOOK_SIZE_EXCEEDED", "message": "too big"}
        self.objects[body["path"]] = (kind, content)
        return 200, {}

    def inside(self) -> dict[str, tuple[str, bytes]]:
        return {
            path.removeprefix(f"{FOLDER}/"): each
            for path, each in self.objects.items()
            if path.startswith(f"{FOLDER}/")
        }


def mirror(service: Service, files: dict[str, bytes]) -> list[str]:
    databricks = Databricks(service.url, lambda refused: "token", lambda seconds: None)
    return mirror_notebooks.mirror(databricks, FOLDER, files)


def test_makes_the_folder_from_nothing_and_then_changes_nothing() -> None:
    files = {"notebooks/model_train.py": NOTEBOOK, "notebooks/data.py": b"x = 1\n", "mlops.yaml": b"version: 1\n"}
    workspace = Workspace({})
    with serve(workspace.route) as service:
        assert mirror(service, files) == []
        once = workspace.inside()
        assert mirror(service, files) == []
    assert (
        workspace.inside()
        == once
        == {
            "notebooks": ("DIRECTORY", b""),
            "notebooks/model_train": ("NOTEBOOK", NOTEBOOK),
            "notebooks/data.py": ("FILE", b"x = 1\n"),
            "mlops.yaml": ("FILE", b"version: 1\n"),
        }
    )


def test_removes_what_the_commit_lacks_and_what_is_of_another_kind() -> None:
    workspace = Workspace(
        {
            "/Shared/mlops": ("DIRECTORY", b""),
            "/Shared/mlops/x": ("DIRECTORY", b""),
            "/Shared/mlops/x/main": ("DIRECTORY", b""),
            FOLDER: ("DIRECTORY", b""),
            f"{FOLDER}/notebooks": ("DIRECTORY", b""),
            f"{FOLDER}/notebooks/old.py": ("FILE", b"old"),
            f"{FOLDER}/notebooks/model_train": ("FILE", b"was a file"),
            f"{FOLDER}/notebooks/deep": ("DIRECTORY", b""),
            f"{FOLDER}/notebooks/deep/er": ("NOTEBOOK", b"old"),
            f"{FOLDER}/mlops.yaml": ("NOTEBOOK", b"was a notebook"),
        }
    )
    with serve(workspace.route) as service:
        removed = mirror(service, {"notebooks/model_train.py": NOTEBOOK, "mlops.yaml": b"version: 1\n"})
    assert removed == [
        f"{FOLDER}/mlops.yaml",
        f"{FOLDER}/notebooks/deep",
        f"{FOLDER}/notebooks/model_train",
        f"{FOLDER}/notebooks/old.py",
    ]
    assert set(workspace.inside()) == {"notebooks", "notebooks/model_train", "mlops.yaml"}
    assert "/Shared/mlops/x/main" in workspace.objects


def test_names_the_file_that_is_refused() -> None:
    with serve(Workspace({}).route) as service, pytest.raises(agent.Failure, match=r"notebooks/big\.bin could not"):
        mirror(service, {"notebooks/big.bin": b"x" * 10_000_001})


@pytest.mark.parametrize("folder", ["", "/", "/Shared", "/Shared/mlops", "Shared/mlops/x/y", "/Shared/../../x/y"])
def test_empties_no_folder_near_the_root(folder: str) -> None:
    with pytest.raises(agent.Failure, match="too near the root"):
        mirror_notebooks.check_folder(folder)


def test_reads_the_commit_and_not_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "é x.py").write_bytes(b"a\r\n")
    (tmp_path / "README.md").write_text("not mirrored")
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.test"]
    subprocess.run(["git", "init", "--quiet"], check=True)
    subprocess.run(["git", "add", "."], check=True)
    subprocess.run(["git", *identity, "commit", "--quiet", "--message", "x"], check=True)
    (tmp_path / "notebooks" / "é x.py").write_bytes(b"changed")
    assert mirror_notebooks.read_commit("HEAD") == {"notebooks/é x.py": b"a\r\n"}
    with pytest.raises(agent.Failure, match="git ls-tree failed"):
        mirror_notebooks.read_commit("0" * 40)
