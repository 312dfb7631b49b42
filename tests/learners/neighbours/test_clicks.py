"""The index of clicks, against lists kept by hand."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from worlds import log, random_log

from evercart.fold import pack, unpack
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.clicks import PATH, Clicks, clicks
from evercart.slots import find
from evercart.units import SECOND_US


def held(state: Clicks, key: int) -> list[int]:
    """Return the items of a session, oldest first, by key."""
    slot = find(state.sessions, np.uint64(key))
    of = state.session[slot]
    places = range(of["ever"] - min(of["clicks"], PATH), of["ever"])
    return [int(state.items.keys[state.path[slot, place % PATH]]) for place in places]


@pytest.mark.parametrize("seed", range(5))
def test_it_holds_the_clicks_of_the_window(seed: int) -> None:
    rows = random_log(200, seed)
    fold = Browsing(keep_s=40, newest=6, listed=2)
    state, _ = fold.step(fold.start(), rows)
    alive = (rows["number"] < 0) & (rows.logged_us > rows.logged_us[-1] - 40 * SECOND_US)
    paths: dict[int, list[int]] = defaultdict(list)
    for session, item in zip(rows["session"][alive], rows["item"][alive], strict=True):
        paths[int(session)].append(int(item))
    assert state.sessions.live == len(paths)
    for session, path in paths.items():
        assert held(state, session) == path
    counts = Counter(rows["item"][alive].tolist())
    assert state.items.live == len(counts)
    for item, n in counts.items():
        assert state.item[find(state.items, np.uint64(item))]["clicks"] == n


def test_an_items_newest_clicks_name_session_and_place() -> None:
    fold = Browsing(newest=2)
    state, _ = fold.step(fold.start(), log([(1, 5, 0), (1, 6, 1), (2, 6, 2), (2, 7, 3), (2, 6, 4)]))
    slot, six = find(state.sessions, np.uint64(2)), find(state.items, np.uint64(6))
    assert sorted(map(tuple, state.newest[six].tolist())) == [(slot, 0), (slot, 2)]
    assert state.item[six]["sessions"] == 2
    assert state.session[slot]["returns"] == 1


def test_of_more_clicks_than_most_the_oldest_go() -> None:
    fold = Browsing(most=3)
    state, _ = fold.step(fold.start(), log([(1, item, item) for item in range(1, 8)]))
    assert held(state, 1) == [5, 6, 7]
    assert state.items.live == 3


def test_the_popular_are_listed_and_leave_with_their_last_click() -> None:
    fold = Browsing(keep_s=10, listed=2, popular_s=100)
    rows = [(1, 5, 0), (2, 5, 1), (3, 6, 2), (4, 7, 3), (5, 7, 4)]
    state, _ = fold.step(fold.start(), log(rows))
    assert {int(state.items.keys[slot]) for slot in state.top} == {5, 7}
    state, _ = fold.step(state, log([(6, 8, 12)]))
    assert {int(state.items.keys[slot]) for slot in state.top if slot >= 0} >= {7}
    assert not any(state.items.keys[slot] == 5 for slot in state.top if slot >= 0)


def test_a_packed_index_goes_on_as_it_was() -> None:
    fold, rows = Browsing(keep_s=30, newest=4), random_log(150, 3)
    state, _ = fold.step(fold.start(), rows.rows(slice(100)))
    loaded = unpack(clicks(4, fold.listed), pack(state))
    _, was = fold.step(state, rows.rows(slice(100, None)))
    _, now = fold.step(loaded, rows.rows(slice(100, None)))
    assert was.item.tolist() == now.item.tolist()
    assert np.array_equal(was.x, now.x)
