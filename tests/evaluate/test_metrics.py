"""Metrics agree with scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as reference

from evercart.evaluate.bins import histogram
from evercart.evaluate.metrics import (
    average_precision,
    average_precision_of,
    calibration,
    calibration_error,
    retrieved,
    roc_auc,
    roc_auc_of,
)

RNG = np.random.default_rng(5)


def sample(base, spread, n=30_000):
    z = base + spread * RNG.normal(size=n)
    p = 1 / (1 + np.exp(-z))
    return (RNG.random(n) < p).astype(float), p


@pytest.mark.parametrize(("base", "spread"), [(0.0, 1.0), (-3.0, 0.5), (-6.0, 1.5), (2.0, 4.0), (-1.0, 0.1)])
def test_binned_curves_against_scikit_learn(base, spread):
    y, p = sample(base, spread)
    hist = histogram(y, p, binary=True)
    assert roc_auc_of(hist) == pytest.approx(reference.roc_auc_score(y, p), abs=1e-3)
    assert average_precision_of(hist) == pytest.approx(reference.average_precision_score(y, p), abs=3e-3)


def test_exact_curves_against_scikit_learn():
    y, p = sample(-1.0, 1.0, 2_000)
    for guess in (p, p.round(1)):
        assert roc_auc(y, guess) == pytest.approx(reference.roc_auc_score(y, guess), rel=1e-12)
        assert average_precision(y, guess) == pytest.approx(reference.average_precision_score(y, guess), rel=1e-12)


def test_nothing_to_compare_is_nan():
    hist = histogram(np.ones(3), np.full(3, 0.5), True)
    assert np.isnan(roc_auc_of(hist))
    assert np.isnan(average_precision_of(histogram(np.zeros(3), np.full(3, 0.5), True)))
    assert np.isnan(retrieved(0, 0, 3).precision)


def test_f1_is_not_made_from_accuracy():
    y, p = sample(-2.0, 1.0, 5_000)
    flagged = p >= 0.3
    found = retrieved(float((y * flagged).sum()), float(flagged.sum()), float(y.sum()))
    assert found.precision == pytest.approx(reference.precision_score(y, flagged))
    assert found.recall == pytest.approx(reference.recall_score(y, flagged))
    assert found.f1 == pytest.approx(reference.f1_score(y, flagged))
    assert found.f1 != pytest.approx(reference.accuracy_score(y, flagged), abs=0.05)


def test_calibration_tells_the_calibrated_from_the_tilted():
    y, p = sample(-1.0, 1.0)
    curve = calibration(histogram(y, p, True))
    assert len(curve.guess) == 10
    assert curve.questions.sum() == len(y)
    assert curve.questions.min() > 0.08 * len(y)
    assert np.abs(curve.guess - curve.label).max() < 0.03
    assert calibration_error(curve) < 0.015
    assert calibration_error(calibration(histogram(y, p**2, True))) > 0.1


def test_predicted_against_actual_of_numbers():
    guess = RNG.lognormal(6, 1, 20_000)
    y = guess * RNG.lognormal(0, 0.3, len(guess)) / np.exp(0.045)
    curve = calibration(histogram(y, guess, False))
    assert len(curve.guess) == 10
    assert np.allclose(curve.guess, curve.label, rtol=0.03)
