"""Judged: how well a form of export does on rows that it was not made from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.export.unwrapped import Unwrapped
from evercart.learners.deep.extra import calm, torch
from evercart.learners.deep.heads import Squared

_ROUNDS, _CALLS = 5, 200
LEAST: Final = 64
MOST: Final = 20_000


class Labelled(NamedTuple):
    """Rows as an app has them with their labels, in the order of asking.

    x    (rows, columns)
    y    (rows,)
    """

    x: NDArray[np.float32]
    y: NDArray[np.float64]

    def parts(self, where: str) -> tuple[Labelled, Labelled]:
        """Return the rows that a form is made from, then the last quarter, on which it is judged; `UserError` if few.

        Of each part the newest 20,000 count.
        """
        require(len(self.y) >= LEAST, where, f"at least {LEAST} answered questions in the log", len(self.y))
        at = 3 * len(self.y) // 4
        return self.rows(slice(max(at - MOST, 0), at)), self.rows(slice(max(at, len(self.y) - MOST), None))

    def rows(self, which: slice) -> Labelled:
        """Return some of the rows."""
        return Labelled(self.x[which], self.y[which])


class Judged(NamedTuple):
    """A form of export.

    loss       mean of the head's own: log loss, squared error
    accuracy   share of labels that the guess, rounded, hits; None where labels are amounts
    size       bytes of the file
    cpu_us     of an answer to one row, microseconds
    """

    form: str
    loss: float
    accuracy: float | None
    size: int
    cpu_us: float


def judged(
    form: str, one: Unwrapped, said: Callable[[Any], Any], body: bytes, rows: Labelled, cpu_s: Callable[[], float]
) -> Judged:
    """Return what a form says of rows.

    said     from x to margins, by the form
    cpu_s    the clock
    """
    head = one.deep.head
    known = head.knows(rows.y)
    x, y = np.ascontiguousarray(rows.x[known]), rows.y[known]
    margins = np.asarray(said(x))
    with calm():
        losses = head.loss(torch().from_numpy(np.ascontiguousarray(margins)), torch().from_numpy(y))
    guesses = head.guess(margins, one.trained.seen)
    right = None if isinstance(head, Squared) else float((np.rint(guesses) == y).mean())
    return Judged(form, float(losses.double().mean()), right, len(body), _cpu_us(said, x[:1], cpu_s))


def _cpu_us(said: Callable[[Any], Any], row: NDArray[np.float32], cpu_s: Callable[[], float]) -> float:
    rounds = []
    for _ in range(_ROUNDS):
        began_s = cpu_s()
        for _ in range(_CALLS):
            said(row)
        rounds.append(1e6 * (cpu_s() - began_s) / _CALLS)
    return round(float(np.median(rounds)), 1)
