"""`schema.yaml` is read strictly: a slip is named, not guessed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract import ContractError, load_contract

FIELD = "{name: x, type: number, example: 1, description: {en: a, fr: b}}"


def parse(tmp_path: Path, text: str) -> object:
    path = tmp_path / "schema.yaml"
    path.write_text(text, encoding="utf-8")
    return load_contract(path)


def test_this_repositorys_own_contract_can_be_read() -> None:
    contract = load_contract()
    assert contract.input and contract.output
    assert list(contract.example_row()) == [field.name for field in contract.input]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'version: 1' is missing"),
        ("version: 2", "'version: 1' is missing"),
        ("version: 1", "input: a list with at least one field"),
        (f"version: 1\ninput: [{FIELD}]", "output: a list"),
        (f"version: 1\ninput: [{FIELD}, {FIELD}]", "named more than once: x"),
        ("version: 1\ninput: [{type: number}]", "every field needs a name"),
        (f"version: 1\ninput: [{FIELD.replace('number', 'float')}]", "x: type is one of number"),
        (f"version: 1\ninput: [{FIELD.replace('example: 1', 'exmaple: 1')}]", "x: unknown key: exmaple"),
        (f"version: 1\ninput: [{FIELD.replace(', fr: b', '')}]", "x: description needs 'en' and 'fr'"),
        (f"version: 1\ninput: [{FIELD.replace('example: 1', 'transform: log, example: 1')}]", "needs a minimum"),
        (f"version: 1\ninput: [{FIELD.replace('example: 1', 'transform: sqrt, example: 1')}]", "'none' or 'log'"),
        (f"version: 1\ninput: [{FIELD.replace('example: 1', 'enum: [a], example: a')}]", "enum is for strings only"),
        (
            f"version: 1\ninput: [{FIELD.replace('number', 'string').replace('example: 1', 'enum: [a], example: b')}]",
            "the example is not one of enum",
        ),
        (f"version: 1\ninput: [{FIELD.replace('example: 1, ', '')}]", "an example is missing"),
    ],
)
def test_refuses(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        parse(tmp_path, text)
