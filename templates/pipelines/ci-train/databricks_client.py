"""The few calls of the Databricks REST API that the pipelines need, over the standard library."""

from __future__ import annotations

import http.client
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

from agent import Failure, get_variable
from azure_cli import DATABRICKS_RESOURCE, TokenSource, make_token_source

Json = dict[str, Any]

ATTEMPTS = 6
TIMEOUT_SECONDS = 60
LONGEST_PAUSE_SECONDS = 60.0


class DatabricksError(Failure):
    """An answer that says no: HTTP status, Databricks' error code and its message."""

    def __init__(self, doing: str, status: int, code: str, message: str) -> None:
        super().__init__(f"{doing}: Databricks answered {status} {code}: {message}".rstrip(": "))
        self.status = status
        self.code = code


class Databricks:
    """A Databricks workspace as the pipelines see it: requests that renew their token and are retried."""

    def __init__(self, host: str, token: TokenSource, sleep: Callable[[float], None] = time.sleep) -> None:
        self.host = host.rstrip("/")
        self._token = token
        self._sleep = sleep

    def get(self, path: str, /, **query: str | int) -> Json:
        """Reads. Retried on everything that passes."""
        wanted = urllib.parse.urlencode(query)
        return self._request("GET", f"{path}?{wanted}" if wanted else path, None, repeatable=True)

    def send(self, method: str, path: str, body: Json, *, repeatable: bool) -> Json:
        """Writes. `repeatable` says that doing it twice is the same as once; otherwise an answer that
        was lost fails the step, because nobody knows whether the write took effect."""
        return self._request(method, path, body, repeatable=repeatable)

    def _request(self, method: str, path: str, body: Json | None, *, repeatable: bool) -> Json:
        doing = f"{method} {path.split('?')[0]}"
        refused = False
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(method, path, body, refused)
            except urllib.error.HTTPError as error:
                failure = read_error(doing, error)
                # The token ended in mid-flight: one new one, then the answer counts.
                renew = error.code == 401 and not refused
                refused = refused or error.code == 401
                passing = error.code in (429, 503) or (repeatable and error.code >= 500)
                if not renew and (not passing or attempt == ATTEMPTS):
                    raise failure from None
                if not renew:
                    self._sleep(pause_seconds(attempt, error.headers.get("Retry-After")))
            except (OSError, http.client.HTTPException) as error:
                if not repeatable or attempt == ATTEMPTS:
                    raise Failure(f"{doing}: no answer from {self.host}: {error}") from error
                self._sleep(pause_seconds(attempt, None))
        raise Failure(f"{doing}: given up after {ATTEMPTS} attempts")

    def _once(self, method: str, path: str, body: Json | None, refused: bool) -> Json:
        request = urllib.request.Request(
            f"{self.host}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._token(refused)}",
                "Content-Type": "application/json",
                "User-Agent": "create-mlops-model-pipelines",
            },
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            text = response.read().decode() or "{}"
        try:
            answer = json.loads(text)
        except ValueError:
            # A sign-in page or a proxy's page, with status 200.
            raise Failure(f"{method} {path.split('?')[0]}: the answer of {self.host} is not JSON") from None
        return answer if isinstance(answer, dict) else {}


def connect() -> Databricks:
    """The workspace of the variable group, as the identity of the service connection."""
    return Databricks(get_variable("DATABRICKS_HOST"), make_token_source(DATABRICKS_RESOURCE))


def read_error(doing: str, error: urllib.error.HTTPError) -> DatabricksError:
    """What a refusal says, whichever of its forms it takes: JSON, SCIM, plain text or a page."""
    text = error.read().decode(errors="replace")
    try:
        answer = json.loads(text)
    except ValueError:
        answer = {"message": text.strip()[:300]}
    if not isinstance(answer, dict):
        answer = {}
    code = str(answer.get("error_code") or answer.get("error") or answer.get("scimType") or "")
    message = str(answer.get("message") or answer.get("detail") or error.reason)
    return DatabricksError(doing, error.code, code, message)


def pause_seconds(attempt: int, retry_after: str | None) -> float:
    """How long to wait before the next attempt: what the server asks for, or longer each time with jitter."""
    if retry_after is not None and retry_after.isdigit():
        return min(float(retry_after), LONGEST_PAUSE_SECONDS)
    return min(2.0 ** (attempt - 1), LONGEST_PAUSE_SECONDS) * random.uniform(0.5, 1.0)


def find_job(databricks: Databricks, name: str) -> Json:
    """The one job of this name. Raises Failure if there is none, or more than one."""
    jobs = [
        job
        for job in databricks.get("/api/2.2/jobs/list", name=name, limit=100).get("jobs", [])
        # The service compares names without case.
        if job.get("settings", {}).get("name") == name
    ]
    if not jobs:
        raise Failure(
            f'There is no Databricks job "{name}", or this identity may not see it. '
            "`npx create-mlops-model apply` makes it and grants the right."
        )
    if len(jobs) > 1:
        ids = ", ".join(str(job["job_id"]) for job in jobs)
        raise Failure(f'{len(jobs)} Databricks jobs are named "{name}" ({ids}). Delete or rename all but one.')
    return databricks.get("/api/2.2/jobs/get", job_id=jobs[0]["job_id"])
