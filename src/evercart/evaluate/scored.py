"""Scored: judged questions in the order of asking, each with the guess of every racer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch
from evercart.errors import require


@dataclass(frozen=True)
class Scored(Batch):
    """Questions whose window has closed.

    number    (rows,) int64: the decision's number, rising
    us        (rows,) int64: the log's time when it was asked
    y         (rows,) float64: the label as it stood at the close
    key       (rows,) uint64: whom the question is about
    slice     (rows,) int16: the slice it falls in
    guesses   (rows, racers) float64, made when asked
    """

    number: NDArray[np.int64]
    us: NDArray[np.int64]
    y: NDArray[np.float64]
    key: NDArray[np.uint64]
    slice: NDArray[np.int16]
    guesses: NDArray[np.float64]


def beside(scored: Scored, number: NDArray[np.int64], guess: NDArray[np.float64]) -> Scored:
    """Return the same questions with one more racer, whose guesses are found by number.

    number    (questions,) int64, rising; holds every number of `scored`
    guess     (questions,) float64

    >>> one = np.ones(1)
    >>> scored = Scored(np.array([5]), np.array([0]), one, np.uint64([1]), np.int16([0]), one[:, None])
    >>> beside(scored, np.array([4, 5]), np.array([0.1, 0.2])).guesses.tolist()
    [[1.0, 0.2]]
    """
    at = np.searchsorted(number, scored.number)
    found = at < len(number)
    found[found] = number[at[found]] == scored.number[found]
    require(bool(found.all()), "beside.number", "every scored question", number)
    guesses = np.column_stack([scored.guesses, guess[at]])
    return Scored(scored.number, scored.us, scored.y, scored.key, scored.slice, guesses)
