"""Watched: what a detector may look at, taken from what the ring hands out."""

from __future__ import annotations

import numpy as np

from evercart.evaluate.losses import Loss
from evercart.evaluate.scored import Scored
from evercart.labels.turns import ASKED, Turns
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
