"""Reacting learns faster once its losses have moved, exactly then."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.drift.adwin import Adwin
from evercart.evaluate.losses import log_loss
from evercart.features.columns import Column
from evercart.labels.turns import ABANDONED, ASKED, SETTLED, Turns
from evercart.labels.values import Values
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from evercart.learners.mean import Mean
from evercart.learners.prequential import prequential
from evercart.learners.reacting import Reacting

COLUMNS = tuple(Column(f"number {i}") for i in range(8))
LINEAR = Linear(COLUMNS, "logistic", Ftrl(alpha=0.05))
WATCH = Adwin(1e-4, side="up")


def shop(rows=30_000, turn=20_000, seed=1):
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
    state, reacting = losses(Reacting(LINEAR, WATCH, every=256), turns)
    np.testing.assert_array_equal(plain[:20_000], reacting[:20_000])
    assert state.counts[2] >= 1
    after = slice(20_000, 26_000)
    assert reacting[after].mean() < 0.8 * plain[after].mean()


def test_without_an_alarm_it_is_the_learner_itself():
    turns = shop(turn=30_000)
    np.testing.assert_array_equal(losses(LINEAR, turns)[1], losses(Reacting(LINEAR, WATCH, every=100), turns)[1])


class Fixed:
    """A detector that rings at given values, and keeps what it saw."""

    def __init__(self, at):
        self.at, self.seen = at, []

    def start(self):
        return np.zeros(1, np.int64)

    def step(self, state, batch):
        self.seen.append(batch)
        places = np.intersect1d(np.arange(state[0], state[0] + len(batch)), self.at)
        return state + len(batch), places


class Counted:
    """A learner that says how often it was eased."""

    grain = "tick"

    def start(self):
        return np.zeros(1)

    def eased(self, state, keep):
        return state + (keep < 1)

    def step(self, state, turns):
        return state, np.where(turns.what == ASKED, state[0], np.nan)


@pytest.mark.parametrize("cut", [10, 11, 64, 200])
def test_looks_come_every_so_many_rows_and_last_for_the_span(cut):
    turns = prequential(np.zeros((100, 1), np.float32), np.zeros(100))
    learner = Reacting(Counted(), Fixed([12]), "squared", span=3, every=20)
    state, parts = learner.start(), []
    for first in range(0, 200, cut):
        state, guesses = learner.step(state, turns.rows(slice(first, first + cut)))
        parts.append(guesses)
    eased = np.concatenate(parts)[::2]
    assert eased.tolist() == [0] * 20 + [1] * 10 + [2] * 10 + [3] * 60  # value 12 is known after row 26, of 200


def test_losses_are_judged_in_the_order_of_asking():
    what = [ASKED, ASKED, ASKED, SETTLED, ABANDONED, SETTLED]
    number, y = np.array([4, 5, 6, 6, 5, 4]), np.array([np.nan] * 3 + [3.0, np.nan, 2.0])
    at = np.arange(6)
    one = np.ones(6)
    turns = Turns(
        *(np.array(what, np.int8), at, at, at * 7, number, y, one * np.nan, one, np.zeros(6, np.uint64)),
        np.zeros((6, 1), np.float32),
    )
    watch = Fixed([])
    learner = Reacting(Counted(), watch, "squared")
    learner.step(learner.start(), turns)
    seen = Values.concat(watch.seen)
    assert (seen.place.tolist(), seen.us.tolist(), seen.value.tolist()) == ([4, 6], [0, 14], [2.0, 3.0])  # misses


def test_a_question_that_stays_open_is_waited_for_so_long_only():
    rows = 20
    turns = prequential(np.zeros((rows, 1), np.float32), np.ones(rows))
    turns = turns.rows(np.arange(2 * rows) != 1)  # the first question is never settled
    watch = Fixed([])
    learner = Reacting(Counted(), watch, "squared", remember=5)
    learner.step(learner.start(), turns)
    assert Values.concat(watch.seen).place.tolist() == list(range(1, rows))


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"loss": "hinge"}, "reacting.loss: expected logistic or squared, got 'hinge'"),
        ({"keep": 1.0}, "reacting.keep: expected more than 0 and less than 1, got 1.0"),
        ({"span": 0}, "reacting.span: expected at least 1, got 0"),
        ({"every": 0}, "reacting.every: expected at least 1, got 0"),
        ({"remember": 0}, "reacting.remember: expected at least 1, got 0"),
    ],
)
def test_bad_settings_are_refused(bad, text):
    with pytest.raises(UserError) as error:
        Reacting(LINEAR, WATCH, **bad)
    assert str(error.value) == text


def test_a_learner_that_cannot_be_eased_is_refused_at_the_start():
    with pytest.raises(UserError) as error:
        Reacting(Mean(), WATCH).start()
    assert str(error.value) == "learner: expected one that can be eased (it has a method `eased`), got 'Mean'"
