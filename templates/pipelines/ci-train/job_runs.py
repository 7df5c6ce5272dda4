"""Runs of a Databricks job: start, wait, read, cancel."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any

import agent
from databricks_client import Databricks

Json = dict[str, Any]

FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0


def start(databricks: Databricks, job: Json, parameters: dict[str, str], token: str) -> int:
    """Starts the job. Returns the run's id, the same one for the same token."""
    body: Json = {
        "job_id": job["job_id"],
        "job_parameters": parameters,
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


def cancel(databricks: Databricks, run_id: int) -> None:
    """Stops a run, so that nothing is left running."""
    try:
        databricks.send("POST", "/api/2.2/jobs/runs/cancel", {"run_id": run_id}, repeatable=True)
        agent.say(f"Run {run_id} is being cancelled.")
    except agent.Failure as failure:
        agent.warn(f"Run {run_id} could not be cancelled: {failure}")
