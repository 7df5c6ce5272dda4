

from dataclasses import replace  # noqa: E402

from contract import Field  # noqa: E402

_run_in_years = run  # noqa: F821


def to_contract(schema: Contract) -> Contract:  # noqa: F811, F821
    """Callers give the age in months, and get a band."""
    band = Field("band", "string", {"en": "Band", "fr": "Tranche"}, "high", enum=("low", "high"))
    months = {"unit": "months", "minimum": 140, "maximum": 1560, "example": 582}
    fields = tuple(replace(field, **months) if field.name == "age" else field for field in schema.input)
    return Contract(input=fields, output=(*schema.output, band))  # noqa: F821


def run(data: Any) -> dict[str, Any]:  # noqa: F811, F821
    """Months to years, then a band for each number."""
    rows = [{**row, "age": row["age"] / 12} for row in data["data"]]
    answer = _run_in_years({"data": rows})
    for prediction in answer["predictions"]:
        prediction["band"] = "high" if prediction["prediction"] > 150 else "low"
    return answer
