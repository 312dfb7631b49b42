"""Numbers of a table come as standard scores, of what was seen before."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.features.given import EDGES, Given


def woven(values: list[float]) -> Events:
    """Return each value twice: asked about, then logged."""
    both = np.repeat(np.asarray(values, float), 2)
    asked = np.arange(len(both)) % 2 == 0
    kind, number = np.where(asked, 7, 21), np.where(asked, np.cumsum(asked) - 1, -1)
    return Events.of(**{"given.V1": both}, kind=kind, number=number)


def test_a_score_is_of_what_came_before() -> None:
    values = np.random.default_rng(1).normal(50, 7, 400)
    given = Given(("given.V1",))
    _, x = given.step(given.start(), woven(values.tolist()))
    assert x[:2, 0].tolist() == [0, 0]  # nothing is known of the spread yet
    for row in (2, 57, 399):
        before = values[:row]
        assert x[row, 0] == pytest.approx((values[row] - before.mean()) / before.std(), rel=1e-5)
        assert x[row, 1] == 1 + np.searchsorted(EDGES, x[row, 0], side="right")


def test_what_is_missing_says_nothing_what_is_endless_is_far() -> None:
    given = Given(("given.V1",))
    state, x = given.step(given.start(), woven([1.0, 3.0, float("nan"), float("inf"), -float("inf"), 2.0]))
    assert x[2].tolist() == [0, 0]
    assert x[3, 0] == 12
    assert x[4, 0] == -12
    assert state.seen[0] == 3  # of which none is endless
    assert x[5, 0] == 0
    asked = woven([4.0]).rows(slice(0, 1))
    assert given.peek(state, asked).tolist() == given.step(state, asked)[1].tolist()


def test_names_differ() -> None:
    with pytest.raises(UserError, match=r"^given\.names: expected names that differ, got 'a a'$"):
        Given(("a", "a"))
