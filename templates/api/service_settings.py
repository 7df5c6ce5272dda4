"""What the service takes from `mlops.yaml`: limits, languages and texts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MANIFEST = Path(__file__).resolve().parent.parent / "mlops.yaml"


@dataclass(frozen=True)
class ServiceSettings:
    """The part of the manifest that the service needs."""

    name: str
    title: dict[str, str]
    description: dict[str, str]
    languages: tuple[str, ...]
    max_rows: int
    max_bytes: int


def load_service_settings(path: Path = MANIFEST) -> ServiceSettings:
    """Read `mlops.yaml`; what it leaves out has the manifest's own defaults."""
    manifest: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    model = manifest["model"]
    limits = (manifest.get("api") or {}).get("limits") or {}
    return ServiceSettings(
        name=model["name"],
        title=dict(model["title"]),
        description=dict(model["description"]),
        languages=tuple(manifest.get("languages") or ("en", "fr")),
        max_rows=int(limits.get("rows", 1000)),
        max_bytes=int(limits.get("bytes", 1_048_576)),
    )
