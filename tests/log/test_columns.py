"""Columns go right of the log as `Events` has them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from evercart.errors import UserError
from evercart.events.batch import CLOCK, DTYPES
from evercart.events.schema import SCHEMA
from evercart.log.columns import HASHED, NUMBERS, READABLE, decoded, encoded, gaps, unlike, wanted


def test_every_column_of_the_schema_can_be_read_but_those_for_people():
    assert set(SCHEMA.names) - set(READABLE) == {"text", "properties", "x"}


@pytest.mark.parametrize("name", [*NUMBERS, *HASHED])
def test_types_and_gaps(name):
    column = pa.chunked_array([pa.nulls(2, SCHEMA.field(name).type)])
    if name != "kind":
        found = encoded(column, name, 1)
        assert found.dtype == DTYPES[name]
        np.testing.assert_array_equal(found, gaps(name, 2))


@pytest.mark.parametrize("values", [[1.5, None], [0.0, -1.0]])
def test_numbers_come_back(values):
    column = pa.chunked_array([pa.array(values, pa.float64())])
    assert decoded(encoded(column, "value", 1), "value").to_pylist() == values


def test_an_unknown_currency_has_no_number():
    assert encoded(pa.chunked_array([["USD", "???", None]]), "currency", 1).tolist() == [840, 0, 0]


def test_unlike():
    one, other = (
        pa.chunked_array([[1.0, 1.0, None, None, float("nan"), 2.0]]),
        pa.chunked_array([[1.0, 2.0, 1.0, None, None, float("nan")]]),
    )
    assert unlike(one, other).tolist() == [False, True, True, False, False, True]


def test_wanted_once():
    assert wanted(["user", "kind", "user"]) == (*CLOCK, "user")
    with pytest.raises(UserError, match=r"^column: expected one of offset .*, got 'text'$"):
        wanted(["text"])
