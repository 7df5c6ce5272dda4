"""One comment in the pull request, rewritten by each run."""

from __future__ import annotations

from typing import Any

import pytest

import agent
import post_metrics
from fake_http import Reply, Request, serve

OUTCOME = {
    "outcome": "succeeded",
    "message": "",
    "commit": "a" * 40,
    "url": "https://adb-1.azuredatabricks.net/?o=1#job/7/run/100",
    "result": {"metrics": {"log_loss": 0.123456789, "accuracy": 1}},
}


def test_tells_metrics_in_a_table() -> None:
    text = post_metrics.to_text(OUTCOME)
    assert text.startswith(post_metrics.MARKER)
    assert "| log\\_loss | 0.12346 |" in text
    assert "| accuracy | 1 |" in text
    assert "(https://adb-1.azuredatabricks.net/?o=1#job/7/run/100)" in text


def test_foreign_text_is_no_markup() -> None:
    outcome = {
        **OUTCOME,
        "outcome": "failed",
        "message": "a | [x](y)\n## <b>@all",
        "url": "javascript:alert(1)",
        "result": {},
    }
    text = post_metrics.to_text(outcome)
    assert "a \\| \\[x\\](y) \\#\\# \\<b\\>\\@all" in text
    assert "javascript" not in text


class Threads:
    """Comment threads of a pull request."""

    def __init__(self) -> None:
        self.threads: list[dict[str, Any]] = [
            {"id": 1, "comments": [{"id": 1, "content": "Looks good"}]},
            {"id": 2, "isDeleted": True, "comments": [{"id": 1, "content": post_metrics.MARKER}]},
        ]

    def route(self, request: Request) -> Reply:
        assert request.query == {"api-version": "7.1"}
        assert request.headers["Authorization"] == "Bearer token"
        if request.method == "GET":
            return 200, {"value": self.threads}
        if request.method == "POST":
            number = len(self.threads) + 1
            self.threads.append({"id": number, "comments": [{"id": 1, **request.body["comments"][0]}]})
            return 200, {"id": number}
        thread, comment = (int(part) for part in request.path.split("/threads/")[1].split("/comments/"))
        self.threads[thread - 1]["comments"][comment - 1]["content"] = request.body["content"]
        return 200, {}


def test_is_made_once_and_then_rewritten() -> None:
    threads = Threads()
    with serve(threads.route) as service:
        pull_request = post_metrics.PullRequest(f"{service.url}/x/pullRequests/5", "token")
        assert post_metrics.post(pull_request, f"{post_metrics.MARKER}\nfirst") == "created"
        assert post_metrics.post(pull_request, f"{post_metrics.MARKER}\nsecond") == "updated"
    assert [thread["comments"][0]["content"].split("\n")[-1] for thread in threads.threads] == [
        "Looks good",
        post_metrics.MARKER,
        "second",
    ]


def test_a_missing_right_is_named() -> None:
    expected = r"403\. The build identity needs the right"
    with serve(lambda request: (403, {})) as service, pytest.raises(agent.Failure, match=expected):
        post_metrics.post(post_metrics.PullRequest(service.url, "token"), "x")


def test_finds_its_pull_request(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "SYSTEM_COLLECTIONURI": "https://dev.azure.com/contoso/",
        "SYSTEM_TEAMPROJECT": "Data Science",
        "BUILD_REPOSITORY_ID": "guid",
        "SYSTEM_PULLREQUEST_PULLREQUESTID": "42",
    }.items():
        monkeypatch.setenv(name, value)
    assert (
        post_metrics.to_url()
        == "https://dev.azure.com/contoso/Data%20Science/_apis/git/repositories/guid/pullRequests/42"
    )


def test_without_a_run_there_is_nothing_to_post(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_TEMPDIRECTORY", str(tmp_path))
    assert post_metrics.main() == 0
