"""Bins of guesses keep their order."""

import numpy as np

from evercart.evaluate.bins import BINS, bin_of, histogram


def test_bins_rise_with_the_guess():
    chances = np.linspace(0, 1, 5_001)
    bins = [bin_of(p, True) for p in chances]
    assert bins[0] == 0
    assert bins[-1] == BINS - 1
    assert all(np.diff(bins) >= 0)
    numbers = np.concatenate([-np.geomspace(1e12, 1e-3, 999), np.geomspace(1e-3, 1e12, 999)])
    bins = [bin_of(x, False) for x in numbers]
    assert bins[0] == 0
    assert bins[-1] == BINS - 1
    assert all(np.diff(bins) >= 0)


def test_histograms_add_up():
    rng = np.random.default_rng(0)
    y, guess = (rng.random(300) < 0.4).astype(float), rng.random(300)
    whole = histogram(y, guess, True)
    assert np.allclose(histogram(y[:100], guess[:100], True) + histogram(y[100:], guess[100:], True), whole)
    assert np.allclose(whole.sum(axis=1), [300, y.sum(), guess.sum()])
