"""Runs of a Databricks job: start, wait, read, cancel."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable
from typing import Any

import agent
from databricks_client import Databricks

Json = dict[str, Any]

FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0

# `ValueError: …`, and the places of a traceback as Python and as Databricks' notebooks write them.
EXCEPTION = re.compile(r"([A-Za-z_][\w.]*)(?::|$)")
PLACE = re.compile(r'^\s*File "?([^",\n]+?)"?(?:, line |:)(\d+)(?:, in (\w+))?', re.MULTILINE)


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
    reason = describe_error(str(output.get("error") or ""))
    for place in list_places(str(output.get("error_trace") or "")):
        agent.say(place)
    text = (output.get("notebook_output") or {}).get("result")
    if not text:
        return {}, reason or "the notebook handed nothing back: its last cell calls dbutils.notebook.exit"
    try:
        result = json.loads(text)
    except ValueError:
        return {}, "what the notebook handed back is not JSON"
    return (result, reason) if isinstance(result, dict) else ({}, "what the notebook handed back is no JSON object")


def describe_error(error: str) -> str:
    """What kind of error ended the notebook. Its text may quote a training record, which stays on Databricks."""
    found = EXCEPTION.match(error)
    return f"{found[1]}: its text stands on the run's page, where the data may be quoted" if found else error


def list_places(trace: str) -> list[str]:
    """Where Python was when it failed: files, lines and functions, without the code and the values."""
    return [f"  {path}:{line} {function}".rstrip() for path, line, function in PLACE.findall(trace)]


def cancel(databricks: Databricks, run_id: int) -> None:
    """Stops a run, so that nothing is left running."""
    try:
        databricks.send("POST", "/api/2.2/jobs/runs/cancel", {"run_id": run_id}, repeatable=True)
        agent.say(f"Run {run_id} is being cancelled.")
    except agent.Failure as failure:
        agent.warn(f"Run {run_id} could not be cancelled: {failure}")
