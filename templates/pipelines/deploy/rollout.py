"""Puts an image into service: apply, wait, try it, and undo if it does not stand.

The old pods serve until the new ones are ready (`maxUnavailable: 0`), so a failure here is not felt outside.
An image that is in service already, with the same manifests, is left alone.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands import Failure, add_tag, fail, get_variable, run, say, try_run

MANIFESTS = Path(__file__).resolve().parent / "k8s"

# The name in deployment.yaml that stands for the image.
PLACEHOLDER = "model-api"

ANNOTATION = "ca.gc.mlops"

# Set by `rollback --now`. A label: `kubectl rollout undo` brings back a revision's annotations, never its labels.
HELD = f"{ANNOTATION}/held-version"

ROLLOUT_MINUTES = 6
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

Json = dict[str, Any]


@dataclass(frozen=True)
class Release:
    """What is to serve, and where."""

    name: str
    namespace: str
    image: str
    digest: str
    annotations: dict[str, str]


class Cluster:
    """One namespace of a cluster, through kubectl."""

    def __init__(self, kubeconfig: Path, namespace: str) -> None:
        self._environment = {"KUBECONFIG": str(kubeconfig)}
        self._namespace = namespace

    def run(self, *arguments: str, text: str | None = None) -> str:
        """kubectl's output; raises Failure if it fails."""
        return run(["kubectl", "--namespace", self._namespace, *arguments], text=text, environment=self._environment)

    def succeeds(self, *arguments: str) -> bool:
        """Whether kubectl ends well; what it says is shown."""
        done = try_run(["kubectl", "--namespace", self._namespace, *arguments], environment=self._environment)
        say((done.stdout + done.stderr).strip()[-2000:])
        return done.returncode == 0

    def find_deployment(self, name: str) -> Json | None:
        """The deployment as it is."""
        text = self.run("get", "deployment", name, "--ignore-not-found", "--output", "json")
        found: Json | None = json.loads(text) if text.strip() else None
        return found

    def ask(self, service: str, path: str, body: str | None = None) -> Any:
        """A request to the service, through the API server, as somebody in the cluster would make it."""
        address = f"/api/v1/namespaces/{self._namespace}/services/http:{service}:http/proxy{path}"
        if body is None:
            return json.loads(self.run("get", "--raw", address))
        return json.loads(self.run("create", "--raw", address, "--filename", "-", text=body))


def read_release() -> Release:
    """The release, from what the stages before have found out."""
    digest = get_variable("IMAGE_DIGEST")
    if not DIGEST.fullmatch(digest):
        raise Failure(f"IMAGE_DIGEST is not a digest: {digest!r}. The build stage hands it over.")
    return Release(
        name=get_variable("IMAGE"),
        namespace=get_variable("NAMESPACE"),
        image=f"{get_variable('REGISTRY_SERVER')}/{get_variable('IMAGE')}",
        digest=digest,
        annotations={
            f"{ANNOTATION}/model-version": get_variable("MODEL_VERSION"),
            f"{ANNOTATION}/model-run": get_variable("MODEL_RUN_ID"),
            f"{ANNOTATION}/commit": get_variable("IMAGE_COMMIT"),
            f"{ANNOTATION}/image-tag": get_variable("IMAGE_TAG"),
            f"{ANNOTATION}/manifests": hash_manifests(MANIFESTS),
        },
    )


def hash_manifests(folder: Path) -> str:
    """A digest of the manifests' text, whatever order the file system has."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:32]


def write_overlay(folder: Path, release: Release) -> None:
    """The manifests with this release's image in them. JSON is YAML: no value can break out of it."""
    shutil.copytree(MANIFESTS, folder / "base")
    patch = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": release.name},
        "spec": {"template": {"metadata": {"annotations": release.annotations}}},
    }
    overlay = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": release.namespace,
        "resources": ["base"],
        "images": [{"name": PLACEHOLDER, "newName": release.image, "digest": release.digest}],
        "patches": [{"patch": json.dumps(patch)}],
    }
    (folder / "kustomization.yaml").write_text(json.dumps(overlay, indent=2), encoding="utf-8")


def is_live(deployment: Json | None, release: Release) -> bool:
    """Whether exactly this release serves already, all of it."""
    if deployment is None:
        return False
    template = deployment["spec"]["template"]
    annotations = template["metadata"].get("annotations") or {}
    status = deployment.get("status") or {}
    wanted = deployment["spec"].get("replicas", 1)
    return (
        template["spec"]["containers"][0]["image"] == f"{release.image}@{release.digest}"
        and annotations.get(f"{ANNOTATION}/manifests") == release.annotations[f"{ANNOTATION}/manifests"]
        and status.get("observedGeneration") == deployment["metadata"].get("generation")
        and status.get("updatedReplicas") == status.get("availableReplicas") == wanted
    )


def find_held(deployment: Json | None) -> str:
    """The model version that somebody put back into service by hand; empty: none."""
    labels = deployment["metadata"].get("labels") or {} if deployment else {}
    return str(labels.get(HELD) or "")


