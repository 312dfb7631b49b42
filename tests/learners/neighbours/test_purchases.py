"""Purchases against records that are computed again from all rows."""

from __future__ import annotations

from itertools import pairwise
from math import log

import numpy as np
import pytest

from evercart.hashing import mix
from evercart.learners.neighbours.baskets import Baskets
from evercart.learners.neighbours.habits import FADE, Habits, Rules
from evercart.learners.neighbours.purchases import buy, expire, log_days
from evercart.slots import find
from evercart.units import DAY_S, DAY_US

Row = tuple[int, int, int, int, int]  # user, session, item, place, us


def pair_of(state: Habits, user: int, item: int) -> int:
    return find(state.pairs.keys, np.uint64(mix(np.uint64(user), np.uint64(item))))


def taken_in(fold: Baskets, rows: list[Row]) -> tuple[Habits, Rules]:
    state = fold.start()
    for user, session, item, place, us in rows:
        state = state.roomy(1)
        expire(state, fold._rules, us)
        buy(state, fold._rules, (np.uint64(user), np.uint64(session), np.uint64(item), np.uint64(place)), us)
    return state, fold._rules


def drawn(seed: int, rows: int = 400) -> list[Row]:
    """Draw baskets of three lines, each a session, a few rows without a shopper."""
    rng = np.random.default_rng(seed)
    us = np.sort(rng.integers(0, 60, rows // 3 + 1)) * DAY_US
    found: list[Row] = []
    for row in range(rows):
        basket = row // 3
        user = int(rng.integers(0, 4)) if row % 3 == 0 else found[-1][0]
        found.append((user, 1 + basket, 1 + int(rng.zipf(1.5)) % 9, 1 + basket % 2, int(us[basket])))
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_records_are_those_of_all_purchases(seed: int) -> None:
    rows = drawn(seed)
    state, rules = taken_in(Baskets(), rows)
    for user in (1, 2, 3):
        baskets: dict[int, set[int]] = {}
        when = {session: us for whose, session, _, _, us in rows if whose == user}
        for whose, session, item, _, _ in rows:
            if whose == user:
                baskets.setdefault(session, set()).add(item)
        owner = find(state.users, np.uint64(user))
        known = state.user[owner]
        assert known["baskets"] == len(baskets)
        assert known["size"] == len(set().union(*baskets.values()))
        for item in set().union(*baskets.values()):
            number = [1 + at for at, items in enumerate(baskets.values()) if item in items]
            days = [when[session] for session, items in baskets.items() if item in items]
            one = state.pair[pair_of(state, user, item)]
            assert (one["times"], one["first"], one["last"]) == (len(days), number[0], number[-1])
            assert one["long"] == pytest.approx(log(sum(2 ** (us / rules.long_us) for us in days), 2))
            assert one["faded"] == pytest.approx(sum(FADE ** (number[-1] - at) for at in number), rel=1e-5)
            gaps = [log_days(b - a) for a, b in pairwise(days)]
            assert one["gap"] == pytest.approx(sum(gaps), abs=1e-4)
            assert one["gap2"] == pytest.approx(sum(gap * gap for gap in gaps), abs=1e-3)


def test_an_item_knows_its_buyers_those_who_came_back_what_was_bought_without_a_name() -> None:
    rows = [(1, 1, 5, 0, 0), (1, 2, 5, 0, 1), (2, 3, 5, 0, 2), (0, 4, 5, 0, 3), (2, 3, 5, 0, 4)]
    state, _ = taken_in(Baskets(), rows)
    item = state.item[find(state.items.keys, np.uint64(5))]
    assert (item["buyers"], item["returned"], item["bought"], item["gaps"], item["taken"]) == (2, 1, 4, 1, 1)


def test_as_a_basket_begins_all_own_items_get_their_chance() -> None:
    rows = [(1, 1, 5, 0, 0), (1, 1, 6, 0, 0), (1, 2, 5, 0, 1), (1, 3, 7, 0, 2)]
    state, _ = taken_in(Baskets(), rows)
    assert state.base[:, 0].sum() == 4  # two items before the second basket, two before the third
    assert state.base[:, 1].sum() == 1
    assert state.user["taken"][0] == 1
    assert state.user["expected"][0] == pytest.approx(state.item["expected"].sum(), rel=1e-6)


def test_what_sells_most_stands_on_the_lists() -> None:
    rows = drawn(5)
    state, _ = taken_in(Baskets(listed=3), rows)
    items = state.items.keys.keys
    order = np.argsort(-state.item["trend"][: state.items.keys.size])
    assert set(items[state.top - 1]) == set(items[order[:3]])
    at = find(state.places, np.uint64(1))
    here = np.flatnonzero(state.shelf["place"][: state.shelves.keys.size] == at)
    best = here[np.argsort(-state.shelf["often"][here])][:3]
    assert set(state.stock[at] - 1) == set(best)


def test_a_full_chain_forgets_the_item_bought_least_lately() -> None:
    rows = [(1, 1, 5, 0, 0), (1, 2, 6, 0, 1), (1, 3, 5, 0, 2), (1, 4, 7, 0, 3)]
    state, _ = taken_in(Baskets(most=2), rows)
    assert state.pairs.keys.live == 2
    assert pair_of(state, 1, 6) == -1
    assert state.item["buyers"][find(state.items.keys, np.uint64(6))] == 0


def test_all_is_forgotten_once_its_window_has_passed() -> None:
    fold = Baskets(keep_s=10 * DAY_S, shelf_s=5 * DAY_S)
    state, rules = taken_in(fold, [(user, user, item, 1, 0) for user in (1, 2) for item in (5, 6, 7)])
    expire(state, rules, 5 * DAY_US + 1)
    assert (state.places.live, state.shelves.keys.live, state.users.live) == (0, 0, 2)
    assert not state.stock.any()
    expire(state, rules, 10 * DAY_US)
    assert (state.users.live, state.items.keys.live) == (2, 3)
    expire(state, rules, 10 * DAY_US + 1)
    assert (state.users.live, state.items.keys.live, state.pairs.keys.live) == (0, 0, 0)
    for records in (state.pair, state.user, state.item, state.shelf):
        assert records.tobytes().count(0) == records.nbytes
    assert not state.top.any()
