"""The kernel keeps a row as long as the longest window, a key as long as its rows."""

from __future__ import annotations

import numpy as np

from evercart.events.batch import Events
from evercart.features import Count, Decayed, Distinct, LastItems, Recency, Table
from evercart.units import SECOND_US

FEATURES = (
    Count("order", 2),
    Distinct("order", "item", 2),
    Distinct("order", "item", 5),
    Decayed("order", None, 9),
    Recency("order"),
    LastItems("order", slots=9),
)
TABLE = Table("t", ("user",), FEATURES, keep_s=8)


def order(at_s: int, user: int, item: int) -> Events:
    return Events.of(kind=[2], logged_us=[at_s * SECOND_US], user=[user], item=[item], number=[-1])


def test_each_window_lets_go_at_its_own_time() -> None:
    state = TABLE.start()
    held = []
    for at_s, user in ((1, 7), (3, 8), (6, 8), (9, 8)):
        state, _ = TABLE.step(state, order(at_s, user, item=1))
        held.append((state.slots.live, state.pairs.live, int(state.ends[1] - state.ends[0])))
    assert held == [(1, 1, 1), (2, 2, 2), (2, 1, 3), (1, 1, 3)]


def test_a_released_key_leaves_zeros() -> None:
    state, _ = TABLE.step(TABLE.start(), order(1, 7, item=3))
    gone = state.slots.keys.tolist().index(7)
    assert any(column[gone].any() for column in state.keys)
    state, _ = TABLE.step(state, order(8, 8, item=3))
    state, _ = TABLE.step(state, order(9, 8, item=3))
    assert not any(column[gone].any() for column in state.keys)


def test_slots_are_used_again_over_many_comers_and_goers() -> None:
    rows = 20_000
    events = Events.of(
        kind=np.full(rows, 2),
        logged_us=np.arange(rows) * SECOND_US // 4,
        user=np.arange(1, rows + 1),
        item=np.arange(1, rows + 1),
        number=np.full(rows, -1),
    )
    state, _ = TABLE.step(TABLE.start(), events)
    assert state.slots.size <= 33
    assert state.pairs.size <= 21
