"""Watched: what a detector may look at, taken from what the ring hands out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.losses import Loss
from evercart.evaluate.scored import Scored
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, HINT, SETTLED, Turns
from evercart.labels.values import Values


def losses(scored: Scored, racer: int, loss: Loss) -> Values:
    """Return a racer's loss of each judged question, in the order of asking; the place is its number.

    >>> from evercart.evaluate.losses import squared
    >>> one = np.ones(1)
    >>> scored = Scored(np.array([5]), np.array([0]), one, np.uint64([1]), np.int16([0]), np.array([[0.5]]))
    >>> losses(scored, 0, squared).value.tolist()
    [0.25]
    """
    return Values(scored.number, scored.us, loss.each(scored.y, scored.guesses[:, racer]))


def questions(turns: Turns) -> Values:
    """Return the features of each question asked, (rows, width); the place is an offset of the log."""
    asked = turns.rows(turns.what == ASKED)
    return Values(asked.offset, asked.us, asked.x)


def guesses(turns: Turns, guess: np.ndarray) -> Values:
    """Return a learner's guesses where it was asked, (rows, 1), so that `TwoSample` can watch them like a feature.

    guess    (rows of turns,) float64
    """
    is_asked = turns.what == ASKED
    said = np.ascontiguousarray(guess[is_asked, None], np.float32)
    return Values(turns.offset[is_asked], turns.us[is_asked], said)


def tame(loss: Loss, lost: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return losses as a detector of changed means can bear them: of squared ones the root, which is the miss.

    A handful of heavy shoppers rules a mean of squares: over a year of a grocer's baskets it rang four times, on
    such shoppers' days; misses rang once, before Christmas.

    >>> from evercart.evaluate.losses import squared
    >>> tame(squared, np.array([9.0])).tolist()
    [3.0]
    """
    return np.sqrt(lost) if loss.name == "squared" else lost


def released(turns: Turns, number: NDArray[np.int64], early: bool = False) -> NDArray[np.int64]:
    """Return the row of the turns at which a race over them handed out each question, (questions,).

    number    (questions,) what a race said of these turns, rising
    early     as the race has it

    That is where the last of those open up to it was judged.
    """
    return _released(turns.what, turns.number, number, early)


@kernel
def _released(
    what: NDArray[np.int8], numbers: NDArray[np.int64], number: NDArray[np.int64], early: bool
) -> NDArray[np.int64]:
    rows = np.full(len(number), -1)
    last = 0
    for row in range(len(what)):
        if what[row] == SETTLED or (early and what[row] == HINT):
            at = np.searchsorted(number, numbers[row])
            if at < len(number) and number[at] == numbers[row] and rows[at] < 0:
                rows[at] = row
    for at in range(len(rows)):
        last = max(last, rows[at])
        rows[at] = last
    return rows
