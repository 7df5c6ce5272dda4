"""Tokens are renewed while a run lasts, and never stay behind."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from azure_identity import find_credential, serve_identity
from databricks_shim import create_dbutils
from settings import Metric, Settings
from tracking import renewed_token


@dataclass
class ShortLived:
    """A credential whose tokens live for a moment; counts them and notes what they were for."""

    seconds: float
    scopes: list[str] = field(default_factory=list)

    def get_token(self, *scopes: str) -> SimpleNamespace:
        self.scopes += scopes
        return SimpleNamespace(token=f"token-{len(self.scopes)}", expires_on=time.time() + self.seconds)


def with_access(access: str, name: str) -> Settings:
    return Settings("m", "regression", "sklearn", Metric("rmse", "minimize", 0), "best", "protected-b", access, name)


def test_the_token_is_renewed_before_it_expires_and_removed_at_the_end() -> None:
    credential = ShortLived(1.0)
    with renewed_token(lambda: credential.get_token("scope")):
        assert os.environ["MLFLOW_TRACKING_TOKEN"] == "token-1"
        deadline = time.monotonic() + 10
        while os.environ["MLFLOW_TRACKING_TOKEN"] == "token-1" and time.monotonic() < deadline:
            time.sleep(0.05)
        assert os.environ["MLFLOW_TRACKING_TOKEN"] != "token-1"
    assert "MLFLOW_TRACKING_TOKEN" not in os.environ


def test_a_renewal_that_fails_once_is_tried_again() -> None:
    answers = iter([ShortLived(1.0).get_token("s"), None, SimpleNamespace(token="late", expires_on=time.time() + 60)])

    def get_token() -> SimpleNamespace:
        token = next(answers)
        if token is None:
            raise OSError("not now")
        return token

    with renewed_token(get_token):
        deadline = time.monotonic() + 10
        while os.environ["MLFLOW_TRACKING_TOKEN"] != "late" and time.monotonic() < deadline:
            time.sleep(0.05)
        assert os.environ["MLFLOW_TRACKING_TOKEN"] == "late"


def test_azures_own_library_takes_the_credential_for_a_managed_identity() -> None:
    from azure.identity import ManagedIdentityCredential

    credential = ShortLived(3600)
    with serve_identity(credential):
        token = ManagedIdentityCredential().get_token("https://management.azure.com/.default")
        address = os.environ["IDENTITY_ENDPOINT"]
    assert token.token == "token-1"
    assert credential.scopes == ["https://management.azure.com/.default"]
    assert address.startswith("http://127.0.0.1:")
    assert "IDENTITY_ENDPOINT" not in os.environ


def test_nobody_gets_a_token_without_the_password() -> None:
    import urllib.error
    import urllib.request

    credential = ShortLived(3600)
    with serve_identity(credential):
        address = os.environ["IDENTITY_ENDPOINT"] + "?resource=https://management.azure.com"
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(address, timeout=5)
    assert credential.scopes == []


def test_the_service_credential_is_asked_for_by_name() -> None:
    asked: list[str] = []

    def provide(name: str) -> ShortLived:
        asked.append(name)
        return ShortLived(1)

    dbutils = SimpleNamespace(credentials=SimpleNamespace(getServiceCredentialsProvider=provide))
    assert find_credential(with_access("service-credential", "mlops"), dbutils) is not None
    assert asked == ["mlops"]


def test_without_a_name_or_on_a_laptop_there_is_no_credential() -> None:
    assert find_credential(with_access("service-credential", ""), SimpleNamespace()) is None
    assert find_credential(with_access("service-credential", "mlops"), create_dbutils([], {})) is None
    assert find_credential(with_access("secret-scope", "mlops"), create_dbutils([], {})) is None


def test_a_secret_scope_gives_a_service_principal() -> None:
    names: list[tuple[str, str]] = []

    def get(scope: str, key: str) -> str:
        names.append((scope, key))
        return "00000000-0000-0000-0000-000000000000"

    dbutils = SimpleNamespace(secrets=SimpleNamespace(get=get))
    assert find_credential(with_access("secret-scope", "mine"), dbutils) is not None
    assert names == [("mine", "tenant-id"), ("mine", "client-id"), ("mine", "client-secret")]
