"""Judged: what learners lost on questions, told in the order of asking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel
from evercart.labels.turns import ABANDONED, ASKED, SETTLED, Turns
from evercart.queue import HEAD, NEXT

Loss = Literal["logistic", "squared"]
LOSSES: Final[tuple[Loss, ...]] = ("logistic", "squared")
_SURE: Final = 1e-6  # no probability counts as nearer to 0 or 1


class Asked(NamedTuple):
    """The last questions asked, each in the place of its number."""

    ends: NDArray[np.int64]  # (2,) number of the oldest open question, number of the next one; -1 before the first
    us: NDArray[np.int64]  # (remember,)
    label: NDArray[np.float64]  # (remember,) NaN while it is open, infinite where it was abandoned
    guesses: NDArray[np.float64]  # (remember, learners) as made when asked


class Judged(NamedTuple):
    """Questions that have no open one before them any more, in the order of asking."""

    row: NDArray[np.int64]  # (questions,) of the turns, with which that was known
    number: NDArray[np.int64]  # (questions,)
    us: NDArray[np.int64]  # (questions,) when it was asked
    losses: NDArray[np.float64]  # (questions, learners)


def nothing_asked(remember: int, learners: int) -> Asked:
    """Return room for so many questions: 16 bytes each, with 8 more a learner.

    >>> nothing_asked(64, 2).guesses.shape
    (64, 2)
    """
    us, label = np.zeros(remember, np.int64), np.zeros(remember)
    return Asked(np.array([-1, -1]), us, label, np.zeros((remember, learners)))


def judge(asked: Asked, loss: Loss, turns: Turns, guesses: NDArray[np.float64]) -> Judged:
    """Note what was asked, what was answered; return what can be judged: its first label, as it settled.

    guesses    (rows, learners)

    The oldest open question is waited for while there is room for those after it. An abandoned one is passed over.
    """
    return Judged(*_judge(asked, loss == "logistic", turns.what, turns.number, turns.us, turns.y, guesses))


def looks(tick: NDArray[np.int64], every: int, since: NDArray[np.int64]) -> Iterator[tuple[int, int, bool]]:
    """Hand out first row, stop, whether a look is due first, for stretches of whole ticks that no look cuts.

    every    rows from look to look, rounded up to whole ticks
    since    (1,) rows since the last look; moved along

    >>> list(looks(np.arange(5), 2, np.zeros(1, np.int64)))
    [(0, 2, False), (2, 4, True), (4, 5, True)]
    """
    begins = np.flatnonzero(np.diff(tick, prepend=tick[:1] - 1))
    at = 0
    while at < len(tick):
        due = bool(since[0] >= every)
        if due:
            since[0] = 0
        next_tick = np.searchsorted(begins, at + every - int(since[0]))
        stop = int(begins[next_tick]) if next_tick < len(begins) else len(tick)
        since[0] += stop - at
        yield at, stop, due
        at = stop


@kernel
def _judge(
    asked: Asked,
    logistic: bool,
    what: NDArray[np.int8],
    number: NDArray[np.int64],
    us: NDArray[np.int64],
    y: NDArray[np.float64],
    guesses: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    ends, label = asked.ends, asked.label
    size, most = len(label), len(what) + ends[NEXT] - ends[HEAD]
    rows, numbers, times = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    losses = np.empty((most, guesses.shape[1]))
    found = 0
    for i in range(len(what)):
        at = number[i] % size
        if what[i] == ASKED:
            if ends[NEXT] < 0:
                ends[:] = number[i]
            ends[HEAD] = max(ends[HEAD], number[i] + 1 - size)  # what is older is waited for no longer
            for missing in range(max(ends[NEXT], ends[HEAD]), number[i]):  # asked elsewhere: their places hold others
                label[missing % size] = np.inf
            asked.us[at], label[at] = us[i], np.nan
            asked.guesses[at] = guesses[i]
            ends[NEXT] = number[i] + 1
        elif ends[HEAD] <= number[i] < ends[NEXT] and np.isnan(label[at]):
            if what[i] == SETTLED:
                label[at] = y[i]
            elif what[i] == ABANDONED:
                label[at] = np.inf
        while ends[HEAD] < ends[NEXT] and not np.isnan(label[ends[HEAD] % size]):
            head = ends[HEAD] % size
            if label[head] < np.inf:
                rows[found], numbers[found], times[found] = i, ends[HEAD], asked.us[head]
                for one in range(guesses.shape[1]):
                    losses[found, one] = _loss(logistic, asked.guesses[head, one], label[head])
                found += 1
            ends[HEAD] += 1
    return rows[:found], numbers[:found], times[:found], losses[:found]


@kernel
def _loss(logistic: bool, guess: float, y: float) -> float:
    if not logistic or np.isnan(guess):
        return float((guess - y) ** 2)
    p = min(max(guess, _SURE), 1.0 - _SURE)
    return float(-(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))
