"""The model registry, spoken to in the part of MLflow that open-source MLflow and Azure ML have in common.

Not used, because Azure ML lacks them: `log_model` and everything that goes through `/logged-models`, aliases,
search by tag, order by metric. So selection happens here, after listing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from gate import Version, pick
from settings import Settings

PAGE = 200


def find_in_service(settings: Settings) -> Version | None:
    """The version that `mlops.yaml` selects, or `None` before the first registration."""
    return pick(list_versions(settings.model), settings.select, settings.metric)


def list_versions(name: str) -> list[Version]:
    """All versions with their metrics: from their tags, else from the run that made them."""
    client = MlflowClient()
    versions: list[Version] = []
    token: str | None = None
    while True:
        try:
            page = client.search_model_versions(f"name='{name}'", max_results=PAGE, page_token=token)
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return []
            raise
        versions += [Version(int(item.version), _read_metrics(client, item)) for item in page]
        token = page.token
        if not token:
            return versions


def register(settings: Settings, run_id: str, folder: Path, metrics: Mapping[str, float], commit: str) -> int:
    """A new version of the model, from the run's `model` folder; its number."""
    client = MlflowClient()
    try:
        client.create_registered_model(settings.model)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    # Azure ML uploads a local folder itself; open-source MLflow takes only what lies in the run's artifacts.
    azure = mlflow.get_tracking_uri().startswith("azureml")
    source = folder.resolve().as_uri() if azure else mlflow.get_artifact_uri("model")
    tags = {"git_commit": commit, "run_id": run_id, "classification": settings.classification}
    tags |= {name: repr(value) for name, value in metrics.items()}
    version = client.create_model_version(settings.model, source=source, run_id=run_id, tags=tags)
    return int(version.version)


def download(settings: Settings, version: int, folder: Path) -> Path:
    """The files of a registered version; the folder that holds `parameters.json`."""
    uri = f"models:/{settings.model}/{version}"
    root = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=str(folder)))
    found = sorted(root.rglob("parameters.json"), key=lambda path: len(path.parts))
    if not found:
        raise LookupError(f"{uri} holds no parameters.json")
    return found[0].parent


def _read_metrics(client: MlflowClient, item: Any) -> dict[str, float]:
    metrics = _to_numbers(item.tags)
    if metrics or not item.run_id:
        return metrics
    try:
        return dict(client.get_run(item.run_id).data.metrics)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return {}
        raise


def _to_numbers(tags: Mapping[str, str]) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for name, text in tags.items():
        if name in ("git_commit", "run_id", "classification"):
            continue  # a commit may look like a number: 12e45678…
        try:
            number = float(text)
        except ValueError:
            continue
        if math.isfinite(number):
            numbers[name] = number
    return numbers
