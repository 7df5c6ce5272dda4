"""Writes what is installed beside this interpreter as a CycloneDX list. Runs while the image is built.

python sbom.py FILE
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
import sys
from pathlib import Path
from typing import Any


def to_components(distributions: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Each package with the address (purl) by which scanners know it."""
    components = []
    for name, version in sorted({(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in distributions}):
        purl = f"pkg:pypi/{name}@{version}"
        components.append({"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": purl})
    return components


def to_document(distributions: list[tuple[str, str]]) -> dict[str, Any]:
    """CycloneDX 1.6. No time and no serial number: the same packages give the same file."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "platform", "name": "python", "version": platform.python_version()}},
        "components": to_components(distributions),
    }


def main(path: str) -> None:
    """Lists this environment into a file."""
    found = [(each.metadata["Name"], each.version) for each in importlib.metadata.distributions()]
    Path(path).write_text(json.dumps(to_document(found), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
