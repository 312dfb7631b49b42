"""Searches find what is less suspicious, for no more than the budget."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from evercart.errors import UserError
from evercart.harden.attempts import Attempt
from evercart.harden.moves import Another, Lower, Split
from evercart.harden.raids import Coordinate, Random, Search, Strongest, Terms

BEGIN = Attempt({"amount": 1000, "place": 1})
MOVES = (Lower((0.5, 0.1)), Another("place", 200.0, 2), Split(100.0))
OTHERS = {"place": np.array([1, 2], np.uint64)}


def scores(attempts: Sequence[Attempt]) -> NDArray[np.float64]:
    """Suspect large amounts, place 1; parts least."""
    said = [one.says["amount"] / 1000 / one.parts + (one.says["place"] == 1) for one in attempts]
    return np.array(said)


@pytest.mark.parametrize("search", [Coordinate(), Random(), Strongest()])
def test_the_best_that_can_be_paid_is_found(search: Search) -> None:
    def best(budget: float) -> tuple[float, float]:
        found = search(BEGIN, Terms(MOVES, budget, OTHERS), scores, 3)
        assert found.attempt.cost <= budget
        assert found.clean == 2.0
        assert found.score == scores([found.attempt])[0]
        return round(found.score, 4), found.attempt.cost

    assert best(0) == (2.0, 0.0)
    assert best(250) == (1.0, 200.0)
    assert best(400) == (0.3333, 400.0)
    assert best(700) == (0.5, 700.0)
    assert best(1300) == (0.0333, 1300.0)


def test_the_same_seed_finds_the_same() -> None:
    terms = Terms(MOVES, 700, OTHERS)
    assert Random(3)(BEGIN, terms, scores, 1) == Random(3)(BEGIN, terms, scores, 1)


def test_the_strongest_is_the_best_of_each() -> None:
    terms = Terms(MOVES, 700, OTHERS)
    searches = (Random(1), Coordinate(1), Coordinate())
    found = [search(BEGIN, terms, scores, 1).score for search in searches]
    assert Strongest(searches)(BEGIN, terms, scores, 1).score == min(found) < max(found)


def test_bad_settings() -> None:
    with pytest.raises(UserError) as caught:
        Coordinate(0)
    assert str(caught.value) == "coordinate.rounds: expected at least 1, got 0"
    with pytest.raises(UserError) as caught:
        Random(0)
    assert str(caught.value) == "random.tries: expected at least 1, got 0"
    with pytest.raises(UserError) as caught:
        Strongest(())
    assert str(caught.value) == "strongest.searches: expected at least one, got ()"
