"""Starts one of the two Databricks jobs, waits for it, and holds its result against what was asked for.

    python run_job.py integration|train --limit-minutes N

The run belongs to this attempt of this pipeline run: asked for twice, it starts once. It is cancelled
when the pipeline is. A training run that outlives the pipeline's limit is left going, and the step says
how to follow it again; a test run is cancelled, because the next pull request needs its place.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Literal

import agent
from databricks_client import Databricks, DatabricksError, connect, find_job

Json = dict[str, Any]
Kind = Literal["integration", "train"]

FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0

RESULT_SCHEMA = 1

PARAMETERS: dict[Kind, dict[str, str]] = {
    "integration": {"mode": "test", "sample_fraction": "0.05", "epochs": "1", "register": "false"},
    "train": {"mode": "full", "register": "true"},
}


class Stopped(Exception):
    """The pipeline was cancelled, or the agent is going down."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended, as the next step reads it from `result.json`."""

    outcome: Literal["succeeded", "failed"]
    message: str
    commit: str
    url: str
    result: Json


def to_token(environment: dict[str, str]) -> str:
    """The same text for the same attempt of the same pipeline run: Databricks then starts one run only."""
    keys = (
        "SYSTEM_COLLECTIONID",
        "SYSTEM_TEAMPROJECTID",
        "BUILD_BUILDID",
        "SYSTEM_STAGEATTEMPT",
        "SYSTEM_JOBATTEMPT",
    )
    parts = [environment.get(key, "") for key in keys]
    if not environment.get("BUILD_BUILDID"):
        # Started by hand: every start is meant.
        parts.append(str(time.time_ns()))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def start(databricks: Databricks, job: Json, kind: Kind, commit: str, token: str) -> int:
    """Starts the job for a commit. Returns the run's id."""
    body: Json = {
        "job_id": job["job_id"],
        "job_parameters": {**PARAMETERS[kind], "git_commit": commit},
        "idempotency_token": token,
        "queue": {"enabled": True},
    }
    return int(databricks.send("POST", "/api/2.2/jobs/run-now", body, repeatable=True)["run_id"])


def describe_state(run: Json) -> tuple[str, bool]:
    """Where a run stands, in a word, and whether it has ended. Older workspaces answer `state` only."""
    status = run.get("status")
    if status:
        details = status.get("termination_details") or {}
        waiting = (status.get("queue_details") or {}).get("code")
        ended = status.get("state") == "TERMINATED"
        return str(details.get("code") or waiting or status.get("state")) if ended or waiting else str(
            status.get("state")
        ), ended
    state = run.get("state") or {}
    ended = state.get("life_cycle_state") in ("TERMINATED", "SKIPPED", "INTERNAL_ERROR")
    return str(state.get("result_state") or state.get("life_cycle_state")), ended


def wait(
    databricks: Databricks,
    run_id: int,
    limit_seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Json | None:
    """Polls until the run ends. Returns it, or None when the time for it is over."""
    started = clock()
    pause = FIRST_PAUSE_SECONDS
    said = ""
    while True:
        run = databricks.get("/api/2.2/jobs/runs/get", run_id=run_id)
        word, ended = describe_state(run)
        if word != said:
            agent.say(f"{clock() - started:6.0f} s  {word}")
            said = word
        if ended:
            return run
        if clock() - started + pause > limit_seconds:
            return None
        sleep(pause * random.uniform(0.8, 1.0))
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)


def read_result(databricks: Databricks, run: Json) -> tuple[Json, str]:
    """What the notebook handed back, and otherwise why there is nothing."""
    tasks = run.get("tasks") or [run]
    output = databricks.get("/api/2.2/jobs/runs/get-output", run_id=tasks[0]["run_id"])
    reason = str(output.get("error") or "")
    if output.get("error_trace"):
        agent.say(str(output["error_trace"]))
    text = (output.get("notebook_output") or {}).get("result")
    if not text:
        return {}, reason or "the notebook handed nothing back: its last cell calls dbutils.notebook.exit"
    try:
        result = json.loads(text)
    except ValueError:
        return {}, "what the notebook handed back is not JSON"
    return (result, reason) if isinstance(result, dict) else ({}, "what the notebook handed back is no JSON object")


def check_result(result: Json, kind: Kind, commit: str) -> str:
    """Why this result does not count, or nothing. Another commit's result means that two runs got mixed."""
    if result.get("schema") != RESULT_SCHEMA:
        return f"its result has schema {result.get('schema')!r}, expected {RESULT_SCHEMA}"
    if result.get("git_commit") != commit:
        return f"it ran commit {result.get('git_commit')!r}, expected {commit!r}"
    if result.get("mode") != PARAMETERS[kind]["mode"]:
        return f"it ran in mode {result.get('mode')!r}, expected {PARAMETERS[kind]['mode']!r}"
    return ""


