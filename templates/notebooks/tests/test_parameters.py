"""The notebook's parameters, through the same `dbutils` calls as on Databricks."""

from __future__ import annotations

import pytest

from databricks_shim import NotebookExit, create_dbutils, find_dbutils
from parameters import Parameters, declare_parameters, read_parameters


def read(*arguments: str) -> Parameters:
    dbutils = create_dbutils(arguments, {})
    declare_parameters(dbutils)
    return read_parameters(dbutils)


def test_test_mode_is_a_small_sample_of_one_epoch_and_never_registers() -> None:
    parameters = read("--mode", "test", "--register", "true", "--git_commit=abc")
    assert parameters == Parameters("test", 0.05, 1, False, "abc", "")


def test_full_mode() -> None:
    parameters = read("--register", "true", "--tracking-uri", "http://127.0.0.1:1")
    assert (parameters.sample_fraction, parameters.epochs, parameters.register) == (1.0, 20, True)
    assert parameters.tracking_uri == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--mode", "half"), "--mode is one of full, test, not 'half'"),
        (("--sample_fraction", "0"), "sample_fraction lies between 0 and 1"),
        (("--sample_fraction", "much"), "could not convert"),
        (("--epochs", "-1"), "epochs is a number from 1 on"),
        (("--register", "perhaps"), "--register is one of"),
        (("mode",), "expected --name value, got 'mode'"),
        (("--mode",), "expected --name value, got '--mode'"),
    ],
)
def test_refuses(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(*arguments)


def test_leaving_the_notebook_ends_the_process_with_0_and_prints_the_value(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotebookExit) as error:
        create_dbutils([], {}).notebook.exit('{"schema": 1}')
    assert (error.value.code, error.value.value) == (0, '{"schema": 1}')
    assert capsys.readouterr().out == '{"schema": 1}\n'


def test_a_secret_comes_from_the_environment_and_a_missing_one_is_named() -> None:
    dbutils = create_dbutils([], {"SECRET_MY_SCOPE_CLIENT_ID": "id"})
    assert dbutils.secrets.get("my-scope", "client-id") == "id"
    with pytest.raises(LookupError, match="set SECRET_MY_SCOPE_OTHER"):
        dbutils.secrets.get("my-scope", "other")


def test_databricks_own_dbutils_is_used_where_there_is_one() -> None:
    given = object()
    assert find_dbutils({"dbutils": given}) is given
