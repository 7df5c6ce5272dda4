"""Who a run is on Azure: by Unity Catalog's service credential or by a secret scope, of which only names are known."""

from __future__ import annotations

import http.server
import json
import os
import secrets
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from settings import Settings


class Credential(Protocol):
    """What Azure's own libraries call a credential."""

    def get_token(self, *scopes: str) -> Any:
        """A token with `token` and `expires_on` (seconds since 1970)."""


def find_credential(settings: Settings, dbutils: Any) -> Credential | None:
    """The credential of `mlops.yaml`; on a laptop none, where `az login` or the environment serve."""
    if getattr(dbutils, "is_plain", False):
        return None
    if settings.access == "service-credential":
        provider = getattr(dbutils, "credentials", None)
        return provider.getServiceCredentialsProvider(settings.access_name) if provider else None
    from azure.identity import ClientSecretCredential

    def get(key: str) -> str:
        return str(dbutils.secrets.get(settings.access_name, key))

    return ClientSecretCredential(get("tenant-id"), get("client-id"), get("client-secret"))


@contextmanager
def serve_identity(credential: Credential) -> Iterator[None]:
    """Gives this process a managed identity that answers with the credential's tokens.

    Azure ML's MLflow plugin takes no credential, but it asks for a managed identity as App Service offers one: an
    address in `IDENTITY_ENDPOINT`, a password in `IDENTITY_HEADER` (learn.microsoft.com/azure/app-service/
    overview-managed-identity, "REST endpoint reference"). So it also gets new tokens by itself.
    """
    password = secrets.token_urlsafe(32)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            allowed = secrets.compare_digest(self.headers.get("X-IDENTITY-HEADER", ""), password)
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            resource = query.get("resource", [""])[0]
            if not allowed or not resource:
                self.send_error(401 if not allowed else 400)
                return
            token = credential.get_token(f"{resource.rstrip('/')}/.default")
            answer = {
                "access_token": token.token,
                "expires_on": str(int(token.expires_on)),
                "resource": resource,
                "token_type": "Bearer",
            }
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the address of a token is nobody's reading."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, name="identity", daemon=True).start()
    before = {name: os.environ.get(name) for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER")}
    os.environ["IDENTITY_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}/token"
    os.environ["IDENTITY_HEADER"] = password
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        server.shutdown()
        server.server_close()
