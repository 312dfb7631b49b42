"""A shopper's arrival is asked about once, just before the basket's first row."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evercart.asks.arrival import Arrival
from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.fold import fingerprint
from evercart.units import SECOND_US

GAP, PAUSE = 5, 20


def drawn(data) -> Events:
    rows = data.draw(st.integers(1, 40))
    gaps = [data.draw(st.sampled_from([0, 0, 1, GAP, GAP + 1, PAUSE, PAUSE + 1])) for _ in range(rows)]
    return Events.of(
        kind=[data.draw(st.sampled_from([2, 2, 2, 1, 0])) for _ in range(rows)],
        logged_us=np.cumsum(gaps) * SECOND_US,
        session=[data.draw(st.integers(0, 2)) for _ in range(rows)],
        user=[data.draw(st.integers(0, 3)) for _ in range(rows)],
        place=[data.draw(st.integers(0, 9)) for _ in range(rows)],
    )


def oracle(events: Events) -> list[int]:
    """Return the first rows of baskets, by looking back from each."""
    firsts = []
    for row in range(len(events)):
        user, session = events["user"][row], events["session"][row]
        if events.kind[row] != 2 or user == 0:
            continue
        before = [r for r in range(row) if events.kind[r] == 2 and events["user"][r] == user]
        if before:
            apart = events.logged_us[row] - events.logged_us[before[-1]]
            same = events["session"][before[-1]] == session
            if same and apart <= (PAUSE if session else GAP) * SECOND_US:
                continue
        firsts.append(row)
    return firsts


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_equals_the_oracle_however_the_log_is_cut(data) -> None:
    events = drawn(data)
    asks = Arrival(gap_s=GAP, pause_s=PAUSE)
    state, woven = asks.step(asks.start(), events)
    at = np.flatnonzero(woven.asked)
    before = at - np.arange(len(at))
    assert before.tolist() == oracle(events)
    for name in ("user", "place"):
        assert woven[name][at].tolist() == events[name][before].tolist()
    assert not woven["session"][at].any()
    assert (woven.offset[at] == events.offset[before]).all()
    assert woven["number"][at].tolist() == list(range(len(at)))

    cut = data.draw(st.integers(0, len(events)))
    half, first = asks.step(asks.start(), events.rows(slice(0, cut)))
    end, second = asks.step(half, events.rows(slice(cut, None)))
    assert fingerprint(end) == fingerprint(state)
    assert Events.concat([first, second])["number"].tolist() == woven["number"].tolist()


def test_baskets_of_two_shoppers_may_interleave_while_lines_differ_in_time() -> None:
    rows = Events.of(
        kind=[2] * 5,
        logged_us=np.arange(5) * 90 * SECOND_US,
        session=[8, 9, 8, 9, 8],
        user=[1, 2, 1, 2, 1],
        place=[0] * 5,
    )
    asks = Arrival()
    assert int(asks.step(asks.start(), rows)[1].asked.sum()) == 2


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Arrival(gap_s=-1), "arrival.gap_s: expected at least 0, got -1"),
        (lambda: Arrival(gap_s=9, pause_s=8), "arrival.pause_s: expected at least 9, got 8"),
        (lambda: Arrival(session="amount"), "arrival.by, session, carries: expected hashed columns, got 'amount'"),
    ],
)
def test_bad_configurations(make, text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        make()
