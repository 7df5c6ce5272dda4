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
import re
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Literal

import agent
from databricks_client import Databricks, DatabricksError, connect, find_job
from job_runs import Json, cancel, describe_state, read_result, start, wait

Kind = Literal["integration", "train"]

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


def start_once(databricks: Databricks, kind: Kind, commit: str) -> int:
    """Starts the job for this attempt of the pipeline run. Returns the run's id."""
    job = find_job(databricks, get_job_name(kind))
    parameters = {**PARAMETERS[kind], "git_commit": commit}
    token = to_token(dict(os.environ))
    try:
        return start(databricks, job, parameters, token)
    except Stopped:
        # Whether it started is not known; asked again with the same token, Databricks names the run.
        cancel(databricks, start(databricks, job, parameters, token))
        raise


def get_job_name(kind: Kind) -> str:
    return agent.get_variable("TRAINING_JOB" if kind == "train" else "INTEGRATION_JOB")


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
            run_id = start_once(databricks, kind, commit)
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
    job = find_job(databricks, get_job_name(kind))
    if run.get("job_id") != job["job_id"]:
        raise agent.Failure(f"Run {run_id} is not a run of this model's job.")
    values = {each["name"]: each.get("value", "") for each in run.get("job_parameters") or []}
    return str(values.get("git_commit", ""))


if __name__ == "__main__":
    sys.exit(main())
