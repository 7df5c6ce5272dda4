"""Image and rollout, with programs that stand in for az, docker and kubectl."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import build_push_image
import rollout
import sbom
from commands import Failure
from fake_programs import PutProgram

DIGEST = "sha256:" + "d" * 64
BASE = "sha256:" + "b" * 64

# Keeps every call in a file; knows the tags that were pushed.
AZ = """
import json, os, sys, pathlib
folder = pathlib.Path(os.environ["FAKE"])
with (folder / "calls").open("a") as calls: calls.write(json.dumps(["az", *sys.argv[1:]]) + "\\n")
if sys.argv[1:4] == ["acr", "repository", "show"]:
    if (folder / "down").exists(): sys.exit("ERROR: Name or service unknown; (Unauthorized) no")
    if not (folder / "pushed").exists(): sys.exit("ERROR: Error: the specified tag does not exist (not found).")
    print(os.environ["DIGEST"])
if sys.argv[1:3] == ["aks", "get-credentials"]:
    pathlib.Path(sys.argv[sys.argv.index("--file") + 1]).write_text("apiVersion: v1\\nkind: Config\\n")
"""

DOCKER = """
import json, os, sys, pathlib
folder = pathlib.Path(os.environ["FAKE"])
with (folder / "calls").open("a") as calls: calls.write(json.dumps(["docker", *sys.argv[1:]]) + "\\n")
if sys.argv[1] == "inspect": print("docker.io/library/python@" + os.environ["BASE"])
if sys.argv[1] == "build":
    context = pathlib.Path(sys.argv[-1])
    names = sorted(str(path.relative_to(context)) for path in context.rglob("*") if path.is_file())
    (folder / "context").write_text("\\n".join(names))
