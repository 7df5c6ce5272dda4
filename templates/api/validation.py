"""One request body against the contract: typed rows, or a list of what is wrong and where.

No message repeats a value that was sent: requests may hold protected data, and errors end up in logs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, StrictBool, StrictInt, StrictStr, TypeAdapter, ValidationError
from pydantic import Field as Rule
from pydantic_core import ErrorDetails, from_json
from typing_extensions import TypedDict

from contract import Contract, Field

MAX_ERRORS = 20
# Beyond 2**53 a JSON number is no longer the same number in every client, and numpy cannot hold it.
MAX_INTEGER = 2**53 - 1


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a request: where (RFC 6901 pointer), a stable code, and the limit it broke."""

    pointer: str
    code: str
    limit: str = ""


class NotJson(ValueError):
    """The body is no JSON text."""


class Invalid(ValueError):
    """The body is JSON, but not what the contract asks for."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


Read = Callable[[bytes], dict[str, Any]]


def create_reader(contract: Contract, max_rows: int) -> Read:
    """A function from body to `{"data": [row, …]}`; compiled once, used for every request."""
    row = TypedDict("row", {field.name: _to_type(field) for field in contract.input})  # type: ignore[misc]
    row.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]
    rows = Annotated[list[row], Rule(min_length=1, max_length=max_rows)]  # type: ignore[valid-type]
    body = TypedDict("body", {"data": rows})  # type: ignore[misc]  # noqa: UP013, the class syntax has no local types
    body.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]
    adapter: TypeAdapter[dict[str, Any]] = TypeAdapter(body)
    integers = tuple(field.name for field in contract.input if field.kind == "integer")

    def read(text: bytes) -> dict[str, Any]:
        try:
            return adapter.validate_json(text)
        except ValidationError as error:
            faults = to_faults(error)
        if integers and any(fault.code == "integer" for fault in faults):
            # JSON does not tell 3 from 3.0, Pydantic does: try again with whole numbers made integers.
            try:
                return adapter.validate_python(_with_integers(from_json(text), integers))
            except ValidationError as error:
                faults = to_faults(error)
        raise Invalid(faults)

    return read


def to_faults(error: ValidationError) -> list[Fault]:
    """Pydantic's errors in our own words; a body that is no JSON at all is `NotJson`."""
    details = error.errors(include_url=False, include_context=True, include_input=False)
    if details[0]["type"] == "json_invalid":
        raise NotJson from None
    return [_to_fault(detail) for detail in details[:MAX_ERRORS]]


CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown-field",
    "int_type": "integer",
    "int_from_float": "integer",
    "int_parsing": "integer",
    "int_parsing_size": "integer",
    "float_type": "number",
    "float_parsing": "number",
    "finite_number": "number",
    "bool_type": "boolean",
    "string_type": "string",
    "string_too_long": "too-long",
    "string_unicode": "string",
    "literal_error": "not-in-list",
    "greater_than_equal": "too-small",
    "less_than_equal": "too-large",
    "too_short": "too-few-rows",
    "too_long": "too-many-rows",
    "list_type": "list",
    "dict_type": "object",
}


def _to_fault(detail: ErrorDetails) -> Fault:
    place = "".join(f"/{_escape(str(step))}" for step in detail["loc"])
    context = detail.get("ctx", {})
    limit = next((context[key] for key in ("ge", "le", "min_length", "max_length", "expected") if key in context), "")
    return Fault(pointer=place, code=CODES.get(detail["type"], "invalid"), limit=str(limit))


def _escape(step: str) -> str:
    return step[:100].replace("~", "~0").replace("/", "~1")


def _to_type(field: Field) -> Any:
    kind: Any
    if field.enum is not None:
        kind = Literal[field.enum]
    elif field.kind == "string":
        kind = Annotated[StrictStr, Rule(max_length=1000)]
    elif field.kind == "boolean":
        kind = StrictBool
    elif field.kind == "integer":
        low = -MAX_INTEGER if field.minimum is None else field.minimum
        high = MAX_INTEGER if field.maximum is None else field.maximum
        kind = Annotated[StrictInt, Rule(ge=low, le=high)]
    else:
        kind = Annotated[float, Rule(strict=True, ge=field.minimum, le=field.maximum, allow_inf_nan=False)]
    return NotRequired[kind | None] if field.nullable else kind


def _with_integers(body: Any, names: tuple[str, ...]) -> Any:
    for row in body["data"] if isinstance(body, dict) and isinstance(body.get("data"), list) else []:
        if isinstance(row, dict):
            for name in names:
                value = row.get(name)
                if isinstance(value, float) and value.is_integer() and abs(value) <= MAX_INTEGER:
                    row[name] = int(value)
    return body
