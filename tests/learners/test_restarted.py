"""Restarted begins anew from what came since its losses rose, exactly then."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pytest

from evercart import fold
from evercart.errors import UserError
from evercart.evaluate.drift.adwin import Adwin
from evercart.evaluate.losses import log_loss
from evercart.features.columns import Column
from evercart.labels.turns import ASKED, SETTLED
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from evercart.learners.prequential import prequential
from evercart.learners.restarted import Restarted
from evercart.learners.scaled import Scaled

COLUMNS = tuple(Column(f"number {i}") for i in range(8))
LINEAR = Scaled(Linear(COLUMNS, "logistic", Ftrl(alpha=0.05)), COLUMNS)
WATCH = Adwin(1e-4, side="up")


def shop(rows=20_000, turn=15_000, seed=1):
    """Return turns whose truth turns round after some rows."""
    rng = np.random.default_rng(seed)
    x, truth = rng.normal(size=(rows, 8)).astype(np.float32), rng.normal(size=8)
    margin = x @ truth * np.where(np.arange(rows) < turn, 1.0, -1.0)
    return prequential(x, (rng.random(rows) < 1 / (1 + np.exp(-margin))).astype(float))


def losses(learner, turns):
    state, guesses = learner.step(learner.start(), turns)
    return state, log_loss.each(turns.y[1::2], guesses[::2])


def test_it_recovers_faster_after_a_turn():
    turns = shop()
    _, plain = losses(LINEAR, turns)
    state, restarted = losses(Restarted(LINEAR, WATCH, every=256, remember=4096, least=256), turns)
    np.testing.assert_array_equal(plain[:15_000], restarted[:15_000])
    assert state.counts[3] == 1
    assert restarted[15_000:].mean() < 0.8 * plain[15_000:].mean()


def test_without_an_alarm_it_is_the_learner_itself():
    turns = shop(turn=20_000)
    (state, restarted), (alone, plain) = losses(Restarted(LINEAR, WATCH, every=100), turns), losses(LINEAR, turns)
    np.testing.assert_array_equal(plain, restarted)
    assert fold.fingerprint(state.learner) == fold.fingerprint(alone)


class Rings(NamedTuple):
    since: np.ndarray


@dataclass
class Fixed:
    """A detector that rings at given values about given questions."""

    at: dict

    def start(self):
        return np.zeros(1, np.int64)

    def step(self, state, batch):
        since = [self.at[place] for place in range(state[0], state[0] + len(batch)) if place in self.at]
        return state + len(batch), Rings(np.array(since, np.int64))


class Seen(NamedTuple):
    numbers: np.ndarray


class Counted:
    """A learner that says how many labels it has learned."""

    grain: ClassVar[str] = "tick"

    def start(self):
        return Seen(np.zeros(0, np.int64))

    def step(self, state, given):
        guesses, told = np.full(len(given), np.nan), (given.what == SETTLED).cumsum()
        asked = given.what == ASKED
        guesses[asked] = len(state.numbers) + told[asked]
        return Seen(np.append(state.numbers, given.number[given.what == SETTLED])), guesses


def run(at, cut=200, **more):
    turns = prequential(np.zeros((100, 1), np.float32), np.zeros(100))
    learner = Restarted(Counted(), Fixed(at), "squared", **{"every": 20, "least": 0, **more})
    state, parts = learner.start(), []
    for first in range(0, 200, cut):
        state, guesses = learner.step(state, turns.rows(slice(first, first + cut)))
        parts.append(guesses)
    return state, np.concatenate(parts)[::2].tolist()


@pytest.mark.parametrize("cut", [10, 12, 64, 200])
def test_it_begins_anew_at_the_next_look_with_what_came_since(cut):
    state, known = run({12: 7}, cut)  # value 12 is known after row 26, of 200; looks stand at rows 20, 40
    assert known[:20] == list(range(20))
    assert known[20:] == list(range(13, 93))
    assert state.learner.numbers.tolist() == list(range(7, 100))
    assert state.counts.tolist() == [20, -1, 20, 1]


def test_it_learns_a_least_number_of_rows_as_far_as_it_remembers():
    assert run({12: 15}, least=9)[0].learner.numbers[0] == 11
    assert run({12: 2}, remember=6)[0].learner.numbers[0] == 14
    assert run({12: 15}, least=9, remember=6)[0].learner.numbers[0] == 14


def test_an_alarm_about_what_came_before_the_last_beginning_is_answered_already():
    assert run({12: 7, 34: 19})[0].counts[3] == 1
    assert run({12: 7, 34: 20})[0].counts[3] == 2


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"loss": "hinge"}, "restarted.loss: expected logistic or squared, got 'hinge'"),
        ({"remember": 0}, "restarted.remember: expected at least 1, got 0"),
        ({"least": -1}, "restarted.least: expected at least 0, got -1"),
        ({"every": 0}, "restarted.every: expected at least 1, got 0"),
        ({"wait": 0}, "restarted.wait: expected at least 1, got 0"),
    ],
)
def test_bad_settings_are_refused(bad, text):
    with pytest.raises(UserError) as error:
        Restarted(LINEAR, WATCH, **bad)
    assert str(error.value) == text
