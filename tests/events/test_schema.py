"""The schema of the log."""

from __future__ import annotations

import pyarrow as pa
import pytest

from evercart.events.batch import DTYPES, SKETCH
from evercart.events.schema import SCHEMA, conform, table_of


def test_every_field_has_a_place_right_of_the_log_but_text_and_properties() -> None:
    assert set(SCHEMA.names) - set(DTYPES) == {"text", "properties", "x"}
    assert set(DTYPES) - set(SCHEMA.names) == {"offset", "logged_us", "number", "outlier", "decided", *SKETCH}


def test_conform_orders_casts_and_fills_with_null() -> None:
    table = conform(pa.table({"amount": pa.array([3], pa.int32()), "id": ["a"]}))
    assert table.schema == SCHEMA
    row = table.to_pylist()[0]
    assert {name: value for name, value in row.items() if value is not None} == {"id": "a", "amount": 3}


def test_what_cannot_be_cast_is_refused() -> None:
    with pytest.raises(pa.ArrowInvalid):
        conform(pa.table({"amount": ["x"]}))


def test_rows_become_a_table_with_the_types_of_the_log():
    table = table_of([{"id": "d", "kind": 7, "guess": None}, {"id": "e", "kind": 7, "guess": 0.5, "user": "u"}])
    assert table["guess"].to_pylist() == [None, 0.5]
    assert table["user"].to_pylist() == [None, "u"]
