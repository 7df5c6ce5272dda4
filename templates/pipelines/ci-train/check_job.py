"""Compares a Databricks job as it is with `jobs/<kind>.json`, which is made from mlops.yaml.

    python check_job.py integration|train

A difference is shown and does not stop the run: a pull request may well change the job. A job on an
existing cluster does stop it, because that cluster would be left running.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import agent
from databricks_client import connect, find_job

Json = dict[str, Any]

# Lists of these are compared by key, because the service does not keep their order.
KEYS = ("task_key", "job_cluster_key", "environment_key", "name")


def compare(wanted: object, live: object, path: str = "") -> Iterator[str]:
    """Where what is there lacks something of what should be; what is there besides does not count."""
    if isinstance(wanted, dict):
        there = live if isinstance(live, dict) else {}
        for key, value in wanted.items():
            yield from compare(value, there.get(key), f"{path}.{key}" if path else key)
    elif isinstance(wanted, list) and wanted and isinstance(wanted[0], dict):
        yield from compare_by_key(wanted, live if isinstance(live, list) else [], path)
    elif is_same(wanted, live):
        return
    else:
        yield f"{path}: is {json.dumps(live)}, should be {json.dumps(wanted)}"


def compare_by_key(wanted: list[Json], live: list[Any], path: str) -> Iterator[str]:
    key = next((each for each in KEYS if each in wanted[0]), None)
    if len(live) != len(wanted):
        yield f"{path}: are {len(live)}, should be {len(wanted)}"
    for index, item in enumerate(wanted):
        name = item[key] if key else index
        found = next((each for each in live if each.get(key) == name), None) if key else None
        other = found if key else (live[index] if index < len(live) else None)
        yield from compare(item, other, f"{path}[{name}]")


def is_same(wanted: object, live: object) -> bool:
    """The service leaves out what is zero, false or empty."""
    return wanted == live or (live is None and wanted in (0, False, "", []))


def to_comparable(settings: Json) -> Json:
    """A live job's settings in the form of the file: parameters by name."""
    parameters = settings.get("parameters") or []
    return {**settings, "parameters": {each["name"]: each.get("default", "") for each in parameters}}


def find_existing_clusters(settings: Json) -> list[str]:
    """Tasks that run on a cluster which outlives them."""
    return [str(task.get("task_key")) for task in settings.get("tasks") or [] if task.get("existing_cluster_id")]


def main() -> int:
    """The step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("integration", "train"))
    kind = parser.parse_args().kind
    try:
        wanted = json.loads((Path(__file__).parent / "jobs" / f"{kind}.json").read_text(encoding="utf-8"))
        job = find_job(connect(), wanted["name"])
    except agent.Failure as failure:
        return agent.fail(failure)
    settings = job.get("settings") or {}
    existing = find_existing_clusters(settings)
    if existing:
        return agent.fail(
            agent.Failure(
                f'The job "{wanted["name"]}" runs {", ".join(existing)} on an existing cluster, which is left running '
                "after it. `npx create-mlops-model apply` puts it back on a cluster of its own."
            )
        )
    differences = list(compare(wanted, to_comparable(settings)))
    for difference in differences:
        agent.say(difference)
    if differences:
        agent.warn(
            f'The job "{wanted["name"]}" is not as this commit describes it ({len(differences)} differences above). '
            "`npx create-mlops-model apply` on main puts it right."
        )
    else:
        agent.say(f'The job "{wanted["name"]}" is as the repository describes it.')
    return 0


if __name__ == "__main__":
    sys.exit(main())
