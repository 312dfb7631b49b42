"""Log time never goes back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evercart.log import stamps

TIMES = st.lists(st.integers(-50, 50), min_size=1)


@given(TIMES, st.integers(-50, 50))
def test_history_is_the_highest_so_far(times, last):
    told, highest = [], last
    for time in times:
        highest = max(highest, time)
        told.append(highest)
    assert stamps.history(np.array(times), last).tolist() == told


def test_no_rows():
    assert len(stamps.history(np.empty(0, np.int64), 5)) == len(stamps.live(5, 5, 0)) == 0


def test_a_heartbeat_has_no_id_and_says_whether_live_begins():
    assert stamps.heartbeat_row(5)["live"].to_pylist() == [None]
    (row,) = stamps.heartbeat_row(5, begins=True).to_pylist()
    assert {name: value for name, value in row.items() if value is not None} == {"event_us": 5, "kind": 11, "live": 1}
