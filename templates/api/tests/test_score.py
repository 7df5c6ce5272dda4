"""`score.py` by itself: right and wrong inputs."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

import score
from contract import Contract
from model_folder import ModelDoesNotFit, NoModel, check_fit, find_model_folder
from settings import Settings


@pytest.fixture(autouse=True)
def loaded(model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_DIR", str(model_folder))
    score.init()


def test_answers_every_row_in_order(contract: Contract) -> None:
    row = contract.example_row()
    one = score.run({"data": [row]})["predictions"]
    three = score.run({"data": [row, row, row]})["predictions"]
    assert len(one) == 1
    assert three == one * 3


def test_text_and_parsed_requests_give_the_same(contract: Contract) -> None:
    request = {"data": [contract.example_row()]}
    assert score.run(json.dumps(request)) == score.run(request)


def test_the_answer_has_the_promised_fields(contract: Contract) -> None:
    promised = {field.name for field in score.to_contract(contract).output}
    assert set(score.run({"data": [contract.example_row()]})["predictions"][0]) == promised


def test_numbers_are_finite_for_missing_and_unknown_values(contract: Contract, settings: Settings) -> None:
    row: dict[str, Any] = {field.name: "never seen" if field.kind == "string" else math.nan for field in contract.input}
    folder = find_model_folder({"MODEL_DIR": str(score_folder())})
    numbers = score.predict(score.load(folder), [row, {}])
    assert all(math.isfinite(number) for number in numbers)
    if settings.task == "classification":
        assert all(0 <= number <= 1 for number in numbers)


def score_folder() -> Path:
    import os

    return Path(os.environ["MODEL_DIR"])


@pytest.mark.parametrize("wrong", [{}, {"rows": []}, {"data": [1]}, "not json"])
def test_a_wrong_request_is_an_error_not_an_answer(wrong: Any) -> None:
    with pytest.raises((KeyError, TypeError, AttributeError, ValueError)):
        score.run(wrong)


def test_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match="MODEL_DIR is not set"):
        find_model_folder({})
    with pytest.raises(NoModel, match="empty"):
        find_model_folder({"MODEL_DIR": str(tmp_path)})


def test_azure_ml_keeps_the_model_one_folder_deeper(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "parameters.json").write_text("{}", encoding="utf-8")
    assert find_model_folder({"AZUREML_MODEL_DIR": str(tmp_path)}) == tmp_path / "model"


def test_a_model_of_other_columns_is_refused_naming_them(contract: Contract) -> None:
    first, last = contract.input[0], contract.input[-1]
    trained = [{"name": field.name, "type": field.kind, "enum": field.enum} for field in contract.input]
    check_fit(trained, contract.input)
    trained[0] = {**trained[0], "name": "other"}
    trained[-1] = {**trained[-1], "type": "boolean"}
    with pytest.raises(ModelDoesNotFit) as error:
        check_fit(trained, contract.input)
    assert "other is not in schema.yaml" in str(error.value)
    assert f"{first.name} was not there in training" in str(error.value)
    assert f"{last.name} was boolean, is {last.kind}" in str(error.value)
