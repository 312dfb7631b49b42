"""What is known of shoppers, items, places."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.fold import fingerprint, pack, unpack
from evercart.learners.neighbours.baskets import Baskets
from evercart.learners.neighbours.habits import cell, habits, more, rate
from evercart.learners.neighbours.purchases import buy
from evercart.units import DAY_US

SESSION, PLACE = np.uint64(7), np.uint64(9)


def test_sums_of_powers_of_two_grow() -> None:
    assert more(3.0, 3.0) == 4.0
    assert more(0.0, 5000.0) == 5000.0


@pytest.mark.parametrize(
    ("since", "times", "at"), [(0, 1, 0), (1, 1, 5), (2, 3, 6), (3, 4, 12), (6, 1, 10), (999, 99, 39)]
)
def test_cells_by_powers_of_two(since: int, times: int, at: int) -> None:
    assert cell(since, times) == at


def test_a_base_rate_begins_low_then_follows_what_came() -> None:
    state = habits(1)
    assert rate(state, 3) == 1 / 20
    state.base[3] = 980, 499
    assert rate(state, 3) == 0.5


def test_a_packed_memory_goes_on_as_the_one_it_was_made_of() -> None:
    fold = Baskets(listed=2)
    rules = fold._rules
    state = fold.start().roomy(8)
    for row in range(6):
        buy(state, rules, (np.uint64(1 + row % 2), SESSION, np.uint64(3 + row % 3), PLACE), row * DAY_US)
    again = unpack(fold.start(), pack(state)).roomy(8)
    for one in (state, again):
        buy(one, rules, (np.uint64(1), SESSION, np.uint64(3), PLACE), 7 * DAY_US)
    assert fingerprint(again) == fingerprint(state)
