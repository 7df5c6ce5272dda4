"""Makes the local environment in one go: `python scripts/setup.py`, then `.venv` has everything.

With `--contract` also `.venv-contract`, where the tests run `api/score.py` under Azure ML's inference server.
"""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)


def main(arguments: list[str]) -> int:
    """Exit code 0 if everything is installed."""
    if sys.version_info < OLDEST:
        print(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}.")
        return 2
    warn_about_version()
    create(ROOT / ".venv", "dev.txt")
    if "--contract" in arguments:
        create(ROOT / ".venv-contract", "contract.txt")
    scripts = ".venv\\Scripts" if sys.platform == "win32" else ".venv/bin"
    print(f"Ready. Tests: {Path(scripts) / 'pytest'}    Lint: {Path(scripts) / 'ruff'} check")
    return 0


def warn_about_version() -> None:
    """The jobs and the image run on the version in `mlops.yaml`; another one here may behave differently."""
    found = re.search(r"^python:\s*['\"]?(\d+\.\d+)", (ROOT / "mlops.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if found and found.group(1) != here:
        print(f"Note: this is Python {here}; mlops.yaml says {found.group(1)}, which the jobs and the image use.")


def create(folder: Path, requirements: str) -> None:
    """An environment with exactly these requirements; an existing one is brought up to date."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not has_pip(python):
        print(f"making {folder.name}")
        venv.create(folder, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]
    subprocess.run([*command, str(ROOT / "requirements" / requirements)], check=True)


def has_pip(python: Path) -> bool:
    """An environment that was stopped while it was made has a Python, but not yet pip."""
    return python.exists() and subprocess.run([str(python), "-c", "import pip"], capture_output=True).returncode == 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
