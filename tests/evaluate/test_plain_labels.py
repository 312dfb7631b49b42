"""Plain guesses know only what came before."""

import numpy as np

from evercart.evaluate.plain_labels import last, linear, majority

TEXTS = ["red shoe", "sharp knife", "red shoes", "knife block", "a red shoe", "the knife"] * 20
LABEL = np.array([1, 2] * 60)


def test_a_linear_learner_learns():
    said = linear(TEXTS, LABEL)
    assert (said == LABEL)[20:].all()
    assert said[0] == 0


def test_none_looks_ahead():
    other = LABEL.copy()
    other[70:] = 3
    for guess in (majority, last, lambda label: linear(TEXTS, label)):
        np.testing.assert_array_equal(guess(LABEL)[:71], guess(other)[:71])


def test_what_is_never_told_is_not_learned():
    label = np.array([-1, 0, -1, 5])
    assert majority(label).tolist() == last(label).tolist() == linear(["a", "b", "a", "a"], label).tolist() == [0] * 4
