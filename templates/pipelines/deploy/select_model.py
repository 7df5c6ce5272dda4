"""Chooses the model to serve as mlops.yaml says and downloads it.

    python select_model.py --output FOLDER

Choice and download are those of training's gate (`notebooks/gate.py`, `registry.py`): what the gate compared a
candidate with is what is served. No model yet is no failure: the step says how to train one.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from commands import Failure, fail, get_variable, say, set_variable, warn

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "notebooks"), str(ROOT / "pipelines" / "ci-train")]

# Azure ML answers MLflow's REST calls for a token of Azure Resource Manager.
TRACKING_RESOURCE = "https://management.azure.com"


def sign_in(uri: str) -> None:
    """Gives MLflow the service connection's token. Azure ML's plugin (`azureml://`) asks the Azure CLI by itself."""
    from azure_cli import make_token_source

    if uri.startswith("http") and not os.environ.get("MLFLOW_TRACKING_TOKEN"):
        os.environ["MLFLOW_TRACKING_TOKEN"] = make_token_source(TRACKING_RESOURCE)(False)


def choose(uri: str, output: Path) -> tuple[int, str] | None:
    """Downloads the selected version. Returns its number and the run that made it; None if none is registered."""
    import mlflow

    from registry import download, find_in_service
    from settings import load_settings

    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    settings = load_settings(ROOT / "mlops.yaml")
    version = find_in_service(settings)
    if version is None:
        return None
    folder = download(settings, version.number, output)
    if folder.resolve() != output.resolve():
        # Some servers hand the files in a folder of its own.
        for path in list(folder.iterdir()):
            path.rename(output / path.name)
    return version.number, read_run_id(output)


def read_run_id(folder: Path) -> str:
    """The training run, from the card that lies with the model."""
    card = folder / "model.json"
    return str(json.loads(card.read_text(encoding="utf-8")).get("run_id") or "") if card.is_file() else ""


def main() -> int:
    """The step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    output: Path = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    try:
        uri = get_variable("MLFLOW_TRACKING_URI")
        sign_in(uri)
        chosen = choose(uri, output)
    except (Failure, LookupError, OSError) as failure:
        return fail(failure)
    except Exception as error:
        # MLflow has errors of its own; their text is written for people.
        return fail(Failure(f"The model registry did not answer as expected: {type(error).__name__}: {error}"))
    set_variable("found", "true" if chosen else "false", output=True)
    if chosen is None:
        warn(
            "No model is registered yet, so there is nothing to build and deploy. "
            f"Run the pipeline {os.environ.get('MODEL', 'model')}-retrain to train one: "
            "its success starts this pipeline again."
        )
        return 0
    version, run_id = chosen
    set_variable("version", str(version), output=True)
    set_variable("runId", run_id, output=True)
    say(f"Model version {version} of run {run_id or 'unknown'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
