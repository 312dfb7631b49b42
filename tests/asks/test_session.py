"""A session's end is asked about once, at the first row that shows it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evercart.asks.session import SessionEnd
from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.fold import fingerprint
from evercart.units import SECOND_US

GAP = 5


def drawn(data) -> Events:
    rows = data.draw(st.integers(1, 40))
    gaps = [data.draw(st.sampled_from([0, 0, 1, GAP - 1, GAP, GAP + 1, 50])) for _ in range(rows)]
    return Events.of(
        kind=[data.draw(st.sampled_from([2, 2, 1, 0])) for _ in range(rows)],
        logged_us=np.cumsum(gaps) * SECOND_US,
        session=[data.draw(st.integers(0, 3)) for _ in range(rows)],
        user=[data.draw(st.integers(0, 3)) for _ in range(rows)],
        live=[data.draw(st.sampled_from([0] * 30 + [1])) for _ in range(rows)],
    )


def oracle(gap_s: float, events: Events) -> list[tuple[int, int, int]]:
    """(row it stands before, session, user) of each question, by looking at all open sessions at each row."""
    open_sessions: dict[int, dict] = {}
    asked = []
    for row in range(len(events)):
        now = int(events.logged_us[row])
        ended = [k for k, s in open_sessions.items() if now - s["last"] > gap_s * SECOND_US or events["live"][row] == 1]
        for key in sorted(ended, key=lambda k: open_sessions[k]["turn"]):
            session = open_sessions.pop(key)
            if events["live"][row] != 1:
                asked.append((row, key, session["user"]))
        key = int(events["session"][row])
        if events.kind[row] == 2 and key:
            session = open_sessions.setdefault(key, {"user": 0})
            session.update(last=now, turn=row, user=int(events["user"][row]) or session["user"])
    return asked


@pytest.mark.parametrize("gap_s", [0, GAP])
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_equals_the_oracle_however_the_log_is_cut(gap_s: float, data) -> None:
    events = drawn(data)
    asks = SessionEnd("order", gap_s=gap_s, carries=("user",))
    state, woven = asks.step(asks.start(), events)
    at = np.flatnonzero(woven.asked)
    before = at - np.arange(len(at))
    found = list(zip(before, woven["session"][at], woven["user"][at], strict=True))
    assert found == oracle(gap_s, events)
    assert woven["number"][at].tolist() == list(range(len(at)))
    assert (woven.logged_us[at] == events.logged_us[before]).all()
    assert (woven.offset[at] == events.offset[before]).all()

    cut = data.draw(st.integers(0, len(events)))
    half, first = asks.step(asks.start(), events.rows(slice(0, cut)))
    end, second = asks.step(half, events.rows(slice(cut, None)))
    assert fingerprint(end) == fingerprint(state)
    assert Events.concat([first, second])["number"].tolist() == woven["number"].tolist()


@pytest.mark.parametrize("row", [1, 2])
def test_a_question_knows_nothing_of_the_row_that_shows_the_end(row: int) -> None:
    def woven(user: int) -> Events:
        events = Events.of(
            kind=[2, 2, 2], logged_us=[0, 10, 20], session=[1, 2, 3], user=[7, 8, 9], place=[1, 2, 3], live=[0, 0, 0]
        )
        for name in ("user", "session", "place", "kind"):
            events.columns[name][row:] = user
        asks = SessionEnd("order", gap_s=0)
        return asks.step(asks.start(), events)[1]

    def asked(events: Events) -> list:
        upto = events.asked & (events.offset <= row)
        return [events[name][upto].tolist() for name in ("user", "session", "place", "logged_us")]

    assert asked(woven(2)) == asked(woven(5))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: SessionEnd("order", gap_s=-1), "session.gap_s: expected at least 0, got -1"),
        (lambda: SessionEnd("order", by="amount"), "session.by, carries: expected hashed columns, got 'amount'"),
    ],
)
def test_bad_configurations(make, text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        make()
