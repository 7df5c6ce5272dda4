"""The steps of the notebook `{{name}}`."""

from __future__ import annotations

import pytest

from {{name}}_steps import run


def test_answers_with_the_number_of_rows() -> None:
    assert run(3) == "3 rows"


def test_refuses_no_rows() -> None:
    with pytest.raises(ValueError, match="from 1 on"):
        run(0)
