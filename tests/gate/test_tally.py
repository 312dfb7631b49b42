"""Sums over a reign."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.bins import histogram
from evercart.evaluate.losses import log_loss, squared
from evercart.gate.tally import Tally
from evercart.testing.raced import Judged


def test_sums_are_those_of_the_arrays() -> None:
    batch = Judged(racers=2, slices=3).draw(1, 400, ())
    tally = Tally(("a", "b"), log_loss, ("x", "y", "z"))
    state, said = tally.step(tally.start(), batch.rows(slice(0, 150)))
    state, _ = tally.step(state, batch.rows(slice(150, None)))
    assert said is None
    lost = np.column_stack([log_loss.each(batch.y, guess) for guess in batch.guesses.T])
    for at in range(3):
        here = batch.slice == at
        assert state.n[at] == here.sum() > 0
        assert state.loss[at] == pytest.approx(lost[here].sum(0))
        assert state.square[at] == pytest.approx([0.0, ((lost[here, 0] - lost[here, 1]) ** 2).sum()])
    for racer in range(2):
        assert np.allclose(state.hist[racer], histogram(batch.y, batch.guesses[:, racer], binary=True))


def test_settings_are_checked() -> None:
    with pytest.raises(UserError, match=r"^tally\.racers: expected at least one racer, got \(\)$"):
        Tally((), squared)
    with pytest.raises(UserError, match=r"^tally\.slices: expected at least one slice, got \(\)$"):
        Tally(("a",), squared, ())