if sys.argv[1] == "push": (folder / "pushed").touch()
"""


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put_program: PutProgram) -> Path:
    folder = tmp_path / "fake"
    folder.mkdir()
    put_program("az", AZ)
    put_program("docker", DOCKER)
    for name, value in {
        "FAKE": str(folder),
        "DIGEST": DIGEST,
        "BASE": BASE,
        "MODEL": "x",
        "IMAGE": "x",
        "BASE_IMAGE": "python:3.12-slim",
        "REGISTRY_NAME": "contoso",
        "REGISTRY_SERVER": "contoso.azurecr.io",
        "MODEL_VERSION": "3",
        "MODEL_RUN_ID": "run/1",
        "IMAGE_DIGEST": DIGEST,
        "IMAGE_TAG": "3-run-1-abc",
        "IMAGE_COMMIT": "c" * 40,
        "NAMESPACE": "ns",
        "CLUSTER": "aks",
        "CLUSTER_RESOURCE_GROUP": "rg",
    }.items():
        monkeypatch.setenv(name, value)
    return folder


def calls(fake: Path) -> list[list[str]]:
    path = fake / "calls"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


class TestImage:
    @pytest.fixture
    def model(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A repository with a history, and a downloaded model."""
        for variable in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
            monkeypatch.delenv(variable, raising=False)
        root = tmp_path / "root"
        here = Path(build_push_image.__file__).parent
        for path in (
            "api/app.py",
            "api/tests/test_app.py",
            "requirements/api.txt",
            "mlops.yaml",
            "README.md",
            "secret.txt",
        ):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(path)
        (root / "pipelines/deploy").mkdir(parents=True)
        for name in ("Dockerfile", "sbom.py"):
            shutil.copyfile(here / name, root / "pipelines/deploy" / name)
        self.commit(root, "init", "--quiet")
        self.commit(root, "add", ".")
        self.commit(root, "commit", "--quiet", "--message", "1")
        monkeypatch.setattr(build_push_image, "ROOT", root)
        folder = tmp_path / "model"
        folder.mkdir()
        (folder / "parameters.json").write_text("{}")
        return folder

    def commit(self, root: Path, *arguments: str) -> None:
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.test"]
        subprocess.run(["git", *identity, *arguments], cwd=root, check=True)

    def run(self, monkeypatch: pytest.MonkeyPatch, model: Path) -> int:
        monkeypatch.setattr("sys.argv", ["build_push_image.py", "--model", str(model)])
        return build_push_image.main()

    def test_builds_exactly_what_the_image_needs(
        self, fake: Path, model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(monkeypatch, model) == 0
        assert (fake / "context").read_text().split("\n") == [
            "Dockerfile",
            "api/app.py",
            "mlops.yaml",
            "model/parameters.json",
            "requirements.txt",
            "sbom.py",
        ]
        commit = build_push_image.find_commit()
        build = next(call for call in calls(fake) if call[:2] == ["docker", "build"])
        assert f"contoso.azurecr.io/x:3-run-1-{commit[:12]}" in build
        assert f"BASE_IMAGE=docker.io/library/python@{BASE}" in build
        assert f"org.opencontainers.image.base.digest={BASE}" in build
        assert f"org.opencontainers.image.revision={commit}" in build
        assert f"##vso[task.setvariable variable=digest;isOutput=true]{DIGEST}" in capsys.readouterr().out
        assert [call[:3] for call in calls(fake) if call[0] == "az"] == [
            ["az", "acr", "repository"],
            ["az", "acr", "login"],
            ["az", "acr", "repository"],
        ]

    def test_builds_nothing_twice(self, fake: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.run(monkeypatch, model) == 0
        (build_push_image.ROOT / "README.md").write_text("changed")
        self.commit(build_push_image.ROOT, "commit", "--quiet", "--all", "--message", "2")
        assert self.run(monkeypatch, model) == 0
        assert sum(call[:2] == ["docker", "build"] for call in calls(fake)) == 1

    def test_a_registry_that_refuses_is_no_missing_tag(
        self, fake: Path, model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (fake / "down").touch()
        assert self.run(monkeypatch, model) == 1
        assert "did not answer: ERROR: Name or service unknown" in capsys.readouterr().out
        assert not any(call[0] == "docker" for call in calls(fake))

    def test_tags_are_tags(self) -> None:
        assert build_push_image.to_tag("12", "", "c" * 40) == "12-no-run-cccccccccccc"
        assert len(build_push_image.to_tag("12", "é/" * 100, "c" * 40)) <= 128


# A cluster of one deployment: apply replaces it, undo brings the one before back.
KUBECTL = """
import json, os, sys, pathlib
folder = pathlib.Path(os.environ["FAKE"])
arguments = [a for a in sys.argv[1:]]
with (folder / "calls").open("a") as calls: calls.write(json.dumps(["kubectl", *arguments]) + "\\n")
assert arguments[:2] == ["--namespace", "ns"] and "KUBECONFIG" in os.environ
verb, rest = arguments[2], arguments[3:]
live, before = folder / "live.json", folder / "before.json"
def state(path): return json.loads(path.read_text()) if path.exists() else None
def bad(): return (state(live) or {}).get("image", "").split("@")[-1] in os.environ.get("BAD", "").split()
if verb == "get" and rest[0] == "deployment":
    found = state(live)
    if found:
        held = {"ca.gc.mlops/held-version": os.environ["HELD"]} if (folder / "held").exists() else {}
        print(json.dumps({"metadata": {"generation": 1, "labels": held}, "spec": {"replicas": 2, "template": {
            "metadata": {"annotations": found["annotations"]}, "spec": {"containers": [{"image": found["image"]}]}}},
            "status": {"observedGeneration": 1, "updatedReplicas": 2, "availableReplicas": 2}}))
elif verb == "get" and rest[0] == "pods":
    print(json.dumps({"items": [{"metadata": {"name": "x-1"}, "status": {"phase": "Running", "containerStatuses": [
        {"state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}}]}))
elif verb == "get":
    path = rest[1].split("/proxy", 1)[1]
    version = state(live)["annotations"]["ca.gc.mlops/model-version"]
    if os.environ.get("SERVES"): version = os.environ["SERVES"]
    print(json.dumps({"/readyz": {}, "/v1/model": {"version": version}, "/openapi.json":
        {"components": {"schemas": {"Request": {"examples": [{"data": [{"a": 1}]}]}}}}}[path]))
elif verb == "label":
    assert rest == ["deployment/x", "ca.gc.mlops/held-version-"]
    (folder / "held").unlink()
elif verb == "create":
    print(json.dumps({"predictions": [0.5 for row in json.load(sys.stdin)["data"]]}))
elif verb == "apply":
    overlay = json.loads((pathlib.Path(rest[-1]) / "kustomization.yaml").read_text())
    if live.exists(): before.write_text(live.read_text())
    image = overlay["images"][0]
    patch = json.loads(overlay["patches"][0]["patch"])
    live.write_text(json.dumps({"image": image["newName"] + "@" + image["digest"],
        "annotations": patch["spec"]["template"]["metadata"]["annotations"]}))
elif rest[0] == "undo":
    live.write_text(before.read_text())
elif rest[0] == "status":
    sys.exit("error: deployment exceeded its progress deadline" if bad() else 0)
"""


class TestRollout:
    @pytest.fixture(autouse=True)
    def kubectl(self, put_program: PutProgram, fake: Path) -> None:
        put_program("kubectl", KUBECTL)

    def verbs(self, fake: Path) -> list[str]:
        return [call[3] for call in calls(fake) if call[0] == "kubectl" and call[3] in ("apply", "rollout")]

    def live(self, fake: Path) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((fake / "live.json").read_text())
        return found

    def test_a_new_image_goes_live_and_then_stays(self, fake: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert rollout.main() == 0
        assert self.live(fake)["image"] == f"contoso.azurecr.io/x@{DIGEST}"
        assert "Live: " in capsys.readouterr().out
        applied = self.verbs(fake)
        assert rollout.main() == 0
        assert "Already live" in capsys.readouterr().out
        assert self.verbs(fake) == applied

    def test_one_that_never_gets_ready_is_undone(
        self, fake: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert rollout.main() == 0
        bad = "sha256:" + "e" * 64
        monkeypatch.setenv("IMAGE_DIGEST", bad)
        monkeypatch.setenv("BAD", bad)
        assert rollout.main() == 1
        assert self.live(fake)["image"].endswith(DIGEST)
        output = capsys.readouterr().out
        assert "x-1: Running CrashLoopBackOff" in output
        assert "The one before was put back and serves." in output

    def test_one_that_serves_another_model_is_undone(
        self, fake: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert rollout.main() == 0
        monkeypatch.setenv("IMAGE_DIGEST", "sha256:" + "e" * 64)
        monkeypatch.setenv("SERVES", "2")
        assert rollout.main() == 1
        assert "serves model version 2, expected 3" in capsys.readouterr().out
        assert self.live(fake)["image"].endswith(DIGEST)

    def test_a_first_one_that_fails_has_nothing_to_go_back_to(
        self, fake: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("BAD", DIGEST)
        assert rollout.main() == 1
        assert "no earlier one to go back to" in capsys.readouterr().out
        assert ["rollout", "undo"] not in [call[3:5] for call in calls(fake)]

    def test_what_was_put_back_by_hand_is_not_undone_without_a_word(
        self, fake: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert rollout.main() == 0
        assert "##vso[build.addbuildtag]model-3\n" in capsys.readouterr().out
        (fake / "held").touch()
        monkeypatch.setenv("HELD", "2")
        monkeypatch.setenv("IMAGE_DIGEST", "sha256:" + "e" * 64)
        assert rollout.main() == 1
        assert "version 2 was put back into service by hand" in capsys.readouterr().out
        assert self.verbs(fake).count("apply") == 1
        assert (fake / "held").exists()
        # Main says the same now.
        monkeypatch.setenv("HELD", "3")
        assert rollout.main() == 0
        assert not (fake / "held").exists()

    def test_changed_manifests_are_applied_with_the_same_image(
        self, fake: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert rollout.main() == 0
        monkeypatch.setattr(rollout, "hash_manifests", lambda folder: "other")
        assert rollout.main() == 0
        assert self.verbs(fake).count("apply") == 2

    def test_only_a_digest_is_deployed(self, fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("IMAGE_DIGEST", "latest")
        with pytest.raises(Failure, match="not a digest"):
            rollout.read_release()


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")
def test_kustomize_builds_the_overlay(tmp_path: Path) -> None:
    annotations = {"ca.gc.mlops/commit": 'c"\n: {}'}
    rollout.write_overlay(
        tmp_path, rollout.Release(name_of_deployment(), "ns", "contoso.azurecr.io/x", DIGEST, annotations)
    )
    done = subprocess.run(["kubectl", "kustomize", str(tmp_path)], capture_output=True, text=True, check=True)
    documents = [each for each in yaml.safe_load_all(done.stdout) if each["kind"] == "Deployment"]
    assert documents[0]["spec"]["template"]["metadata"]["annotations"] == annotations
    assert documents[0]["spec"]["template"]["spec"]["containers"][0]["image"] == f"contoso.azurecr.io/x@{DIGEST}"
    assert {each["metadata"]["namespace"] for each in yaml.safe_load_all(done.stdout)} == {"ns"}


def name_of_deployment() -> str:
    text = (rollout.MANIFESTS / "deployment.yaml").read_text(encoding="utf-8")
    return str(yaml.safe_load(text)["metadata"]["name"])


def test_the_list_of_packages_is_the_same_for_the_same_packages() -> None:
    document = sbom.to_document([("PyYAML", "6.0.3"), ("typing_extensions", "4"), ("PyYAML", "6.0.3")])
    assert [each["purl"] for each in document["components"]] == [
        "pkg:pypi/pyyaml@6.0.3",
        "pkg:pypi/typing-extensions@4",
    ]
