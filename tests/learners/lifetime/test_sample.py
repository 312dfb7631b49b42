"""Whoever is in the sample was chosen by the first visit alone."""

from __future__ import annotations

import numpy as np

from evercart.learners.lifetime.sample import PAID, VISITS, expire, observe, sample


def see(size: int, *given: tuple[int, float, float, float], state=None):  # type: ignore[no-untyped-def]
    """Take in shoppers: key, day, visits, age."""
    state = (state or sample()).roomy(size)
    key = np.array([one[0] for one in given], np.uint64)
    x = np.array([(one[2], one[3], 0.0, 10.0 * one[2]) for one in given])
    observe(state, size, key, np.array([one[1] for one in given]), x)
    return state


def test_a_known_shopper_is_updated_an_old_one_not_let_in() -> None:
    state = see(8, (7, 5.0, 1, 0), (7, 9.0, 2, 4), (8, 9.0, 30, 200), (0, 9.0, 1, 0), (9, 9.0, 0, 0))
    assert state.known[:, [VISITS, PAID]].tolist() == [[2, 20]]
    assert state.known[0, :2].tolist() == [5, 9]


def test_the_order_in_which_they_came_does_not_matter() -> None:
    keys = 1 + np.random.default_rng(1).permutation(500)
    one = see(20, *((int(key), 1.0, 1.0, 0.0) for key in keys))
    other = see(20, *((int(key), 1.0, 1.0, 0.0) for key in sorted(keys)))
    kept = [set(state.keys.keys[state.keys.keys != 0].tolist()) for state in (one, other)]
    assert kept[0] == kept[1]
    assert len(kept[0]) == 20
    assert 150 < np.mean(list(kept[0])) < 350  # any as likely as any other


def test_who_came_first_too_long_ago_makes_room() -> None:
    state = see(2, (1, 5.0, 1, 0), (2, 50.0, 1, 0))
    expire(state, 20.0)
    assert len(state.known) == 1
    assert len(see(2, (3, 60.0, 1, 0), state=state).known) == 2
