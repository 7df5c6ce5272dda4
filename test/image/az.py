"""The little of the Azure CLI that building an image asks for, against the test's own registry.

    az acr login --name NAME
    az acr repository show --name NAME --image REPOSITORY:TAG --query digest --output tsv
    az account get-access-token --resource RESOURCE --output json

The registry's address, name and password come from the environment; nothing is made up, everything is asked there.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request

MANIFESTS = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"


def log_in(_: argparse.Namespace) -> None:
    command = ["docker", "login", os.environ["REGISTRY_ADDRESS"], "--username", os.environ["REGISTRY_USER"]]
    subprocess.run([*command, "--password-stdin"], input=os.environ["REGISTRY_PASSWORD"], text=True, check=True)


def show(arguments: argparse.Namespace) -> None:
    repository, _, tag = arguments.image.partition(":")
    address = f"http://{os.environ['REGISTRY_ADDRESS']}/v2/{repository}/manifests/{tag}"
    name_and_password = f"{os.environ['REGISTRY_USER']}:{os.environ['REGISTRY_PASSWORD']}"
    authorization = "Basic " + base64.b64encode(name_and_password.encode()).decode()
    request = urllib.request.Request(address, headers={"Accept": MANIFESTS, "Authorization": authorization})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            print(response.headers["Docker-Content-Digest"])
    except urllib.error.HTTPError as error:
        if error.code == 404:
            sys.exit("ERROR: Error: the specified tag does not exist. It is not found.")
        sys.exit(f"ERROR: Error: the registry answered {error.code}.")


def give_token(_: argparse.Namespace) -> None:
    print(json.dumps({"accessToken": secrets.token_urlsafe(24), "expires_on": int(time.time()) + 3600}))


def main() -> None:
    parser = argparse.ArgumentParser(prog="az")
    words = parser.add_subparsers(required=True)
    acr = words.add_parser("acr").add_subparsers(required=True)
    login = acr.add_parser("login")
    login.add_argument("--name", required=True)
    login.set_defaults(act=log_in)
    shown = acr.add_parser("repository").add_subparsers(required=True).add_parser("show")
    for name in ("--name", "--image"):
        shown.add_argument(name, required=True)
    shown.add_argument("--query", choices=["digest"], required=True)
    shown.add_argument("--output", choices=["tsv"], required=True)
    shown.set_defaults(act=show)
    token = words.add_parser("account").add_subparsers(required=True).add_parser("get-access-token")
    token.add_argument("--resource", required=True)
    token.add_argument("--output", choices=["json"], required=True)
    token.set_defaults(act=give_token)
    arguments = parser.parse_args()
    arguments.act(arguments)


main()
