"""The service over HTTP, with a model and without: right requests, wrong requests, both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import app
import score
from contract import Contract

JSON = {"content-type": "application/json"}


@pytest.fixture
def client(model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("MODEL_DIR", str(model_folder))
    monkeypatch.setenv("MODEL_VERSION", "7")
    with TestClient(app.app) as client:
        yield client


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.delenv("MODEL_DIR", raising=False)
    monkeypatch.delenv("AZUREML_MODEL_DIR", raising=False)
    with TestClient(app.app) as client:
        yield client


@pytest.fixture
def row() -> dict[str, Any]:
    return app.contract.example_row()


def check_problem(response: Any, status: int, kind: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["type"] == f"urn:problem:{kind}"
    assert body["status"] == status
    assert body["request_id"] == response.headers["x-request-id"]
    return body


def test_scores(client: TestClient, row: dict[str, Any]) -> None:
    response = client.post("/v1/score", json={"data": [row, row]}, headers={"x-request-id": "mine-1"})
    assert response.status_code == 200
    body = response.json()
    assert body["predictions"] == score.run({"data": [row, row]})["predictions"]
    assert body["model"]["version"] == "7"
    assert body["request_id"] == response.headers["x-request-id"] == "mine-1"


def test_a_full_batch_is_taken_and_one_row_more_is_not(client: TestClient, row: dict[str, Any]) -> None:
    limit = app.settings.max_rows
    assert len(client.post("/v1/score", json={"data": [row] * limit}).json()["predictions"]) == limit
    body = check_problem(client.post("/v1/score", json={"data": [row] * (limit + 1)}), 422, "invalid-request")
    assert (body["errors"][0]["pointer"], body["errors"][0]["code"]) == ("/data", "too-many-rows")
    assert str(limit) in body["errors"][0]["detail"]


def test_a_whole_number_may_be_written_with_a_point(client: TestClient, row: dict[str, Any]) -> None:
    texts = {key: float(value) if isinstance(value, int) else value for key, value in row.items()}
    assert client.post("/v1/score", json={"data": [texts]}).status_code == 200


def test_a_field_that_may_be_missing_may_be_missing(client: TestClient, row: dict[str, Any]) -> None:
    for field in app.contract.input:
        without = {key: value for key, value in row.items() if key != field.name}
        status = client.post("/v1/score", json={"data": [without]}).status_code
        assert status == (200 if field.nullable else 422), field.name


def to_wrong_values(contract: Contract) -> list[tuple[str, Any, str]]:
    wrong: list[tuple[str, Any, str]] = []
    for field in contract.input:
        if field.enum:
            wrong += [(field.name, "nowhere", "not-in-list"), (field.name, 3, "not-in-list")]
        elif field.kind in ("number", "integer"):
            wrong.append((field.name, "12", field.kind))
            wrong.append((field.name, True, field.kind))
            wrong += [(field.name, field.minimum - 1, "too-small")] if field.minimum is not None else []
            wrong += [(field.name, field.maximum + 1, "too-large")] if field.maximum is not None else []
            wrong += [(field.name, 1.5, "integer")] if field.kind == "integer" else []
    return wrong


@pytest.mark.parametrize(("name", "value", "code"), to_wrong_values(app.contract))
def test_a_wrong_value_is_named_by_its_place(
    client: TestClient, row: dict[str, Any], name: str, value: Any, code: str
) -> None:
    response = client.post("/v1/score", json={"data": [row, {**row, name: value}]})
    body = check_problem(response, 422, "invalid-request")
    assert {(error["pointer"], error["code"]) for error in body["errors"]} == {(f"/data/1/{name}", code)}


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_are_refused(client: TestClient, row: dict[str, Any], text: str) -> None:
    name = next((field.name for field in app.contract.input if field.kind in ("number", "integer")), None)
    if name is None:
        name = app.contract.input[0].name
    body = json.dumps({"data": [{**row, name: "@"}]}).replace('"@"', text)
    assert client.post("/v1/score", content=body, headers=JSON).status_code in (400, 422)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/data", "missing"),
        ({"data": []}, "/data", "too-few-rows"),
        ({"data": {}}, "/data", "list"),
        ({"data": ["x"]}, "/data/0", "object"),
        ([], "", "object"),
        ("text", "", "object"),
        (None, "", "object"),
    ],
)
def test_a_wrong_shape_is_named(client: TestClient, body: Any, pointer: str, code: str) -> None:
    problem = check_problem(client.post("/v1/score", content=json.dumps(body), headers=JSON), 422, "invalid-request")
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (pointer, code)


def test_unknown_fields_are_refused_without_repeating_values(client: TestClient, row: dict[str, Any]) -> None:
    response = client.post("/v1/score", json={"data": [{**row, "sin~/number": "046 454 286"}]})
    body = check_problem(response, 422, "invalid-request")
    assert [(error["pointer"], error["code"]) for error in body["errors"]] == [
        ("/data/0/sin~0~1number", "unknown-field")
    ]
    assert "454" not in response.text


def test_many_errors_are_cut_short(client: TestClient) -> None:
    body = check_problem(client.post("/v1/score", json={"data": [{"x": 1}] * 500}), 422, "invalid-request")
    assert len(body["errors"]) == 20


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"data": [', b"\xff\xfe", b'{"data": [{"a": "\xed\xa0\x80"}]}', b"[" * 100_000, b"nul"],
    ids=["empty", "open", "cut", "utf-16", "surrogate", "deep", "word"],
)
def test_what_is_no_json_is_400(client: TestClient, content: bytes) -> None:
    check_problem(client.post("/v1/score", content=content, headers=JSON), 400, "malformed-json")


def test_a_body_over_the_limit_is_413(client: TestClient) -> None:
    content = b" " * (app.settings.max_bytes + 1)
    check_problem(client.post("/v1/score", content=content, headers=JSON), 413, "body-too-large")
    chunks = (b" " * 65_536 for _ in range(app.settings.max_bytes // 65_536 + 2))
    check_problem(client.post("/v1/score", content=chunks, headers=JSON), 413, "body-too-large")


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": ""},
        {"content-type": "text/plain"},
        {"content-type": "application/json-patch+json"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_another_content_type_is_415(client: TestClient, row: dict[str, Any], headers: dict[str, str]) -> None:
    content = json.dumps({"data": [row]}).encode()
    check_problem(client.post("/v1/score", content=content, headers=headers), 415, "unsupported-media-type")


def test_a_body_without_a_type_is_read_as_json(client: TestClient, row: dict[str, Any]) -> None:
    assert client.post("/v1/score", content=json.dumps({"data": [row]}).encode()).status_code == 200


def test_utf_8_may_be_said(client: TestClient, row: dict[str, Any]) -> None:
    headers = {"content-type": 'Application/JSON; charset="UTF-8"'}
    assert client.post("/v1/score", content=json.dumps({"data": [row]}), headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.3, fr;q=0.7", "fr"),
        ("en", "en"),
        ("de, en;q=0.1", "en"),
        (None, ", ".join(app.settings.languages)),
        ("de", ", ".join(app.settings.languages)),
        ("fr;q=oops", ", ".join(app.settings.languages)),
    ],
)
def test_errors_speak_the_callers_language(client: TestClient, accept: str | None, language: str) -> None:
    headers = {**JSON, **({"accept-language": accept} if accept else {"accept-language": ""})}
    response = client.post("/v1/score", content="{", headers=headers)
    if language in app.settings.languages or "," in language:
        assert response.headers["content-language"] == language
    title = check_problem(response, 400, "malformed-json")["title"]
    spoken = response.headers["content-language"].split(", ")
    assert ("The body" in title) == ("en" in spoken)
    assert ("Le corps" in title) == ("fr" in spoken)


def test_other_addresses_and_methods_are_problems_too(client: TestClient) -> None:
    check_problem(client.get("/nowhere"), 404, "not-found")
    response = client.get("/v1/score")
    check_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("given", ["", "x" * 101, "two words", "new\tline"])
def test_a_request_id_that_is_none_is_replaced(client: TestClient, given: str) -> None:
    response = client.get("/nowhere", headers={"x-request-id": given})
    assert len(response.headers["x-request-id"]) == 32


def test_a_failure_inside_shows_nothing_of_it(
    client: TestClient, row: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(data: Any) -> Any:
        raise ValueError(f"secret {data}")

    monkeypatch.setattr(score, "run", fail)
    response = client.post("/v1/score", json={"data": [row]})
    check_problem(response, 500, "internal-error")
    logged = capsys.readouterr().out
    assert "secret" not in response.text + logged
    failure = next(json.loads(line) for line in logged.splitlines() if '"failure"' in line)
    assert failure["error"] == "ValueError"


def test_the_model_in_service(client: TestClient, model_folder: Path) -> None:
    card = json.loads((model_folder / "model.json").read_text(encoding="utf-8"))
    body = client.get("/v1/model").json()
    assert (body["version"], body["run_id"], body["metrics"]) == ("7", card["run_id"], card["metrics"])


def test_probes_and_counters(client: TestClient, row: dict[str, Any]) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    client.post("/v1/score", json={"data": [row]})
    text = client.get("/metrics").text
    assert 'score_requests_total{status="200"}' in text
    assert "score_seconds_count" in text


def test_while_draining_it_still_answers_but_is_not_ready(
    client: TestClient, row: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state, "draining", True)
    check_problem(client.get("/readyz"), 503, "draining")
    assert client.post("/v1/score", json={"data": [row]}).status_code == 200


def test_without_a_model_it_lives_and_says_so(empty: TestClient, row: dict[str, Any]) -> None:
    assert empty.get("/healthz").status_code == 200
    for response in (empty.get("/readyz"), empty.get("/v1/model"), empty.post("/v1/score", json={"data": [row]})):
        check_problem(response, 503, "no-model")


def test_a_model_that_does_not_fit_is_named_by_its_columns(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = json.loads((model_folder / "parameters.json").read_text(encoding="utf-8"))
    parameters["fields"][0]["name"] = "renamed"
    (tmp_path / "parameters.json").write_text(json.dumps(parameters), encoding="utf-8")
    monkeypatch.setenv("MODEL_DIR", str(tmp_path))
    with TestClient(app.app) as client:
        body = check_problem(client.get("/readyz"), 503, "model-not-loaded")
    assert "renamed" in body["detail"]


@pytest.mark.parametrize("language", app.settings.languages)
def test_serves_its_documents(client: TestClient, language: str) -> None:
    response = client.get(f"/openapi.{language}.json")
    assert response.headers["content-language"] == language
    written = Path(app.__file__).with_name(f"openapi.{language}.json")
    assert response.json() == json.loads(written.read_text(encoding="utf-8"))


def test_the_plain_address_is_the_first_language(client: TestClient) -> None:
    first = client.get(f"/openapi.{app.settings.languages[0]}.json").json()
    assert client.get("/openapi.json").json() == first
