"""Where the model lies in the image, what it says about itself, and whether it fits the contract."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contract import Field


class NoModel(LookupError):
    """There is no model to serve yet: a normal state before the first training."""


class ModelDoesNotFit(ValueError):
    """The model was trained on other columns than `schema.yaml` promises; the message names them."""


def find_model_folder(environment: Mapping[str, str]) -> Path:
    """The folder with `parameters.json`: `MODEL_DIR` here, `AZUREML_MODEL_DIR` (one folder deeper) on Azure ML."""
    root = environment.get("MODEL_DIR") or environment.get("AZUREML_MODEL_DIR")
    if not root:
        raise NoModel("MODEL_DIR is not set")
    found = sorted(Path(root).rglob("parameters.json"), key=lambda path: len(path.parts))
    if not found:
        raise NoModel("the model folder is empty")
    return found[0].parent


def describe_model(environment: Mapping[str, str]) -> dict[str, Any]:
    """What `/v1/model` says. The registry gives the version after training: it comes from the image's environment."""
    folder = find_model_folder(environment)
    path = folder / "model.json"
    card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {
        "name": environment.get("MODEL_NAME") or card.get("name"),
        "version": environment.get("MODEL_VERSION") or card.get("version"),
        "run_id": card.get("run_id"),
        "commit": card.get("commit"),
        "framework": card.get("framework"),
        "trained_at": card.get("trained_at"),
        "metrics": card.get("metrics", {}),
    }


def check_fit(trained: Sequence[Mapping[str, Any]], wanted: Sequence[Field]) -> None:
    """Refuse a model whose columns are not those of the contract, naming every difference."""
    known = {str(field["name"]): field for field in trained}
    problems = [f"{name} is not in schema.yaml" for name in known if name not in {f.name for f in wanted}]
    for field in wanted:
        if field.name not in known:
            problems.append(f"{field.name} was not there in training")
        elif known[field.name]["type"] != field.kind:
            problems.append(f"{field.name} was {known[field.name]['type']}, is {field.kind}")
        elif set(field.enum or ()) - set(known[field.name].get("enum") or ()):
            problems.append(f"{field.name} has values that training did not know")
    if problems:
        raise ModelDoesNotFit("; ".join(problems))


def to_fields(fields: Sequence[Field]) -> list[dict[str, Any]]:
    """What a model keeps of the contract, for `check_fit` later."""
    return [
        {"name": field.name, "type": field.kind, **({"enum": list(field.enum)} if field.enum else {})}
        for field in fields
    ]
