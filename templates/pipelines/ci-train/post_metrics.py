"""Posts what the test run measured to the pull request: one comment, rewritten by each run."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import agent

Json = dict[str, Any]

# Invisible in the comment; how the next run finds it again.
MARKER = "<!-- create-mlops-model:metrics -->"

API_VERSION = "7.1"


def to_text(outcome: Json) -> str:
    """The comment: aggregates only, never a record."""
    result = outcome.get("result") or {}
    metrics = result.get("metrics") or {}
    succeeded = outcome.get("outcome") == "succeeded"
    lines = [
        MARKER,
        f"**{'Test training succeeded' if succeeded else 'Test training failed'}** "
        f"(sample, one epoch, nothing registered) · `{str(outcome.get('commit', ''))[:10]}`",
        "",
    ]
    if metrics:
        lines += ["| metric | value |", "|---|---|"]
        lines += [f"| {escape(name)} | {escape(to_number(value))} |" for name, value in sorted(metrics.items())]
        lines.append("")
    if not succeeded:
        lines += [escape(str(outcome.get("message", ""))), ""]
    url = str(outcome.get("url") or "")
    if url.startswith(("https://", "http://")):
        lines.append(f"[The run on Databricks]({urllib.parse.quote(url, safe=':/?&=#%@~+.,-_')})")
    return "\n".join(lines).rstrip() + "\n"


def to_number(value: object) -> str:
    return f"{value:.5g}" if isinstance(value, int | float) else str(value)


def escape(text: str) -> str:
    """Text inside Markdown that cannot become markup, a link or a table's border."""
    return "".join(
        f"\\{character}" if character in "\\`*_{}[]<>#|~@" else character for character in " ".join(text.split())
    )


class PullRequest:
    """The threads of one pull request."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def read_threads(self) -> list[Json]:
        """All threads."""
        threads: list[Json] = self._request("GET", "threads", None).get("value", [])
        return threads

    def create_thread(self, text: str) -> None:
        """A thread of one comment, closed: it asks nothing of anybody."""
        comment = {"parentCommentId": 0, "content": text, "commentType": "text"}
        self._request("POST", "threads", {"comments": [comment], "status": "closed"})

    def update_comment(self, thread: int, comment: int, text: str) -> None:
        """Rewrites a comment."""
        self._request("PATCH", f"threads/{thread}/comments/{comment}", {"content": text})

    def _request(self, method: str, path: str, body: Json | None) -> Json:
        request = urllib.request.Request(
            f"{self._url}/{path}?api-version={API_VERSION}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                answer = json.loads(response.read().decode("utf-8-sig") or "{}")
        except urllib.error.HTTPError as error:
            hint = (
                " The build identity needs the right to contribute to pull requests: `npx create-mlops-model apply`."
                if error.code in (401, 403)
                else ""
            )
            raise agent.Failure(f"The metrics could not be posted: Azure DevOps answered {error.code}.{hint}") from None
        except (OSError, ValueError) as error:
            raise agent.Failure(f"The metrics could not be posted: {error}") from error
        return answer if isinstance(answer, dict) else {}


def post(pull_request: PullRequest, text: str) -> str:
    """Rewrites our comment or makes it. Returns which."""
    for thread in pull_request.read_threads():
        if thread.get("isDeleted"):
            continue
        for comment in thread.get("comments") or []:
            if str(comment.get("content") or "").startswith(MARKER) and not comment.get("isDeleted"):
                pull_request.update_comment(thread["id"], comment["id"], text)
                return "updated"
    pull_request.create_thread(text)
    return "created"


def to_url() -> str:
    """The pull request's address, from the agent's variables."""
    collection = agent.get_variable("SYSTEM_COLLECTIONURI").rstrip("/")
    project = urllib.parse.quote(agent.get_variable("SYSTEM_TEAMPROJECT"))
    repository = urllib.parse.quote(agent.get_variable("BUILD_REPOSITORY_ID"))
    number = int(agent.get_variable("SYSTEM_PULLREQUEST_PULLREQUESTID"))
    return f"{collection}/{project}/_apis/git/repositories/{repository}/pullRequests/{number}"


def main() -> int:
    """The step."""
    path = Path(os.environ.get("AGENT_TEMPDIRECTORY", ".")) / "result.json"
    if not path.exists():
        agent.warn("No run was started, so there is nothing to post.")
        return 0
    try:
        outcome = json.loads(path.read_text(encoding="utf-8"))
        done = post(PullRequest(to_url(), agent.get_variable("SYSTEM_ACCESSTOKEN")), to_text(outcome))
    except agent.Failure as failure:
        return agent.fail(failure)
    agent.say(f"Comment {done}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
