"""Access tokens from the Azure CLI, which the AzureCLI@2 task has signed in with the service connection."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable

from agent import Failure, mask

# Azure Databricks, the same in every tenant (learn.microsoft.com, "Get Microsoft Entra ID tokens").
DATABRICKS_RESOURCE = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"

# A token is renewed this long before it ends: a request must not outlive it.
MARGIN_SECONDS = 300

Run = Callable[[list[str]], str]
TokenSource = Callable[[bool], str]


def run_az(arguments: list[str]) -> str:
    """Runs the Azure CLI. Returns what it printed; raises Failure with its last line otherwise."""
    program = shutil.which("az")
    if program is None:
        raise Failure("The Azure CLI (az) is not on this agent. Install it, or choose another pool in mlops.yaml.")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.strip().splitlines() if line.strip()]
        reason = lines[-1] if lines else f"exit code {done.returncode}"
        raise Failure(f"az {' '.join(arguments[:3])} failed: {reason}")
    return done.stdout


def make_token_source(resource: str, run: Run = run_az, clock: Callable[[], float] = time.time) -> TokenSource:
    """Returns a function that gives a token for the resource: the one at hand, or a new one when it
    is about to end or when the caller says that it was refused."""
    cached: tuple[str, float] = ("", 0.0)

    def get_token(refused: bool = False) -> str:
        nonlocal cached
        token, expires = cached
        if token and not refused and clock() < expires - MARGIN_SECONDS:
            return token
        answer = json.loads(run(["account", "get-access-token", "--resource", resource, "--output", "json"]))
        token = str(answer["accessToken"])
        mask(token)
        # `expires_on` is seconds since 1970; older versions of az give local time only, which is no use across agents.
        cached = (token, float(answer.get("expires_on") or clock() + MARGIN_SECONDS))
        return token

    return get_token
