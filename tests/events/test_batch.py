"""The columnar batch."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import DTYPES, Events, missing
from evercart.units import MISSING

ROWS = Events.of(kind=[2, 1, 2], logged_us=[5, 6, 7], user=[1, 2, 3], amount=[10, MISSING, 30])


def test_what_is_left_of_the_clock_is_filled_in() -> None:
    assert ROWS.offset.tolist() == [0, 1, 2]
    assert ROWS.event_us.tolist() == [5, 6, 7]
    assert {name: column.dtype for name, column in ROWS.columns.items()} == {
        name: DTYPES[name] for name in ROWS.columns
    }


def test_rows_are_chosen_by_slice_mask_or_index() -> None:
    assert ROWS.rows(slice(1, 3))["user"].tolist() == [2, 3]
    assert ROWS.rows(ROWS.kind == 2)["user"].tolist() == [1, 3]
    assert ROWS.rows(np.array([2, 0]))["user"].tolist() == [3, 1]


def test_parts_together_are_the_whole() -> None:
    again = Events.concat([ROWS.rows(slice(0, 1)), ROWS.rows(slice(1, None))])
    for name in ROWS.columns:
        assert np.array_equal(again[name], ROWS[name])


def test_only_keeps_the_clock() -> None:
    assert list(ROWS.only(["amount"]).columns) == ["offset", "event_us", "logged_us", "kind", "amount"]


def test_columns_are_left_out() -> None:
    left = ROWS.without(["amount", "brand"])
    assert set(ROWS.columns) - set(left.columns) == {"amount"}
    assert left["user"] is ROWS["user"]


def test_an_absent_column_is_told() -> None:
    with pytest.raises(UserError) as raised:
        ROWS["usr"]
    assert str(raised.value) == "column: expected one of amount event_us kind logged_us offset user, got 'usr'"


def test_questions_are_the_numbered_rows() -> None:
    assert Events.of(kind=[2, 7], number=[-1, 0]).asked.tolist() == [False, True]


def test_each_type_has_its_mark_for_missing() -> None:
    assert missing("amount") == MISSING
    assert np.isnan(missing("value"))
    assert missing("user") == missing("brand") == missing("currency") == 0
