"""An import is cut into commits of one size."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from evercart.events.schema import conform
from evercart.log.imports import recut


@given(st.lists(st.integers(0, 7)), st.integers(1, 5))
def test_same_rows_in_even_parts(sizes, rows):
    whole = conform(pa.table({"event_us": list(range(sum(sizes)))}))
    starts = [sum(sizes[:n]) for n in range(len(sizes))]
    tables = [whole.slice(start, size) for start, size in zip(starts, sizes, strict=True)]
    parts, lasts = zip(*recut(tables, rows), strict=True)
    assert pa.concat_tables(parts).equals(whole)
    assert all(part.num_rows == rows for part in parts[:-1])
    assert parts[-1].num_rows <= rows
    assert lasts == (False,) * (len(parts) - 1) + (True,)


def test_no_more_is_asked_for_than_a_part_needs():
    asked = []

    def tables():
        for number in range(5):
            asked.append(number)
            yield conform(pa.table({"event_us": [1, 2]}))

    next(recut(tables(), 2))
    assert asked == [0, 1]
