"""What keeps bad notebooks, bad YAML and a wrong job out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import check_job
import check_manifest
import check_notebooks

NOTEBOOK = "# Databricks notebook source\n"


class TestNotebooks:
    def findings(self, path: str, text: str) -> list[str]:
        return [finding.message for finding in check_notebooks.check_file(path, text)]

    def test_clean_files_pass(self) -> None:
        cell = {"cell_type": "code", "execution_count": None, "outputs": [], "source": ["1"]}
        assert self.findings("a.ipynb", json.dumps({"cells": [cell]})) == []
        assert self.findings("a.py", f"{NOTEBOOK}# MAGIC %pip install x\n\nprint('https://user@host/x')\n") == []
        assert self.findings("a.md", "%pip install x; Password: see the vault") == []

    def test_outputs_are_found(self) -> None:
        cell = {"cell_type": "code", "execution_count": 3, "outputs": [{"text": "name,income"}]}
        assert "cell 1 holds outputs" in self.findings("a.ipynb", json.dumps({"cells": [cell]}))[0]
        assert self.findings("a.ipynb", "{") == ["is not a readable notebook"]
        assert self.findings("a.ipynb", "[]") == ["is not a readable notebook"]

    @pytest.mark.parametrize("line", ["%pip install x", "!ls", "%%sql"])
    def test_bare_magics_are_explained(self, line: str) -> None:
        assert "# MAGIC %pip" in self.findings("a.py", f"{NOTEBOOK}{line}\n")[0]
        assert "# MAGIC" not in self.findings("a.py", f"{line}\n")[0]

    @pytest.mark.parametrize(
        "secret",
        [
            "dapi" + "0123456789abcdef" * 2,
            "AccountKey=" + "A" * 86 + "==",
            "-----BEGIN RSA " + "PRIVATE KEY-----",
            "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "abcdefghijklmnop",
            "https://x.blob.example.test/c?sig=" + "a1%2B" * 10,
            "abc8Q~" + "x" * 34,
            "postgres://me:" + "hunter2hunter2@db/x",
        ],
    )
    def test_secrets_are_found_and_not_repeated(self, secret: str) -> None:
        (message,) = self.findings("a.txt", f"x = '{secret}'\n")
        assert message.startswith("looks like ")
        assert secret not in message

    def test_names_in_code_are_no_secrets(self) -> None:
        text = "token = os.environ['DATABRICKS_TOKEN']\nurl = f'https://{user}:{password}@host'\nspark = 'dapi'\n"
        assert self.findings("a.py", text) == []

    def test_the_step(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        good, bad, binary = tmp_path / "good.py", tmp_path / "bad.py", tmp_path / "model.bin"
        good.write_text("x = 1\n")
        bad.write_text("def f(:\n")
        binary.write_bytes(b"\xff\x00")
        assert check_notebooks.main([str(good), str(binary)]) == 0
        assert check_notebooks.main([str(good), str(bad)]) == 1
        assert f"{bad}:1: is not valid Python" in capsys.readouterr().out


class TestManifest:
    def problems(self, text: str) -> list[str]:
        schema = json.loads(check_manifest.SCHEMA.read_text(encoding="utf-8"))
        documents, wrong = check_manifest.check_text("mlops.yaml", text)
        return wrong or list(check_manifest.check_manifest(documents[0], schema))

    MINIMAL = """
version: 1
model:
  name: spend
  title: {en: Spend, fr: Dépenses}
  description: {en: no, fr: non}
  owner: 1e3x
  task: regression
  framework: sklearn
  example: none
  metric: {name: rmse, goal: minimize}
  select: best
"""

    def test_a_right_one_passes(self) -> None:
        assert self.problems(self.MINIMAL) == []

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            (("task: regression", "task: clustering"), "model.task"),
            (("version: 1", "version: 1\nretrainin: {}"), "retrainin"),
            (("version: 1", "version: 1\nversion: 1"), 'mlops.yaml:3:1: the key "version" is given twice'),
            (("  owner: 1e3x", "  owner: [x"), "mlops.yaml:"),
            (("select: best", "select: 0"), "model.select"),
        ],
    )
    def test_a_wrong_one_is_refused(self, change: tuple[str, str], expected: str) -> None:
        (first, *_) = self.problems(self.MINIMAL.replace(*change))
        assert expected in first

    def test_reads_yaml_1_2(self) -> None:
        text = "[no, yes, on, 12:30, 010, 1_000, 2026-11-22, true, 1, 1.5, ~]"
        documents, _ = check_manifest.check_text("x", text)
        assert documents[0] == ["no", "yes", "on", "12:30", 10, "1_000", "2026-11-22", True, 1, 1.5, None]

    def test_this_repository_is_as_its_schema_says(self) -> None:
        manifest = Path(__file__).resolve().parents[2] / "mlops.yaml"
        assert self.problems(manifest.read_text(encoding="utf-8")) == []


class TestJob:
    WANTED = json.loads((Path(check_job.__file__).parent / "jobs" / "train.json").read_text(encoding="utf-8"))

    def live(self) -> dict[str, Any]:
        """The job as the service gives it back: more fields, other order, defaults left out."""
        parameters = [{"name": name, "default": value} for name, value in self.WANTED["parameters"].items()]
        live = json.loads(json.dumps({**self.WANTED, "parameters": parameters[::-1]}))
        live["format"] = "MULTI_TASK"
        live["tasks"][0]["timeout_seconds"] = 0
        live["tasks"][0].pop("max_retries")
        return live

    def differences(self, live: dict[str, Any]) -> list[str]:
        return list(check_job.compare(self.WANTED, check_job.to_comparable(live)))

    def test_the_same_job_has_no_differences(self) -> None:
        assert self.differences(self.live()) == []

    def test_a_changed_job_is_told(self) -> None:
        live = self.live()
        live["timeout_seconds"] = 60
        live["tasks"].append({"task_key": "other"})
        live["tasks"][0]["notebook_task"]["notebook_path"] = "/Users/me/model_train"
        differences = "\n".join(self.differences(live))
        for text in (
            "timeout_seconds: is 60",
            "tasks: are 2, should be 1",
            'notebook_path: is "/Users/me/model_train"',
        ):
            assert text in differences

    def test_an_existing_cluster_is_found(self) -> None:
        live = self.live()
        assert check_job.find_existing_clusters(live) == []
        live["tasks"][0]["existing_cluster_id"] = "0101-x"
        assert check_job.find_existing_clusters(live) == ["train"]
