"""Lists are judged by what stands at their heads, in the order of asking."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.list_race import ListRace
from evercart.evaluate.scored import Scored
from evercart.labels.turns import ABANDONED, ASKED, MISSED, SETTLED, Turns

RACE = ListRace(("a", "b"), longest=4, k=3, may_fall=("b",))
Row = tuple[int, int, float]


def turns(*rows: Row) -> Turns:
    """Rows are (what, number, y); the x of a candidate is its place among all rows."""
    what, number, y = (np.array(column) for column in zip(*rows, strict=True))
    at = np.arange(len(rows))
    x = at[:, None].astype(np.float32)
    nan, key = np.full(len(rows), np.nan), (number + 7).astype(np.uint64)
    return Turns(what.astype(np.int8), at, at, number * 1000, number, y, nan, np.ones(len(rows)), key, x)


def asked(number: int, candidates: int) -> list[Row]:
    return [(ASKED, number, np.nan)] * candidates


def settled(number: int, worth: list[float], missed: float = 0.0) -> list[Row]:
    return [*((SETTLED, number, one) for one in worth), (MISSED, number, missed)]


def judged(*rows: Row, b: float = -1.0) -> Scored:
    """Racer a likes what stands early, b what stands late."""
    batch = turns(*rows)
    scores = {"a": -batch.x[:, 0].astype(float), "b": -b * batch.x[:, 0].astype(float)}
    return RACE.step(RACE.start(), (batch, scores))[1]


def test_the_sooner_what_was_taken_the_more_it_gains() -> None:
    scored = judged(*asked(0, 3), *settled(0, [0, 1, 0]))
    assert scored.guesses == pytest.approx(np.array([[1 / np.log2(3)] * 2]))
    assert scored.y.tolist() == [1.0]
    scored = judged(*asked(0, 3), *settled(0, [0, 0, 1]))
    assert scored.guesses == pytest.approx(np.array([[0.5, 1.0]]))


def test_of_several_taken_all_count_against_the_ideal() -> None:
    discount = 1 / np.log2(np.arange(2, 5))
    scored = judged(*asked(0, 3), *settled(0, [1, 0, 0.5], missed=1))
    ideal = discount @ [1, 0.5, 1]
    assert scored.guesses == pytest.approx(np.array([[discount @ [1, 0, 0.5] / ideal, discount @ [0.5, 0, 1] / ideal]]))


def test_what_stands_beyond_the_cut_gains_nothing() -> None:
    assert judged(*asked(0, 4), *settled(0, [0, 0, 0, 1])).guesses.tolist() == [[0.0, 1.0]]


def test_a_question_whose_answer_was_no_candidate_gains_nothing() -> None:
    assert judged(*asked(0, 2), (MISSED, 0, 1.0)).guesses.tolist() == [[0.0, 0.0]]
    assert judged((MISSED, 0, 1.0)).guesses.tolist() == [[0.0, 0.0]]


def test_equal_scores_stand_as_they_were_given() -> None:
    assert judged(*asked(0, 2), *settled(0, [1, 0]), b=0.0).guesses.tolist() == [[1.0, 1.0]]


def test_questions_leave_in_the_order_of_asking() -> None:
    late = [*asked(0, 1), *asked(1, 1), *settled(1, [1])]
    assert len(judged(*late)) == 0
    assert judged(*late, *settled(0, [1])).number.tolist() == [0, 1]
    assert judged(*late, (ABANDONED, 0, np.nan)).number.tolist() == [1]


def test_who_fell_has_no_gain() -> None:
    scored = judged(*asked(0, 2), *settled(0, [0, 1]), b=np.nan)
    assert scored.guesses[0, 0] > 0
    assert np.isnan(scored.guesses[0, 1])


def test_a_champion_that_says_no_number_is_refused() -> None:
    batch = turns(*asked(0, 1))
    with pytest.raises(UserError, match=r"^list_race\.guesses\.a: expected finite numbers where a guess is due"):
        RACE.step(RACE.start(), (batch, {"a": np.array([np.nan]), "b": np.zeros(1)}))


def test_a_list_longer_than_said_is_refused() -> None:
    with pytest.raises(UserError, match=r"^list_race\.longest: expected at least 5 candidates, got 4$"):
        judged(*asked(0, 5))
