"""Builds the image of the service with its model inside, and pushes it.

    python build_push_image.py --model FOLDER

The tag names model version, training run and commit: a tag that is in the registry already holds the same
content, so nothing is built. What is deployed is the digest, never the tag.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from commands import Failure, fail, get_variable, run, say, set_variable, try_run

ROOT = Path(__file__).resolve().parents[2]

# What the image is made of, besides the model; paths of the repository.
INPUTS = ("api", "requirements/api.txt", "mlops.yaml", "pipelines/deploy/Dockerfile", "pipelines/deploy/sbom.py")

# How registries and the Azure CLI say that there is no such repository or tag.
ABSENT = ("does not exist", "not found", "not known to registry", "name_unknown", "manifest_unknown")

DIGEST = re.compile(r"^sha256:[0-9a-f]{64}$")


@dataclass(frozen=True)
class Image:
    """An image's name in the registry, and what it was made of."""

    server: str
    repository: str
    tag: str
    version: str
    run_id: str
    commit: str

    @property
    def reference(self) -> str:
        """`server/repository:tag`."""
        return f"{self.server}/{self.repository}:{self.tag}"


def find_commit() -> str:
    """The last commit that changed what goes into the image: a README alone makes no new image."""
    commit = run(["git", "log", "-1", "--format=%H", "--", *INPUTS], folder=ROOT).strip()
    if not re.fullmatch(r"[0-9a-f]{40,64}", commit):
        raise Failure("git knows no commit of the image's files. Is the whole history checked out?")
    return commit


def to_tag(version: str, run_id: str, commit: str) -> str:
    """Version, run and commit as a tag: letters, digits, `_`, `.`, `-`, at most 128."""
    run_part = re.sub(r"[^A-Za-z0-9_.-]", "-", run_id)[:40] or "no-run"
    return f"{version}-{run_part}-{commit[:12]}"


def find_digest(registry: str, image: Image) -> str | None:
    """The digest of a tag in the registry, or None if there is no such tag."""
    name = f"{image.repository}:{image.tag}"
    wanted = ["--query", "digest", "--output", "tsv"]
    done = try_run(["az", "acr", "repository", "show", "--name", registry, "--image", name, *wanted])
    if done.returncode == 0 and DIGEST.match(done.stdout.strip()):
        return done.stdout.strip()
    complaint = done.stderr.lower()
    if any(each in complaint for each in ABSENT):
        return None
    raise Failure(f"The registry {registry} did not answer: {done.stderr.strip()[-500:] or done.stdout.strip()[:200]}")


def pin_base(base: str) -> tuple[str, str]:
    """The base image as it is now, by digest, and that digest."""
    if "@sha256:" in base:
        return base, base.split("@", 1)[1]
    run(["docker", "pull", "--quiet", base])
    digests = run(["docker", "inspect", "--format", "{{range .RepoDigests}}{{println .}}{{end}}", base]).split()
    if not digests:
        # An image that was made on this very machine has no digest; its id names its content as well.
        return base, run(["docker", "inspect", "--format", "{{.Id}}", base]).strip()
    return digests[0], digests[0].split("@", 1)[1]


def assemble(folder: Path, model: Path) -> None:
    """Copies exactly what the image needs: nothing else can get in, whatever lies in the checkout."""
    shutil.copytree(ROOT / "api", folder / "api", ignore=shutil.ignore_patterns("tests", "__pycache__", ".*"))
    shutil.copytree(model, folder / "model")
    for source, target in (
        ("requirements/api.txt", "requirements.txt"),
        ("mlops.yaml", "mlops.yaml"),
        ("pipelines/deploy/Dockerfile", "Dockerfile"),
        ("pipelines/deploy/sbom.py", "sbom.py"),
    ):
        shutil.copyfile(ROOT / source, folder / target)


def build(image: Image, base: str, model: Path) -> None:
    """Builds the image from a folder of its own."""
    pinned, digest = pin_base(base)
    labels = {
        "org.opencontainers.image.title": image.repository,
        "org.opencontainers.image.version": image.tag,
        "org.opencontainers.image.revision": image.commit,
        "org.opencontainers.image.base.name": base,
        "org.opencontainers.image.base.digest": digest,
        "ca.gc.mlops.model.name": get_variable("MODEL"),
        "ca.gc.mlops.model.version": image.version,
        "ca.gc.mlops.model.run-id": image.run_id,
    }
    arguments = {"BASE_IMAGE": pinned, "MODEL_NAME": get_variable("MODEL"), "MODEL_VERSION": image.version}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "context"
        folder.mkdir()
        assemble(folder, model)
        command = ["docker", "build", "--tag", image.reference]
        for key, value in labels.items():
            command += ["--label", f"{key}={value}"]
        for key, value in arguments.items():
            command += ["--build-arg", f"{key}={value}"]
        say(run([*command, str(folder)])[-3000:])


def push(registry: str, image: Image) -> str:
    """Pushes the image. Returns the digest that the registry gives it."""
    run(["docker", "push", image.reference])
    digest = find_digest(registry, image)
    if digest is None:
        raise Failure(f"{image.reference} was pushed, and the registry does not know it.")
    return digest


def main() -> int:
    """The step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    model: Path = parser.parse_args().model
    try:
        registry = get_variable("REGISTRY_NAME")
        version, run_id, commit = get_variable("MODEL_VERSION"), get_variable("MODEL_RUN_ID"), find_commit()
        tag = to_tag(version, run_id, commit)
        image = Image(get_variable("REGISTRY_SERVER"), get_variable("IMAGE"), tag, version, run_id, commit)
        digest = find_digest(registry, image)
        if digest is None:
            run(["az", "acr", "login", "--name", registry])
            build(image, get_variable("BASE_IMAGE"), model)
            digest = push(registry, image)
        else:
            say("The registry has this image already: same model, same run, same code.")
    except (Failure, OSError) as failure:
        return fail(failure)
    for name, value in (("digest", digest), ("tag", tag), ("commit", commit)):
        set_variable(name, value, output=True)
    say(f"{image.reference}@{digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
