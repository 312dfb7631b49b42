"""Halving drops the worse half after each round; whoever leads answers."""

from typing import ClassVar, NamedTuple

import numpy as np
import pytest
from rows import turns

from evercart import fold
from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.labels.turns import ASKED, SETTLED
from evercart.learners.ftrl import Ftrl
from evercart.learners.grid import grid
from evercart.learners.halving import Halving
from evercart.learners.linear import Linear
from evercart.learners.prequential import prequential


class Rows(NamedTuple):
    taken: np.ndarray


class Says:
    """Says one number; counts the rows it was given."""

    grain: ClassVar[str] = "tick"

    def __init__(self, number):
        self.number = number

    def start(self):
        return Rows(np.zeros(1, np.int64))

    def step(self, state, given):
        return Rows(state.taken + len(given)), np.where(given.what == ASKED, self.number, np.nan)


def raced(numbers, y, first=2, cuts=(), given=None):
    given = prequential(np.zeros((len(y), 1), np.float32), np.array(y, float)) if given is None else given
    halving = Halving(tuple(Says(number) for number in numbers), "squared", first)
    state, parts = halving.start(), []
    for begin, stop in zip((0, *cuts), (*cuts, len(given)), strict=True):
        state, guesses = halving.step(state, given.rows(slice(begin, stop)))
        parts.append(guesses)
    return state, np.concatenate(parts)


@pytest.mark.parametrize("cuts", [(), (3,), (4, 5, 6), tuple(range(1, 40))])
def test_the_worse_half_leaves_after_each_round_of_twice_the_length(cuts):
    y = [5, 5, *[0] * 18]  # rounds of 2, 4, 8 questions
    state, guesses = raced([9, 7, 5, 3, 1, 0, -9, 6], y, cuts=cuts)
    assert state.counts[:2].tolist() == [14, 3]
    assert np.flatnonzero(state.racing).tolist() == [3]
    assert guesses[::2].tolist() == [9, 5, 5, *[3] * 17]  # 5 lost 0, 0, 25; 3 lost 4, 4, 9
    assert np.isfinite(state.sums).all()
    assert state.sums[[5, 1, 2]].tolist() == [50, 8 + 4 * 49, 25 * 12]  # those who left after 2, 6, 14 questions
    assert [len(one.taken) for one in state.learners] == [0, 0, 0, 1, 0, 0, 0, 0]


def test_guesses_of_a_tick_are_those_of_who_led_before_it():
    given = turns([ASKED, SETTLED, ASKED, SETTLED, ASKED], [0, 0, 0, 0, 1], np.zeros((5, 1)), [0, 1, 0, 1, 0])
    given = given.rows(slice(0, 5))
    given.number[:] = [0, 0, 1, 1, 2]
    _, guesses = raced([0, 1], [], first=9, given=given)
    assert guesses[[0, 2, 4]].tolist() == [0, 0, 1]


def test_a_late_label_holds_up_what_was_asked_after_it():
    what = [ASKED, ASKED, SETTLED, ASKED, SETTLED, ASKED]
    given = turns(what, np.arange(6), np.zeros((6, 1)), [0, 0, 1, 0, 0, 0], number=[0, 1, 1, 2, 0, 3])
    _, guesses = raced([0, 1], [], first=9, given=given)
    assert guesses[[0, 1, 3]].tolist() == [0, 0, 0]  # question 1 favours the second, but question 0 is open
    state, _ = raced([0, 1], [], first=9, given=given)
    assert state.sums.tolist() == [1, 1]


def test_one_that_says_no_number_never_leads_and_leaves_first():
    state, guesses = raced([np.nan, 1, np.nan, 0], [0] * 12)
    assert guesses[2::2].tolist() == [0] * 11
    assert np.flatnonzero(state.racing).tolist() == [3]
    state, _ = raced([np.nan, np.nan, np.nan], [0] * 12)
    assert np.flatnonzero(state.racing).tolist() == [0]


def test_it_finds_the_rate_that_fits_and_goes_on_as_that_learner():
    rng = np.random.default_rng(1)
    x, truth = rng.normal(size=(9000, 6)).astype(np.float32), rng.normal(size=6)
    given = prequential(x, (rng.random(9000) < 1 / (1 + np.exp(-x @ truth))).astype(float))
    columns = tuple(Column(f"number {i}") for i in range(6))
    candidates = grid(Linear(columns, "logistic", Ftrl()), **{"optimizer.alpha": (1e-4, 30.0, 0.1, 3.0)})
    halving = Halving(candidates, first=500)
    state, guesses = halving.step(halving.start(), given)
    alone, own = candidates[2].step(candidates[2].start(), given)
    assert state.counts[2] == 2
    assert fold.fingerprint(state.learners[2]) == fold.fingerprint(alone)
    np.testing.assert_array_equal(guesses[6000:], own[6000:])


def test_the_race_costs_what_is_stated():
    y = np.zeros(100_000)
    counted = {number: 0 for number in range(8)}

    class Counting(Says):
        def step(self, state, given):
            counted[self.number] += len(given)
            return super().step(state, given)

    halving = Halving(tuple(Counting(number) for number in range(8)), "squared", first=4096)
    halving.step(halving.start(), prequential(np.zeros((len(y), 1), np.float32), y))
    race = 4096 * 7  # questions
    stated = race * 8 * 3 / 7 + (len(y) - race)
    assert sum(counted.values()) / 2 == pytest.approx(stated, rel=0.01)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"candidates": (Says(0),)}, "halving.candidates: expected at least two, got 1"),
        ({"loss": "hinge"}, "halving.loss: expected logistic or squared, got 'hinge'"),
        ({"first": 0}, "halving.first: expected at least 1, got 0"),
        ({"wait": 0}, "halving.wait: expected at least 1, got 0"),
    ],
)
def test_bad_settings_are_refused(bad, text):
    with pytest.raises(UserError) as error:
        Halving(**{"candidates": (Says(0), Says(1)), **bad})
    assert str(error.value) == text
