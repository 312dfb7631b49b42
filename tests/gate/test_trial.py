"""All evidence of a reign."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.losses import log_loss
from evercart.evaluate.metrics import calibration, calibration_error
from evercart.gate.trial import Trial
from evercart.testing.raced import Judged

TRIAL = Trial(("a", "b", "c"), log_loss, clip=1.0, window_s=60, slices=("x", "y"))


def test_evidence_is_what_the_parts_say() -> None:
    batch = Judged(racers=3, slices=2).draw(2, 300, ())
    state, money = TRIAL.step(TRIAL.start(), batch)
    lost = [log_loss.each(batch.y, guess) for guess in batch.guesses.T]
    found = TRIAL.evidence(state, "c", behind=3, guess_us=20.0)
    assert (found.champion, found.challenger, found.enrolled) == ("a", "c", 2)
    assert found.log_money == money[-1, 1]
    assert found.whole.questions == 300
    assert found.whole.champion == pytest.approx(lost[0].mean())
    assert found.whole.challenger == pytest.approx(lost[2].mean())
    assert found.whole.error == pytest.approx((lost[0] - lost[2]).std() / math.sqrt(300))
    here = batch.slice == 1
    assert (found.slices[1].name, found.slices[1].questions) == ("y", here.sum())
    assert found.slices[1].challenger == pytest.approx(lost[2][here].mean())
    curve = calibration(state.sums.hist[2])
    assert found.miscalibrated[1] == calibration_error(curve)
    assert (found.behind, found.guess_us) == (3, 20.0)
    assert 0 < found.counted < 300
    assert -1 < found.gain < 1


def test_before_the_first_question_nothing_is_known() -> None:
    found = TRIAL.evidence(TRIAL.start(), "b")
    assert found.whole.questions == found.counted == 0
    assert np.isnan([found.gain, found.whole.champion, *found.miscalibrated]).all()
    assert found.log_money == pytest.approx(0.0, abs=1e-12)


def test_racers_are_checked() -> None:
    with pytest.raises(UserError, match=r"^trial\.challenger: expected one of b c, got 'a'$"):
        TRIAL.evidence(TRIAL.start(), "a")
    with pytest.raises(UserError, match=r"^trial\.racers: expected names that differ, got \('a', 'a'\)$"):
        Trial(("a", "a"), log_loss, clip=1.0, window_s=60)
