"""What should go, goes: after labels have changed places it is learned anew, sooner than by who keeps all."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from drawn import CLASSES, COLUMNS, WIDTH, asked, blobs, told

from evercart.errors import UserError
from evercart.learners.by_tick import ByTick
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.steps import HeavyBall
from evercart.learners.mean import Mean
from evercart.remember.distilled import Distilled
from evercart.remember.forget import Forget
from evercart.remember.lda import Lda
from evercart.remember.remembering import Remembering
from evercart.remember.ridge import Ridge
from evercart.units import SECOND_US

NETS = find_spec("torch") is not None
HEADS = [ByTick(Lda(WIDTH, CLASSES)), ByTick(Ridge(WIDTH, CLASSES, 64, 4.0))]


def right(learner: Any, state: Any, moved: int) -> float:
    x, y = blobs(600, 99)
    return float((learner.peek(state, asked(x)) == (y + moved) % CLASSES).mean())


def swapped(learner: Any) -> tuple[float, float]:
    """Return the share guessed right before every class changed places, then a while after."""
    x, y = blobs(3000, 1)
    state, _ = learner.step(learner.start(), told(x, y, 32))
    before = right(learner, state, 0)
    x, y = blobs(1200, 2)
    state, _ = learner.step(state, told(x, (y + 1) % CLASSES, 32, 3000))
    return before, right(learner, state, 1)


@pytest.mark.parametrize("head", HEADS)
def test_it_learns_a_swap_sooner_at_little_cost(head: Any) -> None:
    kept, faded = swapped(head), swapped(Forget(head, 300))
    assert faded[1] > kept[1] + 0.3
    assert faded[0] > kept[0] - 0.02


@pytest.mark.skipif(not NETS, reason="needs the extra deep (torch)")
def test_a_net_goes_back_towards_its_birth() -> None:
    net = Deep(COLUMNS, Mlp((16,)), Classes(CLASSES), HeavyBall(0.02))
    learner = Forget(net, 320, looks=1)
    x, y = blobs(320, 1)
    kept, _ = net.step(net.start(), told(x, y, 32))
    state, _ = learner.step(learner.start(), told(x, y, 32))
    born = net.start().weights
    np.testing.assert_allclose(state.learner.weights - born, (kept.weights - born) / 2, atol=1e-6)
    assert state.labels[0] == 0 and state.learner.counts.learned[0] == 10


def test_half_is_left_after_half_a_life() -> None:
    x, y = blobs(544, 1)
    turns = told(x, y, 32)
    turns.us[:] = turns.tick * 32 * SECOND_US
    by_labels, by_clock = Forget(HEADS[0], 128, looks=1), Forget(HEADS[0], half_life_s=128, looks=1)
    state, _ = by_labels.step(by_labels.start(), turns.rows(slice(0, 512)))
    assert state.learner.seen.sum() == pytest.approx(64 + 32 + 16 + 8)
    state, _ = by_clock.step(by_clock.start(), turns)  # which begins as the first tick closes
    assert state.learner.seen.sum() == pytest.approx(64 + 32 + 16 + 8 + 2)


def test_questions_alone_move_nothing() -> None:
    learner = Forget(HEADS[0], half_life_s=1)
    x, y = blobs(64, 1)
    state, _ = learner.step(learner.start(), told(x, y, 32))
    before = state.learner.seen.copy()
    later = asked(x)
    later.us[:] = 10**12
    state, guesses = learner.step(state, later)
    assert (state.learner.seen == before).all() and np.isfinite(guesses).all()


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Forget(Mean(), 5), "forget.learner: expected a learner that can fade, got 'Mean'"),
        (
            lambda: Forget(HEADS[0]),
            "forget.half_life_rows, forget.half_life_s: expected one of them above 0, got 0",
        ),
        (
            lambda: Forget(HEADS[0], 5, 5.0),
            "forget.half_life_rows, forget.half_life_s: expected one of them above 0, got 2",
        ),
        (lambda: Forget(HEADS[0], -1), "forget.half_life_rows: expected 0 or more, got -1"),
        (lambda: Forget(HEADS[0], 0, np.inf), "forget.half_life_s: expected 0 or more and finite, got inf"),
        (lambda: Forget(HEADS[0], 5, looks=0), "forget.looks: expected at least 1, got 0"),
    ],
)
def test_what_makes_no_sense(make: Any, text: str) -> None:
    with pytest.raises(UserError) as told_:
        make()
    assert str(told_.value) == text


@pytest.mark.skipif(not NETS, reason="needs the extra deep (torch)")
def test_who_remembers_does_not_fade() -> None:
    with pytest.raises(UserError, match=r"^forget.learner: expected a learner that can fade, got 'Remembering'$"):
        Forget(Remembering(Deep(COLUMNS, Mlp((16,)), Classes(2)), Distilled()), 5)
