"""Estimate knows the loss before the labels do, as far as guesses can tell."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.drift.adwin import Adwin
from evercart.evaluate.drift.estimate import Estimate
from evercart.evaluate.losses import Loss, log_loss, squared
from evercart.learners.prequential import prequential

BRIER = Loss("squared", "binary")


def played(p, guess, loss, span=1000):
    """Ask questions of true chance p, (questions,), each settled before the next; return estimate and true loss."""
    y = (np.random.default_rng(5).random(len(p)) < p).astype(float)
    turns = prequential(np.zeros((len(p), 1), np.float32), y)
    said = np.full(len(turns), np.nan)
    said[::2] = guess
    fold = Estimate("champion", loss, span=span)
    _, values = fold.step(fold.start(), (turns, {"champion": said, "other": said}))
    assert values.place.tolist() == list(range(0, 2 * len(p), 2))
    return values, loss.each(y, guess)


def chances(rows, spread=1.0):
    return 1 / (1 + np.exp(-np.random.default_rng(2).normal(-1.0, spread, rows)))


@pytest.mark.parametrize("loss", [log_loss, BRIER], ids=["log loss", "brier"])
def test_calibrated_guesses_know_their_own_loss(loss):
    p = chances(40_000)
    values, true = played(p, p, loss)
    assert values.value.mean() == pytest.approx(true.mean(), rel=0.01)


@pytest.mark.parametrize("loss", [log_loss, BRIER], ids=["log loss", "brier"])
def test_guesses_that_boast_are_recalibrated(loss):
    p = chances(60_000)
    margin = np.log(p / (1 - p))
    boast = 1 / (1 + np.exp(-3 * margin))
    values, true = played(p, boast, loss)
    naive = (boast * loss.each(np.ones(len(p)), boast) + (1 - boast) * loss.each(np.zeros(len(p)), boast))[20_000:]
    late, judged = values.value[20_000:].mean(), true[20_000:].mean()
    assert late == pytest.approx(judged, rel=0.03)
    assert abs(naive.mean() - judged) > 5 * abs(late - judged)


def test_other_questions_are_seen_before_their_labels():
    p = np.append(chances(30_000, spread=3.0), chances(5_000, spread=0.1))
    values, true = played(p, p, log_loss)
    assert values.value[30_000:].mean() == pytest.approx(true[30_000:].mean(), rel=0.03)
    watch = Adwin(1e-6)
    found = watch.step(watch.start(), values)[1]
    assert 60_000 < found.place[0] < 60_600


def test_the_calibration_stands_still_within_a_span():
    p = np.full(999, 0.3)
    values, _ = played(p, p, log_loss, span=1000)
    assert len(np.unique(values.value)) == 1


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"loss": squared}, "estimate.loss: expected a loss of labels that are 0 or 1, got 'squared'"),
        ({"span": 0}, "estimate.span: expected at least 1, got 0"),
        ({"keep": 0.0}, "estimate.keep: expected more than 0 and at most 1, got 0.0"),
        ({"prior": 0.0}, "estimate.prior: expected more than 0, got 0.0"),
    ],
)
def test_bad_settings_are_refused(bad, text):
    with pytest.raises(UserError) as error:
        Estimate("champion", **bad)
    assert str(error.value) == text


def test_a_racer_who_does_not_run_is_refused():
    fold = Estimate("nobody")
    with pytest.raises(UserError) as error:
        fold.step(fold.start(), (prequential(np.zeros((1, 1), np.float32), np.ones(1)), {"a": np.ones(2)}))
    assert str(error.value) == "estimate.racer: expected one of a, got 'nobody'"
