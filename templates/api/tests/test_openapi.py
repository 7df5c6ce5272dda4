"""Both documents: current, alike but for their texts, and what the service serves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import score
from contract import load_contract
from openapi import to_openapi
from service_settings import load_service_settings

HERE = Path(__file__).resolve().parent.parent
LANGUAGES = load_service_settings().languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_is_current(language: str) -> None:
    written = json.loads((HERE / f"openapi.{language}.json").read_text(encoding="utf-8"))
    wanted = to_openapi(score.to_contract(load_contract()), load_service_settings(), language)
    assert written == wanted, "run: python api/openapi.py"


def test_english_and_french_differ_in_texts_only() -> None:
    contract, settings = score.to_contract(load_contract()), load_service_settings()
    english, french = (without_texts(to_openapi(contract, settings, language)) for language in ("en", "fr"))
    assert english == french


def without_texts(node: Any) -> Any:
    if isinstance(node, dict):
        texts = {"description", "summary", "title"}
        return {
            key: "text" if key in texts and isinstance(value, str) else without_texts(value)
            for key, value in node.items()
        }
    return [without_texts(item) for item in node] if isinstance(node, list) else node


def test_every_reference_leads_somewhere() -> None:
    document = to_openapi(score.to_contract(load_contract()), load_service_settings(), "en")
    for reference in find_references(document):
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        assert node


def find_references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in find_references(value)]
    return [found for item in node for found in find_references(item)] if isinstance(node, list) else []