def refuse_held(before: Json | None, release: Release) -> None:
    """What was put back by hand is not undone without a word. Raises Failure if this release would."""
    held, version = find_held(before), release.annotations[f"{ANNOTATION}/model-version"]
    if held and held != version:
        raise Failure(
            f"Model version {held} was put back into service by hand, and this commit would serve version {version}: "
            f"nothing was changed. Merge the pull request that pins version {held}, or let go of it: kubectl "
            f"--namespace {release.namespace} label deployment/{release.name} {HELD}-"
        )


def note_live(cluster: Cluster, release: Release, before: Json | None) -> None:
    """This release serves: the run's tags say so, and what was held is now what main says."""
    if find_held(before):
        say(cluster.run("label", f"deployment/{release.name}", f"{HELD}-"))
    add_tag(f"model-{release.annotations[f'{ANNOTATION}/model-version']}")
    add_tag(f"image-{release.annotations[f'{ANNOTATION}/image-tag']}")


def try_service(cluster: Cluster, release: Release) -> str:
    """Why the service is not in order, or nothing: it is ready, serves this model, and answers its own example."""
    try:
        cluster.ask(release.name, "/readyz")
        model = cluster.ask(release.name, "/v1/model")
        version = release.annotations[f"{ANNOTATION}/model-version"]
        if str(model.get("version")) != version:
            return f"it serves model version {model.get('version')}, expected {version}"
        document = cluster.ask(release.name, "/openapi.json")
        example = document["components"]["schemas"]["Request"]["examples"][0]
        answer = cluster.ask(release.name, "/v1/score", json.dumps(example))
    except (Failure, ValueError, LookupError, AttributeError) as error:
        return str(error)
    return "" if len(answer.get("predictions", [])) == len(example["data"]) else "its answer lacks predictions"


def roll_out(cluster: Cluster, release: Release, overlay: Path) -> None:
    """Applies a release and sees it through; undoes it otherwise. Raises Failure then."""
    before = cluster.find_deployment(release.name)
    refuse_held(before, release)
    if is_live(before, release):
        say(f"Already live: {release.image}@{release.digest}")
        note_live(cluster, release, before)
        return
    # Undo is written by another field manager than apply; without --force-conflicts the next apply would be refused.
    say(
        cluster.run(
            "apply", "--server-side", "--force-conflicts", "--field-manager", "mlops", "--kustomize", str(overlay)
        )
    )
    target = f"deployment/{release.name}"
    stands = cluster.succeeds("rollout", "status", target, f"--timeout={ROLLOUT_MINUTES}m")
    problem = try_service(cluster, release) if stands else "its pods did not become ready"
    if not problem:
        say(f"Live: {release.image}@{release.digest}")
        note_live(cluster, release, before)
        return
    for line in describe_pods(cluster, release.name):
        say(line)
    if before is None:
        raise Failure(f"The first release does not stand: {problem}. There is no earlier one to go back to.")
    undone = cluster.succeeds("rollout", "undo", target) and cluster.succeeds(
        "rollout", "status", target, f"--timeout={ROLLOUT_MINUTES}m"
    )
    raise Failure(
        f"The release does not stand: {problem}. "
        + ("The one before was put back and serves." if undone else "Going back failed as well: see above.")
    )


def describe_pods(cluster: Cluster, name: str) -> list[str]:
    """What keeps each pod from serving, in a line."""
    try:
        text = cluster.run("get", "pods", "--selector", f"app.kubernetes.io/name={name}", "--output", "json")
    except Failure as failure:
        return [str(failure)]
    lines = []
    for pod in json.loads(text).get("items", []):
        states = [each.get("state", {}) for each in pod.get("status", {}).get("containerStatuses", [])]
        reasons = [
            str((state.get("waiting") or state.get("terminated") or {}).get("reason", "running")) for state in states
        ]
        lines.append(f"{pod['metadata']['name']}: {pod.get('status', {}).get('phase')} {', '.join(reasons)}")
    return lines


def sign_in(kubeconfig: Path) -> None:
    """Writes a kubeconfig for the service connection's identity."""
    cluster = ["--resource-group", get_variable("CLUSTER_RESOURCE_GROUP"), "--name", get_variable("CLUSTER")]
    run(["az", "aks", "get-credentials", *cluster, "--file", str(kubeconfig), "--overwrite-existing"])
    # Clusters with Entra sign-in give a kubeconfig that asks for a device code; kubelogin makes it use the Azure CLI.
    if "kubelogin" in kubeconfig.read_text(encoding="utf-8"):
        run(["kubelogin", "convert-kubeconfig", "--login", "azurecli"], environment={"KUBECONFIG": str(kubeconfig)})


def main() -> int:
    """The step."""
    try:
        release = read_release()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            sign_in(folder / "kubeconfig")
            overlay = folder / "overlay"
            overlay.mkdir()
            write_overlay(overlay, release)
            roll_out(Cluster(folder / "kubeconfig", release.namespace), release, overlay)
    except (Failure, OSError) as failure:
        return fail(failure)
    return 0


if __name__ == "__main__":
    sys.exit(main())
