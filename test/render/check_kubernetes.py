"""Checks rendered files with the tools of those who made the formats.

    python check_kubernetes.py FOLDER…      kubectl kustomize, then kubernetes-validate (strict)

Prints one line for each problem; nothing means that all is well.
"""

from __future__ import annotations

import subprocess
import sys

import kubernetes_validate
import yaml

# The newest version whose schemas the package holds and that AKS offers.
VERSION = "1.34"
# Kinds of extensions, for which no schema comes with Kubernetes.
EXTENSIONS = {"HTTPRoute"}
# Kinds that belong to a whole cluster; a model's repository makes none of them.
CLUSTER_SCOPED = {"Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "PersistentVolume"}


def find_problems(folder: str) -> list[str]:
    done = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return [done.stderr.strip()]
    problems = []
    for document in yaml.safe_load_all(done.stdout):
        kind = document["kind"]
        if kind in CLUSTER_SCOPED or not document["metadata"].get("namespace"):
            problems.append(f"{kind} belongs to the whole cluster")
        if kind in EXTENSIONS:
            continue
        try:
            kubernetes_validate.validate(document, VERSION, strict=True)
        except kubernetes_validate.ValidationError as error:
            problems.append(f"{kind}: {error.message} at {'.'.join(map(str, error.path))}")
    return problems


for folder in sys.argv[1:]:
    for problem in find_problems(folder):
        print(f"{folder}: {problem}")
