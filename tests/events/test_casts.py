"""Casts of what was sent."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evercart.errors import UserError
from evercart.events import casts


@pytest.mark.parametrize(
    ("column", "want"),
    [
        (pa.array([17.0, 2.5, None, 1e20]), ["17", "2.5", None, "1e+20"]),
        (pa.array([1, None]), ["1", None]),
        (pa.array(["a", "a"]).dictionary_encode(), ["a", "a"]),
        (pa.chunked_array([["x"], ["y"]]), ["x", "y"]),
        (pa.nulls(2), [None, None]),
        (pa.array(["a"], pa.large_string()), ["a"]),
    ],
)
def test_text(column: Any, want: list[str | None]) -> None:
    assert casts.text(column, "user").to_pylist() == want


def test_what_is_no_text_is_told() -> None:
    with pytest.raises(UserError, match=r"^user: expected text or numbers, got list<item: int64>$"):
        casts.text(pa.array([[1]]), "user")
    with pytest.raises(UserError, match=r"^amount: expected numbers, got timestamp\[us\]$"):
        casts.numbers(pa.array([0], pa.timestamp("us")), "amount")


def test_numbers_that_are_none_are_masked_and_nulls_are_not() -> None:
    read = casts.numbers(pa.array(["1", " 2.5 ", "x", "nan", "-inf", None, ""]), "value")
    assert read.column.to_pylist() == [1.0, 2.5, None, None, None, None, None]
    assert read.bad.tolist() == [False, False, True, True, True, False, True]


def test_integers_must_be_whole_and_exact() -> None:
    read = casts.integers(pa.array(["3", "3.0", "3.5", str(2**53), "-7", None]), "quantity")
    assert read.column.to_pylist() == [3, 3, None, None, -7, None]
    assert read.bad.tolist() == [False, False, True, True, False, False]
    assert casts.integers(pa.array([2**60]), "n").column.to_pylist() == [2**60]


@given(st.lists(st.decimals(-(10**9), 10**9, places=4), min_size=1), st.sampled_from([0, 2, 3]), st.booleans())
def test_scaling_is_exact_in_decimal(values: list[Decimal], digits: int, as_text: bool) -> None:
    column = pa.array([f"{value:f}" for value in values]) if as_text else pa.array([float(value) for value in values])
    want = [int(value.scaleb(digits).to_integral_value(ROUND_HALF_EVEN)) for value in values]
    read = casts.scaled(column, digits, "amount")
    assert read.column.to_pylist() == want
    assert not read.bad.any()


def test_scaling_by_row() -> None:
    read = casts.scaled(pa.array(["1.5", "1.5", "x"]), np.array([2, 0, 2]), "amount")
    assert read.column.to_pylist() == [150, 2, None]
    assert read.bad.tolist() == [False, False, True]


def test_what_overflows_is_masked() -> None:
    assert casts.scaled(pa.array([1e308, 1e300, 1.0]), 2, "amount").bad.tolist() == [True, True, False]
    assert casts.scaled(pa.array([10**17]), 2, "amount").bad.tolist() == [True]


def test_what_looks_like_a_number_but_is_none_is_found() -> None:
    words = [str(i) for i in range(100)]
    words[17] = words[60] = "1e-"
    words[61] = "7 8"
    read = casts.lenient(pa.array(words), lambda part: part.cast(pa.float64()), pa.float64(), "^1")
    assert [i for i, value in enumerate(read.to_pylist()) if value is not None] == [1, *range(10, 17), 18, 19]
    read = casts.lenient(pa.array(words), lambda part: part.cast(pa.float64()), pa.float64(), ".")
    assert [i for i, value in enumerate(read.to_pylist()) if value is None] == [17, 60, 61]


@given(st.lists(st.one_of(st.none(), st.text(max_size=4), st.integers().map(str)), max_size=40))
def test_lenient_casts_lose_no_row(words: list[str | None]) -> None:
    read = casts.numbers(pa.array(words, pa.string()), "value")
    assert len(read.column) == len(read.bad) == len(words)
    held = casts.valid(read.column)
    assert all(held[i] or read.bad[i] or word is None for i, word in enumerate(words))
