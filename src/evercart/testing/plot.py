"""Plots: what happens in which row of a stream of turns, the part that scrambling leaves alone."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED, Turns
from evercart.testing.streams import Times


class Plot(NamedTuple):
    """What happens in which row: the part of turns that scrambling leaves alone."""

    what: NDArray[np.int8]
    number: Times


def drawn_plot(seed: int, rows: int) -> Plot:
    """Return what happens in which row: asked first, then perhaps a hint, then settled once, then corrected."""
    act, pick = (uniform(seed, np.arange(rows), f"plot/{i}") for i in range(2))
    what, number = np.empty(rows, np.int8), np.empty(rows, np.int64)
    asked = 0
    fresh: list[int] = []
    hinted: list[int] = []
    closed: list[int] = []
    for row in range(rows):
        open_ones = fresh + hinted
        if act[row] < 0.45 or not open_ones:
            what[row], number[row] = ASKED, asked
            fresh.append(asked)
            asked += 1
        elif act[row] < 0.55 and fresh:
            what[row], number[row] = HINT, fresh.pop(int(pick[row] * len(fresh)))
            hinted.append(int(number[row]))
        elif act[row] < 0.65 and closed:
            what[row], number[row] = CORRECTION, closed[int(pick[row] * len(closed))]
        else:
            what[row], number[row] = SETTLED, open_ones[int(pick[row] * len(open_ones))]
            (fresh if number[row] in fresh else hinted).remove(int(number[row]))
            if act[row] > 0.97:
                what[row] = ABANDONED
            else:
                closed.append(int(number[row]))
    return Plot(what, number)


def even_plot(asks: int, alive: int) -> Plot:
    """Return `asks` questions, each settled when `alive` more have been asked, or at the end."""
    numbers = np.arange(asks)
    when = np.concatenate([2 * numbers, 2 * (numbers + alive) + 1])
    order = np.argsort(when, kind="stable")
    what = np.repeat(np.array([ASKED, SETTLED], np.int8), asks)
    return Plot(what[order], np.concatenate([numbers, numbers])[order])


def asked_at(batch: Turns) -> Times:
    """Return for each turn the row at which its question was asked; -1 if it was not."""
    rows = np.full(int(batch.number.max(initial=-1)) + 1, -1, np.int64)
    asks = np.flatnonzero(batch.what == ASKED)
    rows[batch.number[asks]] = asks
    return rows[batch.number]


def corrected(
    what: NDArray[np.int8], number: Times, y: NDArray[np.float64], labels: Literal["yes", "sum"]
) -> NDArray[np.float64]:
    """Return the labels with each correction differing from what it corrects."""
    y = y.copy()
    for row, before in _told(what, number):
        if what[row] == CORRECTION:
            y[row] = 1.0 - y[before] if labels == "yes" else y[row] + (y[row] == y[before])
    return y


def replaced(what: NDArray[np.int8], number: Times, y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each correction the label it replaces, else NaN."""
    was = np.full(len(y), np.nan)
    for row, before in _told(what, number):
        if what[row] == CORRECTION:
            was[row] = y[before]
    return was


def _told(what: NDArray[np.int8], number: Times) -> list[tuple[int, int]]:
    """Return the corrections, each with the row of the label it corrects."""
    last: dict[int, int] = {}
    found = []
    for row in np.flatnonzero(np.isin(what, (SETTLED, CORRECTION))).tolist():
        if what[row] == CORRECTION:
            found.append((row, last[int(number[row])]))
        last[int(number[row])] = row
    return found
