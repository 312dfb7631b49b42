"""Blank rows keep their place."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from evercart.errors import UserError
from evercart.log.blanks import BLANKABLE, asked, blanked
from evercart.log.columns import STAMPED


@pytest.fixture
def rows():
    values = {"string": ["a", "b", "c"], "double": [0.5, 1.5, 2.5], "binary": [b"x", b"y", b"z"]}
    columns = [pa.array(values.get(str(f.type), [4, 5, 6]), f.type) for f in STAMPED]
    return pa.Table.from_arrays(columns, schema=STAMPED)


def test_a_tombstone_has_its_place_in_the_log_for_everything(rows):
    left = blanked(rows.set_column(1, "logged_us", pa.array([7, 8, 9])), np.array([False, True, False]))
    assert left.schema == STAMPED
    told = {"offset": 5, "logged_us": 8, "event_us": 8, "kind": 0}
    assert left.to_pylist()[1] == dict.fromkeys(STAMPED.names) | told
    assert left.take([0, 2]).drop("logged_us").equals(rows.take([0, 2]).drop("logged_us"))


def test_named_columns_only(rows):
    left = blanked(rows, np.array([True, False, True]), ("text", "value"))
    assert left.schema == STAMPED
    assert (left["text"].to_pylist(), left["value"].to_pylist()) == ([None, "b", None], [None, 1.5, None])
    assert left.drop(["text", "value"]).equals(rows.drop(["text", "value"]))


def test_each_offset_once():
    assert asked([5, 3, 5], None, 6).tolist() == [3, 5]
    assert asked([], BLANKABLE, 0).tolist() == []


@pytest.mark.parametrize(
    ("offsets", "columns", "text"),
    [
        ([6], None, "blank.offsets: expected offsets of the log, below 6, got [6]"),
        ([-1, 2], None, "blank.offsets: expected offsets of the log, below 6, got [-1, 2]"),
        ([1], ("kind",), f"blank.columns: expected one of the columns {' '.join(BLANKABLE)}, got 'kind'"),
        ([1], ("txt",), f"blank.columns: expected one of the columns {' '.join(BLANKABLE)}, got 'txt'"),
    ],
)
def test_what_makes_no_sense(offsets, columns, text):
    with pytest.raises(UserError) as error:
        asked(offsets, columns, 6)
    assert str(error.value).startswith(text)
