"""The OpenAPI documents, made from `schema.yaml`, `score.py` and `mlops.yaml`.

`python api/openapi.py` writes them beside this file; the service serves the same text.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from contract import Contract, Field, load_contract
from service_settings import ServiceSettings, load_service_settings
from validation import MAX_INTEGER

HERE = Path(__file__).resolve().parent


def to_openapi(contract: Contract, settings: ServiceSettings, language: str) -> dict[str, Any]:
    """One document in one language."""
    template = json.loads((HERE / "openapi.template.json").read_text(encoding="utf-8"))
    values = {
        "title": settings.title[language],
        "description": settings.description[language],
        "row": _to_object(contract.input, language, closed=True),
        "prediction": _to_object(contract.output, language, closed=False),
        "exampleRow": contract.example_row(),
        "maxRows": settings.max_rows,
        "maxBytes": settings.max_bytes,
    }
    document: dict[str, Any] = _fill(template, values, language)
    return document


def _fill(node: Any, values: dict[str, Any], language: str) -> Any:
    """The template with `{"$value": name}` replaced and `{"en": …, "fr": …}` resolved."""
    if isinstance(node, list):
        return [_fill(item, values, language) for item in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"$value"}:
        return values[node["$value"]]
    if set(node) == {"en", "fr"}:
        return node[language]
    return {key: _fill(value, values, language) for key, value in node.items()}


def _to_object(fields: tuple[Field, ...], language: str, *, closed: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "required": [field.name for field in fields if not field.nullable],
        "properties": {field.name: _to_property(field, language) for field in fields},
    }
    if closed:
        schema["additionalProperties"] = False
    return schema


def _to_property(field: Field, language: str) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": [field.kind, "null"] if field.nullable else field.kind,
        "description": field.description[language],
    }
    if field.unit is not None:
        schema["x-unit"] = field.unit
    low, high = field.minimum, field.maximum
    if field.kind == "integer":
        low = -MAX_INTEGER if low is None else low
        high = MAX_INTEGER if high is None else high
    if low is not None:
        schema["minimum"] = low
    if high is not None:
        schema["maximum"] = high
    if field.enum is not None:
        schema["enum"] = [*field.enum, None] if field.nullable else list(field.enum)
    elif field.kind == "string":
        schema["maxLength"] = 1000
    schema["examples"] = [field.example]
    return schema


def main() -> None:
    """Write one file a language."""
    import score

    settings = load_service_settings()
    contract = score.to_contract(load_contract())
    for language in settings.languages:
        path = HERE / f"openapi.{language}.json"
        document = to_openapi(contract, settings, language)
        path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
