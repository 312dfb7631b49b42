"""Purchases are cut into baskets; a list is shown before each."""

from __future__ import annotations

import numpy as np

from evercart.evaluate.basket_rows import Baskets, best_of, offer, sell, show
from evercart.units import DAY_US, SECOND_US


def test_baskets_are_cut_by_shopper_by_session_by_pause() -> None:
    user, session = np.array([1, 2, 1, 2, 0, 1, 1]), np.array([7, 8, 7, 8, 9, 7, 0])
    us = np.array([0, 1, 2, 3, 4, DAY_US + 3, DAY_US + 3])
    baskets = Baskets.of(us, user, session, np.array([5, 5, 5, 6, 5, 6, 6]))
    assert baskets.basket.tolist() == [0, 1, 0, 1, -1, 2, 3]
    assert baskets.first.tolist() == [True, True, False, True, False, True, True]
    assert baskets.begins.tolist() == [0, 1, 5, 6]
    assert [baskets.row[a:b].tolist() for a, b in zip(baskets.starts, baskets.starts[1:], strict=False)] == [
        [0, 2],
        [1, 3],
        [5],
        [6],
    ]
    assert baskets.head(3).basket.tolist() == [0, 1, 0]


def test_rows_without_a_session_go_together_within_the_gap() -> None:
    us = np.array([0, 60, 121]) * SECOND_US
    none, shopper = np.zeros(3, np.int64), np.ones(3, np.int64)
    assert Baskets.of(us, shopper, none, none, gap_us=60 * SECOND_US).basket.tolist() == [0, 0, 1]


def test_a_list_is_filled_up_with_what_sells_most() -> None:
    baskets = Baskets.of(np.arange(5), np.ones(5), np.ones(5), np.array([0, 1, 2, 3, 3]))
    best, rank = best_of(baskets, top=3), np.full(5, -2)
    for item, halves in ((3, 0.0), (2, 1.0), (1, 1.5), (2, 2.0)):
        sell(best, item, halves)
    assert best.selling[:4].tolist() == [2, 1, 3, -1]
    size = offer(best, 0, 0, 1.0)
    size = offer(best, size, 1, 2.0)
    show(baskets, best, size, 0, rank)
    assert rank.tolist() == [1, 0, 2, -1, -2]
    assert (best.place == -1).all()


def test_of_too_many_the_best_are_shown() -> None:
    baskets = Baskets.of(np.arange(4), np.ones(4), np.ones(4), np.arange(4))
    best, size = best_of(baskets, top=2), 0
    for item, worth in ((0, 1.0), (1, 3.0), (2, 2.0), (3, 1.0)):
        size = offer(best, size, item, worth)
    assert (size, best.list.tolist()) == (2, [1, 2])
