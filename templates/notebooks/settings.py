"""What training takes from `mlops.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Metric:
    """What the model is judged by."""

    name: str
    goal: str
    minimum_gain: float

    def gain(self, candidate: float, current: float) -> float:
        """How much better the candidate is; negative if it is worse."""
        return candidate - current if self.goal == "maximize" else current - candidate


@dataclass(frozen=True)
class Settings:
    """The part of the manifest that training needs."""

    model: str
    task: str
    framework: str
    metric: Metric
    select: str | int
    classification: str
    access: str
    access_name: str


def load_settings(path: Path = ROOT / "mlops.yaml") -> Settings:
    """Read `mlops.yaml`; what it leaves out has the manifest's own defaults."""
    manifest: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    model = manifest["model"]
    metric = model["metric"]
    access = (manifest.get("databricks") or {}).get("tracking") or {}
    return Settings(
        model=model["name"],
        task=model["task"],
        framework=model["framework"],
        metric=Metric(metric["name"], metric["goal"], float(metric.get("minimumGain", 0.0))),
        select=model["select"],
        classification=model.get("classification", "protected-b"),
        access=access.get("access", "service-credential"),
        access_name=access.get("name") or f"{model['name']}-tracking",
    )