def to_outcome(databricks: Databricks, run: Json, kind: Kind, commit: str) -> Outcome:
    """Judges a run that has ended."""
    word, _ = describe_state(run)
    url = str(run.get("run_page_url") or "")
    result, reason = read_result(databricks, run) if word != "SKIPPED" else ({}, "another run held the job's place")
    if word != "SUCCESS":
        return Outcome("failed", f"The run ended as {word}. {reason}".strip(), commit, url, result)
    problem = reason if not result else check_result(result, kind, commit)
    if problem:
        return Outcome("failed", f"The run succeeded, but {problem}.", commit, url, result)
    return Outcome("succeeded", "The run succeeded.", commit, url, result)


def cancel(databricks: Databricks, run_id: int) -> None:
    """Stops a run, so that nothing is left running."""
    try:
        databricks.send("POST", "/api/2.2/jobs/runs/cancel", {"run_id": run_id}, repeatable=True)
        agent.say(f"Run {run_id} is being cancelled.")
    except agent.Failure as failure:
        agent.warn(f"Run {run_id} could not be cancelled: {failure}")


def follow(databricks: Databricks, run_id: int, kind: Kind, commit: str, limit_seconds: float) -> Outcome:
    """Waits for a run and judges it; cancels it when the pipeline is cancelled."""
    try:
        run = wait(databricks, run_id, limit_seconds)
    except Stopped:
        cancel(databricks, run_id)
        raise
    if run is not None:
        return to_outcome(databricks, run, kind, commit)
    minutes = f"{limit_seconds / 60:.0f} minutes"
    if kind == "integration":
        cancel(databricks, run_id)
        raise agent.Failure(f"Run {run_id} did not end within {minutes} and was cancelled.")
    raise agent.Failure(
        f"Run {run_id} goes on after {minutes}, longer than this pipeline may wait. It was not cancelled. "
        f"When it has ended, start this pipeline again with resumeRun = {run_id}."
    )


def write_outcome(outcome: Outcome) -> None:
    """Leaves the outcome for the next step."""
    folder = Path(os.environ.get("AGENT_TEMPDIRECTORY", "."))
    text = json.dumps(outcome.__dict__, indent=2)
    (folder / "result.json").write_text(text, encoding="utf-8")


def say_outcome(outcome: Outcome, kind: Kind) -> None:
    """Tells people what came out: metrics, and whether a model was registered."""
    agent.say(f"{outcome.message} {outcome.url}".strip())
    for name, value in sorted((outcome.result.get("metrics") or {}).items()):
        agent.say(f"  {name}: {value}")
    if kind == "train" and outcome.outcome == "succeeded":
        model = outcome.result.get("model")
        if model:
            agent.say(f"Registered: {model.get('name')} version {model.get('version')}.")
        else:
            agent.warn("No new version was registered: the model is not better than the one in service, which stays.")


def stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(f"signal {number}")


def parse_resumed(text: str) -> int:
    """The run to follow again, 0 for none. Anything but a number is refused."""
    if not re.fullmatch(r"[0-9]+", text):
        raise agent.Failure("resumeRun must be the number of a Databricks run, or 0.")
    return int(text)


def main() -> int:
    """The step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("integration", "train"))
    parser.add_argument("--limit-minutes", type=float, required=True)
    arguments = parser.parse_args()
    kind: Kind = arguments.kind
    # The agent sends SIGINT, and SIGTERM seconds later.
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        databricks = connect()
        resumed = parse_resumed(os.environ.get("RESUME_RUN") or "0")
        commit = os.environ.get("GIT_COMMIT") or agent.get_variable("BUILD_SOURCEVERSION")
        if resumed:
            run_id, commit = resumed, read_commit_of(databricks, resumed, kind)
        else:
            job = find_job(databricks, agent.get_variable("TRAINING_JOB" if kind == "train" else "INTEGRATION_JOB"))
            run_id = start(databricks, job, kind, commit, to_token(dict(os.environ)))
        agent.say(f"Run {run_id} for commit {commit}")
        outcome = follow(databricks, run_id, kind, commit, arguments.limit_minutes * 60)
    except Stopped:
        return agent.fail(agent.Failure("Cancelled."))
    except agent.Failure as failure:
        write_outcome(Outcome("failed", str(failure), os.environ.get("BUILD_SOURCEVERSION", ""), "", {}))
        return agent.fail(failure)
    write_outcome(outcome)
    say_outcome(outcome, kind)
    return 0 if outcome.outcome == "succeeded" else agent.fail(agent.Failure(outcome.message))


def read_commit_of(databricks: Databricks, run_id: int, kind: Kind) -> str:
    """The commit that a run was started for. Raises Failure for a run of another job."""
    try:
        run = databricks.get("/api/2.2/jobs/runs/get", run_id=run_id)
    except DatabricksError as error:
        raise agent.Failure(f"Run {run_id} cannot be resumed. {error}") from error
    job = find_job(databricks, agent.get_variable("TRAINING_JOB" if kind == "train" else "INTEGRATION_JOB"))
    if run.get("job_id") != job["job_id"]:
        raise agent.Failure(f"Run {run_id} is not a run of this model's job.")
    values = {each["name"]: each.get("value", "") for each in run.get("job_parameters") or []}
    return str(values.get("git_commit", ""))


if __name__ == "__main__":
    sys.exit(main())
