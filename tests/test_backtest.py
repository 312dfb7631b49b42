"""A backtest compares three racers on the same questions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from evercart.backtest import TooEarly, backtest, linear_opponents, replay
from evercart.evaluate.losses import log_loss
from evercart.events.batch import Events
from evercart.labels.pairs import Tick
from evercart.testing.redeems import orders, redeems
from evercart.units import DAY_S

RACERS = ("continual", "frozen", "refit")


def batches(events: Events, size: int = 500):
    return (events.rows(slice(at, at + size)) for at in range(0, len(events), size))


def clock():
    ticks = itertools.count()
    return lambda: float(next(ticks))


@pytest.fixture(scope="module")
def done():
    events = orders(2000, alike_s=3 * DAY_S)
    frozen_us = int(events.logged_us[len(events) // 4])
    told: list[float | None] = []
    app = redeems()
    found = backtest(
        app,
        batches(events),
        Tick(),
        frozen_us,
        clock(),
        opponents=linear_opponents(app)[:2],
        told=lambda step, part: told.append(part),
    )
    return found, frozen_us, told


def test_all_racers_answer_the_same_questions_after_the_first_quarter(done) -> None:
    found, frozen_us, _ = done
    assert found.report.racers == RACERS
    assert 1990 < found.questions <= 2000
    assert 1480 < found.compared < 1510
    assert found.later.n.sum() == found.compared
    assert found.days.n.sum() == found.questions
    assert found.since_us == frozen_us


def test_the_summary_has_what_programs_read(done) -> None:
    said = done[0].summary()
    assert (said["app"], said["questions"]) == ("redeems", done[0].questions)
    for racer in RACERS:
        assert {"loss", "cpu_s", "log_loss", "brier", "roc_auc", "f1"} <= set(said[racer])
    for control in RACERS[1:]:
        gap = said[control]["difference"]
        assert gap["low"] <= gap["mean"] <= gap["high"]
        assert gap["mean"] == pytest.approx(said[control]["loss"] - said["continual"]["loss"], abs=1e-12)
    assert "difference" not in said["continual"]


def test_days_in_which_all_are_alike_reward_learning_on(done) -> None:
    said = done[0].summary()
    assert said["continual"]["loss"] < said["frozen"]["loss"]


def test_progress_ends_at_the_whole(done) -> None:
    assert done[2][-1] == 1.0


def test_the_ring_s_loss_is_that_of_its_guesses() -> None:
    events = orders(400)
    replayed = replay(redeems(), batches(events), Tick(), None, clock())
    loss = log_loss.each(replayed.scored.y, replayed.scored.guesses[:, 0])
    assert np.isfinite(loss).all()
    assert replayed.counts["asked"] == len(replayed.scored) + 1 == 400  # the last question is still open


def test_a_log_without_an_answer_is_refused() -> None:
    events = orders(1)
    text = r"^app redeems: expected questions about order events, answered, got '1 asked, 0 about nobody, 0 answered'$"
    with pytest.raises(TooEarly, match=text):
        backtest(redeems(), batches(events), Tick(), 0, clock())
    with pytest.raises(TooEarly, match=r"^log: expected rows before its last tick, got 'none; see `evercart"):
        backtest(redeems(), iter([]), Tick(), 0, clock())
