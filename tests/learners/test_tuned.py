"""A race of settings keeps its budget; the leader answers."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.labels.turns import ASKED, Turns
from evercart.learners.deep.deep import Counts
from evercart.learners.ftrl import Ftrl
from evercart.learners.grid import grid
from evercart.learners.halving import emptied
from evercart.learners.linear import Linear
from evercart.learners.prequential import prequential
from evercart.learners.skips import skips
from evercart.learners.tuned import JUDGED, LEADER, Tuned, ledger
from evercart.units import DAY_US


class Rows(NamedTuple):
    taken: np.ndarray


class Says:
    """Says one number; counts the questions, the labels it was given."""

    grain: ClassVar[str] = "tick"

    def __init__(self, number):
        self.number = number

    def start(self):
        return Rows(np.zeros(2, np.int64))

    def step(self, state, given):
        asked = int((given.what == ASKED).sum())
        return Rows(state.taken + np.array([asked, len(given) - asked])), np.where(
            given.what == ASKED, self.number, np.nan
        )


def days(x, y, a_day=20):
    """Return turns, so many questions a day, each answered before the next one."""
    given = prequential(x, np.asarray(y, float))
    return Turns(**{**vars(given), "us": np.arange(len(y)).repeat(2) * DAY_US // a_day})


def race(numbers, budget=99.0, first=10, costs=None):
    names = tuple(str(number) for number in numbers)
    costs = costs or (1.0,) * len(numbers)
    return Tuned(tuple(Says(number) for number in numbers), names, costs, budget, "squared", first)


def run(tuned, y, cuts=()):
    given, state, parts = days(np.zeros((len(y), 1), np.float32), y), tuned.start(), []
    for begin, stop in zip((0, *cuts), (*cuts, len(given)), strict=True):
        state, guesses = tuned.step(state, given.rows(slice(begin, stop)))
        parts.append(guesses)
    return state, np.concatenate(parts)[::2]


@pytest.mark.parametrize("cuts", [(), (7, 40, 41), tuple(range(1, 200))])
def test_the_worse_half_leaves_as_a_day_begins(cuts):
    tuned = race([9, 7, 5, 3, 1, 0, -9, 6])
    state, guesses = run(tuned, np.zeros(200), cuts)
    assert guesses[:20].tolist() == [9] * 20  # until the first day is over
    assert guesses[20:].tolist() == [0] * 180
    found = {row.name: row for row in ledger(tuned, state).candidates}
    assert ledger(tuned, state).candidates[0].name == "0"
    assert {name for name, row in found.items() if row.left_us == DAY_US} == {"9", "7", "-9", "6"}
    assert {name for name, row in found.items() if row.left_us == 2 * DAY_US} == {"5", "3"}
    assert found["1"].left_us == 4 * DAY_US  # of 80 judged, after rounds of 10, 20, 40
    assert found["1"].judged == 80
    assert (found["1"].loss, found["9"].loss) == (1.0, 81.0)
    assert [len(one.taken) for one in state.learners] == [0, 0, 0, 0, 0, 2, 0, 0]


@pytest.mark.parametrize("costs", [(1.0,) * 8, (1.0, 2.0, 1.5, 0.5, 3.0, 1.0, 1.0, 1.0)])
@pytest.mark.parametrize("budget", [1.0, 2.0, 5.0])
def test_the_work_done_stays_within_the_budget(budget, costs):
    tuned = race(range(8), budget, 200, costs)
    state, _ = run(tuned, np.zeros(8_000))
    done = ledger(tuned, state)
    assert done.allowed == pytest.approx(budget * 8_000)
    assert done.work <= 1.03 * done.allowed
    early, _ = run(tuned, np.zeros(1_000))  # while all or half of them race it is used up, too
    assert ledger(tuned, early).work >= 0.8 * min(ledger(tuned, early).allowed, 2_000)


def test_a_small_budget_races_on_some_questions_the_same_for_all():
    tuned = race(range(4), 1.0, 100)
    state, _ = run(tuned, np.zeros(400))
    racing = [learner.taken.tolist() for learner in state.learners if len(learner.taken)]
    leader = state.learners[int(state.counts[LEADER])].taken
    assert leader[0] == 400  # it answers all
    others = [one for one in racing if one != leader.tolist()]
    assert all(one[0] == one[1] == leader[1] < 200 for one in others)
    assert state.counts[JUDGED] == leader[1]


def test_it_finds_the_rate_that_fits():
    rng = np.random.default_rng(1)
    x, truth = rng.normal(size=(9_000, 6)).astype(np.float32), rng.normal(size=6)
    given = days(x, rng.random(9_000) < 1 / (1 + np.exp(-x @ truth)), 300)
    columns = tuple(Column(f"number {i}") for i in range(6))
    rates = (1e-4, 30.0, 0.1, 3.0)
    candidates = grid(Linear(columns, "logistic", Ftrl()), **{"optimizer.alpha": rates})
    tuned = Tuned(candidates, tuple(map(str, rates)), (1.0,) * 4, 2.0, first=500)
    state, _ = tuned.step(tuned.start(), given)
    assert state.counts[LEADER] == 2
    assert state.racing.tolist() == [False, False, True, False]


def test_only_the_later_half_of_a_round_counts():
    y = [*[5] * 15, *[0] * 45]  # over all of the first twenty questions, 4 loses less than 0
    state, guesses = run(race([4, 0], first=20), np.array(y))
    assert guesses[:20].tolist() == [4] * 20
    assert guesses[20:].tolist() == [4] * 40
    state, guesses = run(race([4, 0], first=20), np.array([*[5] * 10, *[0] * 50]))
    assert guesses[20:].tolist() == [0] * 40
    assert ledger(race([4, 0], first=20), state).candidates[1].judged == 20


def test_one_that_says_no_number_never_leads_and_leaves():
    state, guesses = run(race([np.nan, 1, np.nan, 0]), np.zeros(100))
    assert guesses[20:].tolist() == [0] * 80
    assert np.flatnonzero(state.racing).tolist() == [3]


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"candidates": (Says(0),)}, "tuned.candidates: expected at least two, got 1"),
        ({"names": ("a",)}, "tuned.names: expected 2 of them, got ('a',)"),
        ({"costs": (1.0, 0.0)}, "tuned.costs: expected finite numbers above 0, got (1.0, 0.0)"),
        ({"budget": 0.5}, "tuned.budget: expected at least 1, got 0.5"),
        ({"loss": "hinge"}, "tuned.loss: expected logistic or squared, got 'hinge'"),
        ({"first": 0}, "tuned.first: expected at least 1, got 0"),
        ({"wait": 0}, "tuned.wait: expected at least 1, got 0"),
    ],
)
def test_bad_settings_are_refused(bad, text):
    with pytest.raises(UserError) as error:
        Tuned(**{"candidates": (Says(0), Says(1)), "names": ("a", "b"), "costs": (1.0, 1.0), **bad})
    assert str(error.value) == text


def test_who_left_has_skipped_nothing():
    state, _ = run(race([9, 0]), np.zeros(100))
    counts = Counts(*(np.zeros(1, np.int64) for _ in Counts._fields))
    assert skips((state, emptied(counts))) == 0
