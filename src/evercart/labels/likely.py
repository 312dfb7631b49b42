"""Likely: a guess that is no number but a few labels, the likeliest first, as rows of numbers that the ring takes."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel

MOST: Final = 5  # labels that are said of a question
SAID: Final = 1 + 2 * MOST  # columns of a guess
EVEN: Final = 0.02  # the share of chance that is spread over all labels, and one that nobody has seen
Floats = NDArray[np.float64]


class Likely(NamedTuple):
    """What is said of questions.

    unknown    (rows,) 1.0 where the question looks like none of the labels known, else 0.0
    label      (rows, MOST) as `labels.named.label_of` has them; 0 for none
    chance     (rows, MOST) never rising; what is missing to 1 is that of all other labels
    """

    unknown: Floats
    label: Floats
    chance: Floats


def guess_of(said: Likely) -> Floats:
    """Return it as a guess, (rows, SAID).

    >>> guess_of(nothing(2)).shape
    (2, 11)
    """
    return np.concatenate([said.unknown[:, None], said.label, said.chance], axis=1)


def likely_of(guess: Floats) -> Likely:
    """Return what a guess, (rows, SAID), says."""
    return Likely(guess[:, 0], guess[:, 1 : 1 + MOST], guess[:, 1 + MOST :])


def nothing(rows: int) -> Likely:
    """Return what is said by one who knows no label."""
    return Likely(np.ones(rows), np.zeros((rows, MOST)), np.zeros((rows, MOST)))


def first_chance(guess: Floats) -> Floats:
    """Return how sure guesses are, (rows,): numbers as they are, of labels the chance of the likeliest.

    >>> first_chance(np.array([0.25])).tolist(), first_chance(guess_of(nothing(1))).tolist()
    ([0.25], [0.0])
    """
    return guess if guess.ndim == 1 else guess[:, 1 + MOST]


def likeliest(scores: NDArray[np.floating[Any]], seen: NDArray[Any]) -> Floats:
    """Return the class of the largest score among those seen, (rows,); before any was seen, among all.

    scores    (rows, classes)
    seen      (classes,) how often each was learned

    >>> likeliest(np.array([[0.1, 0.3, 0.9]]), np.array([4, 2, 0])).tolist()
    [1.0]
    """
    known = seen > 0
    found: Floats = np.where(known | ~known.any(), scores, -np.inf).argmax(1).astype(np.float64)
    return found


@kernel
def chance_of(guess: Floats, label: float, known: int) -> float:
    """Return the chance that a guess, (SAID,), gave to a label, NaN where nothing was said.

    known    how many labels there were when it was asked

    A share of `EVEN` is spread evenly over all labels known and one that nobody has seen: so no label is impossible,
    and one never seen costs every racer alike. Chance that is given to no label is shared by those not named.
    """
    left, found, named = 1.0, -1.0, 0
    for place in range(MOST):
        left -= guess[1 + MOST + place]
        named += guess[1 + place] != 0.0
        if guess[1 + place] == label:
            found = guess[1 + MOST + place]
    if np.isnan(left):
        return np.nan
    if found < 0.0:
        found = max(left, 0.0) / (known + 1 - named) if known + 1 > named else 0.0
    return (1.0 - EVEN) * found + EVEN / (known + 1)
