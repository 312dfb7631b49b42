"""A few labels with their chances, as one row of numbers."""

import numpy as np
import pytest

from evercart.labels.likely import EVEN, MOST, SAID, Likely, chance_of, first_chance, guess_of, likely_of, nothing


def said(label, chance):
    one = nothing(1)
    one.label[0, : len(label)], one.chance[0, : len(chance)] = label, chance
    return guess_of(one)[0]


def test_what_is_said_comes_back():
    rng = np.random.default_rng(1)
    told = Likely(rng.random(4), rng.random((4, MOST)), rng.random((4, MOST)))
    guess = guess_of(told)
    assert guess.shape == (4, SAID)
    for one, other in zip(told, likely_of(guess), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(first_chance(guess), told.chance[:, 0])


@pytest.mark.parametrize("shares", [[], [1.0], [0.5, 0.25], [0.4, 0.3, 0.2, 0.06, 0.04]])
@pytest.mark.parametrize("known", [5, 9])
def test_chances_of_all_labels_with_the_one_never_seen_are_one(shares, known):
    guess = said(range(1, len(shares) + 1), shares)
    every = [chance_of(guess, float(label), known) for label in range(1, known + 2)]  # the last one: never seen
    assert sum(every) == pytest.approx(1.0)
    assert min(every) >= EVEN / (known + 1)


def test_of_nothing_known_a_label_never_seen_is_certain():
    assert chance_of(guess_of(nothing(1))[0], 7.0, 0) == pytest.approx(1.0)


def test_of_one_who_fell_nothing_is_said():
    assert np.isnan(chance_of(np.full(SAID, np.nan), 7.0, 3))
