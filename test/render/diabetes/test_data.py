"""The diabetes data fit the contract."""

from __future__ import annotations

import data
from serving import Contract
from settings import Settings


def test_every_row_fits_the_contract(contract: Contract, settings: Settings) -> None:
    frame = data.load(settings)
    assert set(frame.columns) == {field.name for field in contract.input} | {data.TARGET}
    for field in contract.input:
        assert frame[field.name].between(field.minimum, field.maximum).all(), field.name
