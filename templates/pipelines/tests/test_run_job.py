"""Starting, waiting, judging, cancelling, resuming."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import agent
import job_runs
import run_job
from databricks_client import Databricks
from fake_http import Reply, Request, serve
from fake_programs import PutProgram

COMMIT = "a" * 40
SUCCESS = {"state": "TERMINATED", "termination_details": {"code": "SUCCESS"}}
RESULT = {"schema": 1, "mode": "test", "git_commit": COMMIT, "metrics": {"log_loss": 0.5}, "model": None}

AZ = """
import json
print(json.dumps({"accessToken": "token", "expires_on": 4102444800}))
"""


class Jobs:
    """Jobs API 2.2 as far as the script speaks it. `states` is what each poll finds; the last one stays."""

    def __init__(self, states: list[dict[str, Any]], output: dict[str, Any] | None = None) -> None:
        self.states = states
        self.output = output if output is not None else {"notebook_output": {"result": json.dumps(RESULT)}}
        self.runs: dict[str, int] = {}

    def route(self, request: Request) -> Reply:
        match request.path.removeprefix("/api/2.2/jobs/"):
            case "list":
                return 200, {"jobs": [{"job_id": 7, "settings": {"name": request.query["name"]}}]}
            case "get":
                return 200, {"job_id": 7}
            case "run-now":
                run_id = self.runs.setdefault(request.body["idempotency_token"], 100 + len(self.runs))
                return 200, {"run_id": run_id}
            case "runs/get":
                status = self.states.pop(0) if len(self.states) > 1 else self.states[0]
                return 200, {
                    "run_id": 100,
                    "job_id": 7,
                    "run_page_url": "https://x.example.test/run/100",
                    "tasks": [{"run_id": 101}],
                    "job_parameters": [{"name": "git_commit", "value": COMMIT}],
                    **({"status": status} if "state" in status else status),
                }
            case "runs/get-output":
                assert request.query["run_id"] == "101"
                return 200, self.output
            case "runs/cancel":
                return 200, {}
        return 404, {}


def connect(url: str) -> Databricks:
    return Databricks(url, lambda refused: "token", lambda seconds: None)


def judge(jobs: Jobs, kind: run_job.Kind = "integration", commit: str = COMMIT) -> run_job.Outcome:
    with serve(jobs.route) as service:
        databricks = connect(service.url)
        run = job_runs.wait(databricks, 100, 60, sleep=lambda seconds: None)
        assert run is not None
        return run_job.to_outcome(databricks, run, kind, commit)


def test_waits_until_the_run_ends(capsys: pytest.CaptureFixture[str]) -> None:
    queued = {"state": "QUEUED", "queue_details": {"code": "MAX_CONCURRENT_RUNS_REACHED"}}
    outcome = judge(Jobs([queued, queued, {"state": "RUNNING"}, SUCCESS]))
    assert (outcome.outcome, outcome.result["metrics"]) == ("succeeded", {"log_loss": 0.5})
    words = [line.split()[-1] for line in capsys.readouterr().out.splitlines()]
    assert words == ["MAX_CONCURRENT_RUNS_REACHED", "RUNNING", "SUCCESS"]


def test_understands_workspaces_that_answer_state_only() -> None:
    old = {"state": {"life_cycle_state": "TERMINATED", "result_state": "SUCCESS"}}
    assert job_runs.describe_state(old) == ("SUCCESS", True)
    assert job_runs.describe_state({"state": {"life_cycle_state": "SKIPPED"}}) == ("SKIPPED", True)
    assert job_runs.describe_state({"state": {"life_cycle_state": "PENDING"}}) == ("PENDING", False)


@pytest.mark.parametrize(
    ("code", "output", "expected"),
    [
        ("RUN_EXECUTION_ERROR", {"error": "ValueError: no rows"}, "ended as RUN_EXECUTION_ERROR. ValueError: its text"),
        ("RUN_EXECUTION_ERROR", {"error": "No notebook at /x"}, "ended as RUN_EXECUTION_ERROR. No notebook at /x"),
        ("CLUSTER_ERROR", {}, "ended as CLUSTER_ERROR"),
        ("SUCCESS", {}, "handed nothing back"),
        ("SUCCESS", {"notebook_output": {"result": "done"}}, "not JSON"),
        ("SUCCESS", {"notebook_output": {"result": "[1]"}}, "no JSON object"),
        (
            "SUCCESS",
            {"notebook_output": {"result": json.dumps({**RESULT, "git_commit": "b" * 40})}},
            "it ran commit 'bbb",
        ),
        ("SUCCESS", {"notebook_output": {"result": json.dumps({**RESULT, "mode": "full"})}}, "it ran in mode 'full'"),
        ("SUCCESS", {"notebook_output": {"result": json.dumps({**RESULT, "schema": 2})}}, "has schema 2"),
    ],
)
def test_every_other_end_is_a_named_failure(code: str, output: dict[str, Any], expected: str) -> None:
    outcome = judge(Jobs([{"state": "TERMINATED", "termination_details": {"code": code}}], output))
    assert outcome.outcome == "failed"
    assert expected in outcome.message


def test_an_error_that_quotes_the_data_says_only_what_and_where(capsys: pytest.CaptureFixture[str]) -> None:
    trace = (
        'Traceback (most recent call last):\n  File "/x/data.py", line 7, in load\n    float("Jane Doe")\n'
        "File /Workspace/x/workflow.py:33, in run_training(parameters)\n---> 33 frame = load('Jane Doe')\n"
        "File <command-1>:2\nValueError: could not convert string to float: 'Jane Doe'"
    )
    output = {"error": trace.splitlines()[-1], "error_trace": trace}
    ended = {"state": "TERMINATED", "termination_details": {"code": "RUN_EXECUTION_ERROR"}}
    outcome = judge(Jobs([ended], output))
    said = capsys.readouterr().out
    assert "Jane" not in outcome.message + said
    assert "ValueError" in outcome.message
    places = [line.strip() for line in said.splitlines() if ":" in line]
    assert places == ["/x/data.py:7 load", "/Workspace/x/workflow.py:33 run_training", "<command-1>:2"]


def test_one_attempt_starts_one_run() -> None:
    environment = {
        "SYSTEM_COLLECTIONID": "c",
        "SYSTEM_TEAMPROJECTID": "p",
        "BUILD_BUILDID": "5",
        "SYSTEM_JOBATTEMPT": "1",
    }
    token = run_job.to_token(environment)
    assert token == run_job.to_token(environment)
    assert len(token) <= 64
    assert token != run_job.to_token({**environment, "SYSTEM_JOBATTEMPT": "2"})
    assert run_job.to_token({}) != run_job.to_token({})
    jobs = Jobs([SUCCESS])
    with serve(jobs.route) as service:
        runs = [job_runs.start(connect(service.url), {"job_id": 7}, {"git_commit": COMMIT}, token) for _ in range(2)]
        body = service.sent("POST", "/api/2.2/jobs/run-now")[0].body
    assert runs == [100, 100]
    assert body["job_parameters"] == {"git_commit": COMMIT}
    assert body["queue"] == {"enabled": True}


@pytest.mark.parametrize(
    ("kind", "cancelled", "message"), [("integration", 1, "was cancelled"), ("train", 0, "resumeRun = 100")]
)
def test_at_its_own_limit(kind: run_job.Kind, cancelled: int, message: str) -> None:
    with serve(Jobs([{"state": "RUNNING"}]).route) as service:
        with pytest.raises(agent.Failure, match=message):
            run_job.follow(connect(service.url), 100, kind, COMMIT, limit_seconds=1)
        assert len(service.sent("POST", "/api/2.2/jobs/runs/cancel")) == cancelled


def start_script(url: str, folder: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DATABRICKS_HOST": url,
        "INTEGRATION_JOB": "x-integration",
        "TRAINING_JOB": "x-train",
        "BUILD_SOURCEVERSION": COMMIT,
        "BUILD_BUILDID": "5",
        "AGENT_TEMPDIRECTORY": str(folder),
        **variables,
    }
    command = [sys.executable, run_job.__file__, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_cancels_the_run_with_the_pipeline(tmp_path: Path, put_program: PutProgram, number: signal.Signals) -> None:
    put_program("az", AZ)
    with serve(Jobs([{"state": "RUNNING"}]).route) as service:
        process = start_script(service.url, tmp_path, "train", "--limit-minutes", "1")
        end = time.monotonic() + 20
        while not service.sent("GET", "/api/2.2/jobs/runs/get") and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(number)
        output, _ = process.communicate(timeout=20)
        assert [each.body for each in service.sent("POST", "/api/2.2/jobs/runs/cancel")] == [{"run_id": 100}]
    assert process.returncode == 1
    assert "Cancelled." in output


def test_cancels_a_run_whose_start_was_not_answered_yet(tmp_path: Path, put_program: PutProgram) -> None:
    put_program("az", AZ)
    jobs = Jobs([{"state": "RUNNING"}])
    asked = threading.Event()

    def route(request: Request) -> Reply:
        reply = jobs.route(request)
        if request.path.endswith("/run-now") and not asked.is_set():
            asked.set()
            time.sleep(1)
        return reply

    with serve(route) as service:
        process = start_script(service.url, tmp_path, "train", "--limit-minutes", "1")
        assert asked.wait(20)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
        assert [each.body for each in service.sent("POST", "/api/2.2/jobs/runs/cancel")] == [{"run_id": 100}]
    assert len(jobs.runs) == 1
    assert process.returncode == 1, output


def test_the_whole_step(tmp_path: Path, put_program: PutProgram) -> None:
    put_program("az", AZ)
    with serve(Jobs([SUCCESS]).route) as service:
        process = start_script(service.url, tmp_path, "integration", "--limit-minutes", "1")
        output, _ = process.communicate(timeout=20)
        asked = service.sent("POST", "/api/2.2/jobs/run-now")[0].body["job_parameters"]
    assert process.returncode == 0, output
    assert asked == {
        "mode": "test",
        "sample_fraction": "0.05",
        "epochs": "1",
        "register": "false",
        "git_commit": COMMIT,
    }
    outcome = json.loads((tmp_path / "result.json").read_text())
    assert (outcome["outcome"], outcome["commit"], outcome["result"]) == ("succeeded", COMMIT, RESULT)
    assert "log_loss: 0.5" in output


def test_not_better_is_a_visible_success(tmp_path: Path, put_program: PutProgram) -> None:
    put_program("az", AZ)
    result = {**RESULT, "mode": "full"}
    with serve(Jobs([SUCCESS], {"notebook_output": {"result": json.dumps(result)}}).route) as service:
        process = start_script(service.url, tmp_path, "train", "--limit-minutes", "1")
        output, _ = process.communicate(timeout=20)
        assert service.sent("POST", "/api/2.2/jobs/run-now")[0].body["job_parameters"]["register"] == "true"
    assert process.returncode == 0, output
    assert "##vso[task.logissue type=warning]No new version was registered" in output


def test_follows_a_run_again(tmp_path: Path, put_program: PutProgram) -> None:
    put_program("az", AZ)
    output = {
        "notebook_output": {"result": json.dumps({**RESULT, "mode": "full", "model": {"name": "x", "version": "3"}})}
    }
    with serve(Jobs([SUCCESS], output).route) as service:
        # main has moved on since: the run counts for the commit it was started for.
        variables = {"RESUME_RUN": "100", "BUILD_SOURCEVERSION": "c" * 40}
        process = start_script(service.url, tmp_path, "train", "--limit-minutes", "1", **variables)
        text, _ = process.communicate(timeout=20)
        assert service.sent("POST", "/api/2.2/jobs/run-now") == []
    assert process.returncode == 0, text
    assert "Registered: x version 3." in text


@pytest.mark.parametrize("text", ["1; rm -rf /", "-1", "$(x)", "1e3", "²", ""])
def test_resumes_numbers_only(text: str) -> None:
    with pytest.raises(agent.Failure, match="must be the number"):
        run_job.parse_resumed(text)
