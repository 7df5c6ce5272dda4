"""What a script says to the Azure Pipelines agent that runs it, and what it reads from it."""

from __future__ import annotations

import os
import sys


class Failure(Exception):
    """A named outcome that ends the step: what was being done, what went wrong, what to do next."""


def get_variable(name: str) -> str:
    """A pipeline variable as the agent hands it to the step. Raises Failure if it is missing or empty."""
    value = os.environ.get(name, "")
    # An undefined variable in `env:` arrives as the text of its own macro.
    if not value or value == f"$({name})":
        raise Failure(
            f"The variable {name} is empty. It comes from pipelines/variables.yml or a variable group; "
            "`npx create-mlops-model apply` puts the groups right."
        )
    return value


def set_variable(name: str, value: str, *, output: bool = False) -> None:
    """Hands a value to later steps of the job, or with `output` to later jobs and stages."""
    kind = ";isOutput=true" if output else ""
    print(f"##vso[task.setvariable variable={name}{kind}]{escape(value)}", flush=True)


def warn(message: str) -> None:
    """Shows a message among the run's warnings."""
    print(f"##vso[task.logissue type=warning]{escape(message)}", flush=True)


def add_tag(tag: str) -> None:
    """Tags this run: what a run brought about can be read from the list of runs."""
    print(f"##vso[build.addbuildtag]{escape(tag)}", flush=True)


def mask(secret: str) -> None:
    """Makes the agent replace the text by *** in every log from here on; nothing is shown outside an agent."""
    if os.environ.get("TF_BUILD"):
        print(f"##vso[task.setsecret]{escape(secret)}", flush=True)


def escape(text: str) -> str:
    """Text inside a logging command; a foreign line can neither end it nor start another one."""
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def say(message: str) -> None:
    """Prints a line; text that came from elsewhere cannot act as a logging command."""
    print(message.replace("##vso[", "## vso[").replace("##[", "## ["), flush=True)


def fail(failure: Exception) -> int:
    """Shows why the step fails. Returns its exit code."""
    print(f"##vso[task.logissue type=error]{escape(str(failure))}", flush=True)
    sys.stdout.flush()
    return 1
