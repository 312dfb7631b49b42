"""Ticks are a pure function of the row."""

from __future__ import annotations

import numpy as np

from evercart.labels.turns import tick_of


def test_a_tick_ends_by_time_or_by_events_whichever_is_first() -> None:
    us = np.array([0, 5, 10, 11, 12, 13])
    assert tick_of(us, np.arange(6), 10, 4).tolist() == [0, 0, 1, 1, 2, 2]


def test_ticks_do_not_depend_on_where_a_read_began() -> None:
    us, offset = np.sort(np.random.default_rng(1).integers(0, 10**8, 1000)), np.arange(1000)
    whole = tick_of(us, offset, 10**6, 64)
    assert (tick_of(us[317:], offset[317:], 10**6, 64) == whole[317:]).all()
    assert (np.diff(whole) >= 0).all()
