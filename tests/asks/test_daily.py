"""One question a day for each key that is alive."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evercart.asks.daily import Daily
from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.fold import fingerprint
from evercart.units import DAY_S, DAY_US, HOUR_S, SECOND_US
from evercart.zones import local_us

ALIVE_S, ZONE = 2 * DAY_S, "America/New_York"


def drawn(data) -> Events:
    rows = data.draw(st.integers(1, 40))
    gaps = [data.draw(st.sampled_from([0, 0, 1, HOUR_S, DAY_S // 2, ALIVE_S, ALIVE_S + 1])) for _ in range(rows)]
    begin = 1_509_850_000 * SECOND_US  # clocks are put back on 2017-11-05
    return Events.of(
        kind=[data.draw(st.sampled_from([2, 2, 1])) for _ in range(rows)],
        logged_us=begin + np.cumsum(gaps) * SECOND_US,
        item=[data.draw(st.integers(0, 3)) for _ in range(rows)],
    )


def oracle(asks: Daily, events: Events) -> list[tuple[int, int]]:
    seen: dict[int, tuple[int, int]] = {}
    day, asked = None, []
    for row in range(len(events)):
        now = int(events.logged_us[row])
        local = int(local_us(events.logged_us[row : row + 1], ZONE)[0])
        today = (local - int(asks.hour * HOUR_S) * SECOND_US) // DAY_US
        alive = [k for k, (last, _) in sorted(seen.items(), key=lambda x: x[1][1]) if now - last <= ALIVE_S * SECOND_US]
        if day is not None and today > day:
            asked += [(row, key) for key in alive]
        day = today if day is None else max(day, today)
        if events.kind[row] == 2 and events["item"][row]:
            seen[int(events["item"][row])] = (now, row)
    return asked


@pytest.mark.parametrize("hour", [0.0, 1.5])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_equals_the_oracle_however_the_log_is_cut(hour: float, data) -> None:
    events = drawn(data)
    asks = Daily("order", by="item", hour=hour, time_zone=ZONE, alive_s=ALIVE_S)
    state, woven = asks.step(asks.start(), events)
    at = np.flatnonzero(woven.asked)
    assert list(zip(at - np.arange(len(at)), woven["item"][at], strict=True)) == oracle(asks, events)

    cut = data.draw(st.integers(0, len(events)))
    half, first = asks.step(asks.start(), events.rows(slice(0, cut)))
    end, second = asks.step(half, events.rows(slice(cut, None)))
    assert fingerprint(end) == fingerprint(state)
    assert Events.concat([first, second])["item"].tolist() == woven["item"].tolist()


def test_what_is_asked_does_not_depend_on_the_row_that_shows_the_day() -> None:
    asks = Daily("order", by="item")
    asked = []
    for kind, item in ((2, 5), (1, 9)):
        events = Events.of(kind=[2, 2, kind], logged_us=[0, 1, DAY_US], item=[3, 4, item])
        _, woven = asks.step(asks.start(), events)
        asked.append(woven["item"][woven.asked].tolist())
    assert asked == [[3, 4], [3, 4]]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Daily("order", by="item", hour=24), "daily.hour: expected at least 0, below 24, got 24"),
        (lambda: Daily("order", by="amount"), "daily.by: expected a hashed column, got 'amount'"),
        (
            lambda: Daily("order", by="item", time_zone="Mars"),
            "zone: expected an IANA time zone such as 'Europe/Paris', got 'Mars'",
        ),
    ],
)
def test_bad_configurations(make, text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        make()
