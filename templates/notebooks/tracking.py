"""MLflow runs: where they go, who we are there, and what is written down."""

from __future__ import annotations

import os
import platform
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import mlflow

from azure_identity import Credential, find_credential, serve_identity
from parameters import Parameters
from settings import ROOT, Settings

AZURE_SCOPE = "https://management.azure.com/.default"
# Renewed when this share of a token's life is over; a run with five-second tokens goes on logging.
RENEW_AT = 0.5
LOCAL = ROOT / ".mlflow"


@contextmanager
def open_run(settings: Settings, parameters: Parameters, dbutils: Any) -> Iterator[mlflow.ActiveRun]:
    """A run in the model's experiment, signed in for as long as it lasts."""
    uri = choose_uri(parameters)
    credential = find_credential(settings, dbutils)
    with signed_in(uri, credential):
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)
        set_experiment(settings.model, uri)
        with mlflow.start_run(tags=describe_run(settings, parameters)) as run:
            yield run


def choose_uri(parameters: Parameters) -> str:
    """The parameter, else the environment, else a database file in the repository's folder."""
    if parameters.tracking_uri:
        return parameters.tracking_uri
    given = os.environ.get("MLFLOW_TRACKING_URI", "")
    if given:
        return given
    LOCAL.mkdir(exist_ok=True)
    return f"sqlite:///{(LOCAL / 'mlflow.db').as_posix()}"


def set_experiment(name: str, uri: str) -> None:
    """The experiment; in a local database its files lie beside the database, not in the folder one happens to be in."""
    if uri.startswith("sqlite") and mlflow.get_experiment_by_name(name) is None:
        mlflow.create_experiment(name, artifact_location=(LOCAL / "artifacts").as_uri())
    mlflow.set_experiment(name)


def describe_run(settings: Settings, parameters: Parameters) -> dict[str, str]:
    """Tags that lead from a run back to what made it."""
    return {
        "trigger": "pipeline" if parameters.git_commit else "manual",
        "mode": parameters.mode,
        "git_commit": find_commit(parameters),
        "framework": settings.framework,
        "classification": settings.classification,
        "python": platform.python_version(),
        "databricks_runtime": os.environ.get("DATABRICKS_RUNTIME_VERSION", ""),
    }


def find_commit(parameters: Parameters) -> str:
    """The commit that this code is, as far as it can be known."""
    if parameters.git_commit:
        return parameters.git_commit
    try:
        answer = subprocess.run(
            ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ""  # no git on a cluster
    return answer.stdout.strip()


@contextmanager
def signed_in(uri: str, credential: Credential | None) -> Iterator[None]:
    """Keeps the credential's token where MLflow looks for it."""
    if credential is None:
        yield
    elif uri.startswith("azureml"):
        with serve_identity(credential):
            yield
    else:
        with renewed_token(lambda: credential.get_token(AZURE_SCOPE)):
            yield


@contextmanager
def renewed_token(get_token: Callable[[], Any]) -> Iterator[None]:
    """`MLFLOW_TRACKING_TOKEN`, renewed in the background: MLflow reads it again for every request."""
    done = threading.Event()

    def renew() -> float:
        token = get_token()
        os.environ["MLFLOW_TRACKING_TOKEN"] = token.token
        return max(0.5, (float(token.expires_on) - time.time()) * RENEW_AT)

    def keep(wait: float) -> None:
        while not done.wait(wait):
            try:
                wait = renew()
            except Exception as error:
                # The old token may still be good; if not, MLflow's own error says what failed.
                print(f"renewing the tracking token failed: {type(error).__name__}; trying again")
                wait = 1.0

    thread = threading.Thread(target=keep, args=(renew(),), name="token", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=5)
        os.environ.pop("MLFLOW_TRACKING_TOKEN", None)
