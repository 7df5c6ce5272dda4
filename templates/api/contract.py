"""The API's contract: `schema.yaml` as typed fields.

Training, service and both OpenAPI documents read the same file, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

SCHEMA = Path(__file__).with_name("schema.yaml")

Kind = Literal["number", "integer", "boolean", "string"]
KINDS = ("number", "integer", "boolean", "string")
KEYS = {"name", "type", "unit", "minimum", "maximum", "enum", "nullable", "transform", "example", "description"}


class ContractError(ValueError):
    """`schema.yaml` says something that cannot be served; the message names the field."""


@dataclass(frozen=True)
class Field:
    """One value that goes in or comes out."""

    name: str
    kind: Kind
    description: dict[str, str]
    example: Any
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    enum: tuple[str, ...] | None = None
    nullable: bool = False
    transform: Literal["none", "log"] = "none"


@dataclass(frozen=True)
class Contract:
    """What a caller sends for one row, and what comes back for it."""

    input: tuple[Field, ...]
    output: tuple[Field, ...]

    def example_row(self) -> dict[str, Any]:
        """A row made of the examples: it is in the documents, the tests and the model's input example."""
        return {field.name: field.example for field in self.input}


def load_contract(path: Path = SCHEMA) -> Contract:
    """Read and check `schema.yaml`."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or document.get("version") != 1:
        raise ContractError(f"{path.name}: 'version: 1' is missing")
    return Contract(
        input=_parse_fields(document.get("input"), f"{path.name}: input"),
        output=_parse_fields(document.get("output"), f"{path.name}: output"),
    )


def _parse_fields(items: Any, where: str) -> tuple[Field, ...]:
    if not isinstance(items, list) or not items:
        raise ContractError(f"{where}: a list with at least one field is expected")
    fields = tuple(_parse_field(item, where) for item in items)
    names = [field.name for field in fields]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ContractError(f"{where}: named more than once: {', '.join(doubled)}")
    return fields


def _parse_field(item: Any, where: str) -> Field:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise ContractError(f"{where}: every field needs a name")
    where = f"{where}: {item['name']}"
    unknown = sorted(set(item) - KEYS)
    if unknown:
        raise ContractError(f"{where}: unknown key: {', '.join(unknown)}")
    if item.get("type") not in KINDS:
        raise ContractError(f"{where}: type is one of {', '.join(KINDS)}")
    description = item.get("description")
    if not isinstance(description, dict) or {"en", "fr"} - set(description):
        raise ContractError(f"{where}: description needs 'en' and 'fr'")
    enum = item.get("enum")
    field = Field(
        name=item["name"],
        kind=item["type"],
        description={language: str(description[language]) for language in ("en", "fr")},
        example=item.get("example"),
        unit=item.get("unit"),
        minimum=item.get("minimum"),
        maximum=item.get("maximum"),
        enum=tuple(str(value) for value in enum) if enum is not None else None,
        nullable=bool(item.get("nullable", False)),
        transform=item.get("transform", "none"),
    )
    _check_field(field, where)
    return field


def _check_field(field: Field, where: str) -> None:
    if field.transform not in ("none", "log"):
        raise ContractError(f"{where}: transform is 'none' or 'log'")
    if field.transform == "log" and (field.minimum is None or field.minimum < 0):
        raise ContractError(f"{where}: transform 'log' needs a minimum of 0 or more")
    if field.enum is not None and field.kind != "string":
        raise ContractError(f"{where}: enum is for strings only")
    if field.example is None and not field.nullable:
        raise ContractError(f"{where}: an example is missing")
    if field.enum is not None and field.example is not None and field.example not in field.enum:
        raise ContractError(f"{where}: the example is not one of enum")
