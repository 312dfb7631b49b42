"""Baselines by name."""

from __future__ import annotations

import numpy as np

from evercart.evaluate.beside import Asked, beside, of_baskets, of_clicks
from evercart.evaluate.hits import Hits, none
from evercart.events.batch import Events


def _hits(number: list[int]) -> Hits:
    rows = {name: np.zeros(len(number), column.dtype) for name, column in vars(none()).items()}
    return Hits(**{**rows, "number": np.array(number), "offset": np.array(number)})


def test_clicks_are_ranked_by_the_click_that_is_asked_from() -> None:
    rows = Events.of(kind=np.ones(5), session=[1, 1, 2, 2, 2], item=[7, 8, 7, 8, 9], logged_us=np.arange(5))
    steps: list[str] = []
    ways = beside(
        Asked("next click", "session", 0.0, 20), rows, _hits([0, 2, 3]), lambda: 0.0, lambda one, _: steps.append(one)
    )
    assert set(ways) == set(of_clicks(20))
    assert ways["transitions"].rank.tolist() == [-1, 0, -1]
    assert steps.count("recommend: transitions") == 2


def test_baskets_are_ranked_by_the_row_that_answers() -> None:
    rows = Events.of(
        kind=np.full(5, 2), user=[1, 1, 2, 1, 1], session=[1, 1, 2, 3, 3], item=[7, 8, 9, 8, 9], logged_us=np.arange(5)
    )
    ways = beside(Asked("next basket", "user", 0.0, 20), rows, _hits([0, 1, 3, 4]), lambda: 0.0)
    assert set(ways) == set(of_baskets(20))
    assert ways["personal top frequency"].rank[:2].tolist() == [-1, -1]
    assert ways["personal top frequency"].rank[2] in (0, 1)
    assert ways["popularity, half-life a day"].rank[3] == 0
