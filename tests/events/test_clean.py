"""Cleaning steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from evercart.errors import UserError
from evercart.events.clean import ExactDuplicates, ImpossibleValues, Missing, step
from evercart.events.findings import numbered

TABLE = numbered(
    pa.table(
        {
            "kind": pa.DictionaryArray.from_arrays(np.zeros(4, np.int8), ["order"]),
            "id": ["a", "b", "c", "d"],
            "quantity": ["1000", None, "1000", "-5"],
            "amount": [5, 5, 5, 999],
        }
    )
)


def test_exact_duplicates_keep_the_first() -> None:
    done = ExactDuplicates()(TABLE)
    assert done.table["id"].to_pylist() == ["a", "b", "d"]
    assert (done.touched, done.bad) == (1, ())


def test_impossible_values_go_to_the_quarantine() -> None:
    done = ImpossibleValues("quantity", low=0)(TABLE)
    assert done.table["id"].to_pylist() == ["a", "b", "c"]
    assert done.touched == 1
    assert [refusal[:4] for refusal in done.bad] == [(4, "quantity", "0 to inf", "-5")]


def test_impossible_values_become_missing() -> None:
    done = ImpossibleValues("amount", high=100, to="missing")(TABLE)
    assert done.table["amount"].to_pylist() == [5, 5, 5, None]
    assert (done.touched, done.bad) == (1, ())


def test_what_is_no_number_is_left_to_the_border() -> None:
    table = numbered(pa.table({"quantity": ["x", "nan", "1"]}))
    assert ImpossibleValues("quantity", low=0)(table) == (table, 0, ())
    assert ImpossibleValues("discount", low=0)(TABLE) == (TABLE, 0, ())


@pytest.mark.parametrize(
    ("how", "want"),
    [
        (Missing("quantity"), ["1000", None, "1000", "-5"]),
        (Missing("quantity", "drop"), ["1000", "1000", "-5"]),
        (Missing("quantity", "constant", 2000), ["1000", "2000", "1000", "-5"]),
    ],
)
def test_missing_values(how: Missing, want: list[str | None]) -> None:
    done = how(TABLE)
    assert done.table["quantity"].to_pylist() == want
    assert done.touched == 1


def test_an_absent_column_is_missing_everywhere() -> None:
    done = Missing("place", "constant", "web")(TABLE)
    assert done.table["place"].to_pylist() == ["web"] * 4
    assert done.touched == 4


def test_a_constant_must_fit_the_column() -> None:
    with pytest.raises(UserError, match=r"^missing\.amount: expected a value of type int64, got 'x'$"):
        Missing("amount", "constant", "x")(numbered(pa.table({"amount": pa.array([1, None])})))


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        ({}, "clean.step: expected one of the steps duplicates impossible missing, got ''"),
        (
            {"step": "mising"},
            "clean.step: expected one of the steps duplicates impossible missing, got 'mising' (nearest: 'missing')",
        ),
        (
            {"step": "missing", "colum": "user"},
            "clean.colum: expected one of the settings column how value, got 'colum' (nearest: 'column')",
        ),
        (
            {"step": "missing", "column": "user", "how": "mean"},
            "missing.how: expected leave or drop or constant, got 'mean'",
        ),
        (
            {"step": "missing", "column": "user", "how": "constant"},
            "missing.value: expected one for constant, got None",
        ),
        ({"step": "impossible", "column": "amount", "low": 5, "high": 1}, "impossible.low: expected at most 1, got 5"),
        (
            {"step": "impossible", "column": "amount", "to": "bin"},
            "impossible.to: expected quarantine or missing, got 'bin'",
        ),
    ],
)
def test_bad_declarations_are_told(declared: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as raised:
        step("clean", declared)
    assert str(raised.value) == text


def test_a_setting_that_lacks_or_does_not_fit_is_told() -> None:
    with pytest.raises(UserError, match=r"^clean: expected the settings of missing: column how value, got "):
        step("clean", {"step": "missing"})
    with pytest.raises(UserError, match=r"^clean: expected the settings of impossible: column low high to, got "):
        step("clean", {"step": "impossible", "column": "amount", "low": "x"})
    with pytest.raises(
        UserError, match=r"^clean\.column: expected one of the fields id .*, got 'usr' \(nearest: 'user'\)$"
    ):
        step("clean", {"step": "missing", "column": "usr"})
