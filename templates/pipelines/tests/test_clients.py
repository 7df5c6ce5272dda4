"""Tokens, retries, and what is said to the agent."""

from __future__ import annotations

import json
from typing import Any

import pytest

import agent
import azure_cli
from databricks_client import Databricks, DatabricksError, find_job, pause_seconds
from fake_http import Reply, Request, serve
from fake_programs import PutProgram


def connect(url: str, waits: list[float] | None = None) -> Databricks:
    tokens = iter(range(100))
    return Databricks(url, lambda refused: f"token-{next(tokens)}", (waits if waits is not None else []).append)


class TestTokens:
    def make(self, expires: list[float]) -> tuple[azure_cli.TokenSource, list[float], list[list[str]]]:
        calls: list[list[str]] = []
        now = [1000.0]

        def run(arguments: list[str]) -> str:
            calls.append(arguments)
            return json.dumps({"accessToken": f"t{len(calls)}", "expires_on": expires[len(calls) - 1]})

        return azure_cli.make_token_source("resource", run, lambda: now[0]), now, calls

    def test_is_kept_until_it_is_about_to_end(self) -> None:
        get, now, calls = self.make([4600, 9000])
        assert [get(False), get(False)] == ["t1", "t1"]
        now[0] = 4600 - azure_cli.MARGIN_SECONDS + 1
        assert get(False) == "t2"
        assert calls[0] == ["account", "get-access-token", "--resource", "resource", "--output", "json"]

    def test_is_asked_for_again_when_it_was_refused(self) -> None:
        get, _, calls = self.make([4600, 4600])
        assert [get(False), get(True), len(calls)] == ["t1", "t2", 2]

    def test_the_cli_says_why_it_fails(self, put_program: PutProgram) -> None:
        put_program("az", "import sys\nsys.stderr.write('WARNING: x\\nERROR: please run az login\\n')\nsys.exit(1)\n")
        with pytest.raises(agent.Failure, match="az account get-access-token --resource failed: ERROR: please run"):
            azure_cli.run_az(["account", "get-access-token", "--resource", "x"])

    def test_a_missing_cli_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(agent.Failure, match="not on this agent"):
            azure_cli.run_az(["account", "show"])

    def test_is_masked_on_an_agent_only(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv("TF_BUILD", raising=False)
        agent.mask("secret")
        assert capsys.readouterr().out == ""
        monkeypatch.setenv("TF_BUILD", "True")
        agent.mask("secret")
        assert capsys.readouterr().out == "##vso[task.setsecret]secret\n"


class TestRequests:
    def test_a_refused_token_is_renewed_once(self) -> None:
        def route(request: Request) -> Reply:
            accepted = request.headers["Authorization"] == "Bearer token-1"
            return (200, {"ok": True}) if accepted else (401, {"message": "expired"})

        with serve(route) as service:
            assert connect(service.url).get("/x") == {"ok": True}
        with serve(lambda request: (401, {"message": "no"})) as service:
            with pytest.raises(DatabricksError, match="401"):
                connect(service.url).get("/x")
            assert len(service.requests) == 2

    def test_waits_as_long_as_it_is_told(self) -> None:
        answers: list[Reply] = [(429, {}, {"Retry-After": "7"}), (503, "busy"), (200, {"done": 1})]
        waits: list[float] = []
        with serve(lambda request: answers.pop(0)) as service:
            assert connect(service.url, waits).send("POST", "/x", {}, repeatable=False) == {"done": 1}
        assert waits[0] == 7
        assert 1 <= waits[1] <= 2

    @pytest.mark.parametrize("fault", [(500, {}), (0, "")])
    def test_repeats_only_what_may_be_repeated(self, fault: Reply) -> None:
        for repeatable, expected in ((True, 2), (False, 1)):
            answers = [fault, (200, {"done": 1})]
            with serve(lambda request, answers=answers: answers.pop(0)) as service:
                databricks = connect(service.url)
                if repeatable:
                    assert databricks.send("POST", "/x", {}, repeatable=True) == {"done": 1}
                else:
                    with pytest.raises(agent.Failure):
                        databricks.send("POST", "/x", {}, repeatable=False)
                assert len(service.requests) == expected

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"error_code": "INVALID_STATE", "message": "no"}, "400 INVALID_STATE: no"),
            ({"detail": "scim", "scimType": "bad"}, "400 bad: scim"),
            ("<pre>page</pre>", "400 : <pre>page</pre>"),
            ([1], "400 : Bad Request"),
        ],
    )
    def test_reads_every_form_of_refusal(self, body: Any, expected: str) -> None:
        with serve(lambda request: (400, body)) as service, pytest.raises(DatabricksError) as caught:
            connect(service.url).get("/x")
        assert expected in str(caught.value)

    def test_a_sign_in_page_is_no_answer(self) -> None:
        page = "<html>sign in</html>"
        with serve(lambda request: (200, page)) as service, pytest.raises(agent.Failure, match="not JSON"):
            connect(service.url).get("/x")

    def test_pauses_grow_and_end(self) -> None:
        assert 16 <= pause_seconds(6, None) <= 32
        assert pause_seconds(1, "9999") == 60
        assert pause_seconds(1, "soon") <= 1


class TestFindJob:
    def find(self, jobs: list[dict[str, Any]]) -> dict[str, Any]:
        def route(request: Request) -> Reply:
            if request.path.endswith("/list"):
                return 200, {"jobs": jobs}
            return 200, {"job_id": int(request.query["job_id"])}

        with serve(route) as service:
            return find_job(connect(service.url), "x-train")

    def test_takes_the_exact_name(self) -> None:
        jobs = [{"job_id": 1, "settings": {"name": "X-Train"}}, {"job_id": 2, "settings": {"name": "x-train"}}]
        assert self.find(jobs) == {"job_id": 2}

    def test_none_and_two_are_named(self) -> None:
        with pytest.raises(agent.Failure, match="create-mlops-model apply"):
            self.find([])
        with pytest.raises(agent.Failure, match=r"2 Databricks jobs .* \(1, 2\)"):
            self.find([{"job_id": each, "settings": {"name": "x-train"}} for each in (1, 2)])


class TestAgent:
    def test_foreign_text_is_no_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        agent.say("##vso[task.complete]x\n##[error]y")
        agent.warn("a\n##vso[task.complete result=Succeeded]")
        agent.set_variable("name", "50%\r\nx", output=True)
        lines = capsys.readouterr().out.splitlines()
        assert lines == [
            "## vso[task.complete]x",
            "## [error]y",
            "##vso[task.logissue type=warning]a%0A##vso[task.complete result=Succeeded]",
            "##vso[task.setvariable variable=name;isOutput=true]50%AZP25%0D%0Ax",
        ]

    def test_an_unset_variable_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MAIN_FOLDER", "$(MAIN_FOLDER)")
        with pytest.raises(agent.Failure, match="MAIN_FOLDER is empty"):
            agent.get_variable("MAIN_FOLDER")
