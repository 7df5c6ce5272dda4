"""Holds mlops.yaml against its schema and reads every YAML file of the repository.

Read as `create-mlops-model` reads it (YAML 1.2): `no` is text and a key given twice is an error.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import yaml

import agent

SCHEMA = Path(__file__).parent / "mlops.schema.json"


class Loader(yaml.SafeLoader):
    """YAML 1.2: only `true` and `false` are booleans, no sexagesimal numbers, no dates, no merge keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A map whose keys differ."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f'the key "{key.value}" is given twice', key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


Loader.yaml_implicit_resolvers = {}
# A leading zero means nothing: 010 is ten.
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(str(node.value)))
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def check_text(path: str, text: str) -> tuple[Any, list[str]]:
    """What a YAML text holds, and what is wrong with it."""
    try:
        return list(yaml.load_all(text, Loader)), []
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else path
        return [], [f"{place}: {getattr(error, 'problem', None) or error}"]


def check_manifest(manifest: object, schema: dict[str, Any]) -> Iterator[str]:
    """Where the manifest is not as its schema says."""
    validator = jsonschema.validators.validator_for(schema)(schema)
    for error in sorted(validator.iter_errors(manifest), key=lambda each: list(map(str, each.absolute_path))):
        place = ".".join(str(part) for part in error.absolute_path) or "the file"
        yield f"mlops.yaml: {place}: {error.message}"


def list_yaml() -> list[str]:
    """The YAML files that git tracks."""
    done = subprocess.run(["git", "ls-files", "-z", "*.yml", "*.yaml"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise agent.Failure("This is not a git repository.")
    return [path for path in done.stdout.split("\0") if path and Path(path).is_file()]


def main() -> int:
    """The step."""
    problems: list[str] = []
    try:
        paths = list_yaml()
        for path in paths:
            documents, wrong = check_text(path, Path(path).read_text(encoding="utf-8"))
            problems += wrong
            if path == "mlops.yaml" and documents:
                problems += check_manifest(documents[0], json.loads(SCHEMA.read_text(encoding="utf-8")))
        if "mlops.yaml" not in paths:
            problems.append("mlops.yaml: is not there")
    except agent.Failure as failure:
        return agent.fail(failure)
    for problem in problems:
        agent.say(problem)
    if problems:
        return agent.fail(agent.Failure(f"{len(problems)} problems in YAML files; see above."))
    agent.say(f"{len(paths)} YAML files can be read; mlops.yaml is as its schema says.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
