"""Ranker: a small net that learns online which of a question's candidates is the one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import normal
from evercart.errors import require
from evercart.features.columns import Column
from evercart.fold import Grain
from evercart.kernel import kernel, lean
from evercart.labels.turns import ABANDONED, ASKED, FURTHER, MISSED, Turns
from evercart.learners.learner import require_width, working_order

_LEAK: Final = np.float32(0.05)  # slope of a hidden unit below 0
_THIN: Final = 4  # of the rows with next to no gradient one in so many is learned, so many times as strongly
_SLIGHT: Final = 0.004
_TOGETHER: Final = 4  # columns whose weights are added in one pass over the hidden units


class Net(NamedTuple):
    """The weights, with AdaGrad's sums of squared gradients: each (2, ...), weight then sum."""

    straight: NDArray[np.float32]  # (2, width) from a column to the score
    inward: NDArray[np.float32]  # (2, width, hidden)
    bias: NDArray[np.float32]  # (2, hidden)
    outward: NDArray[np.float32]  # (2, hidden)


class _Work(NamedTuple):
    """Scratch for one question at a time."""

    hidden: NDArray[np.float32]  # (rows, hidden)
    score: NDArray[np.float64]  # (rows,)
    slope: NDArray[np.float64]  # (rows,)
    straight: NDArray[np.float32]  # gradients, shaped like the weights
    inward: NDArray[np.float32]
    bias: NDArray[np.float32]
    outward: NDArray[np.float32]
    back: NDArray[np.float32]  # (hidden,)


@dataclass(frozen=True)
class Ranker:
    """A score for each row of a list, straight from its columns plus through one hidden layer.

    Rows of one tick, one question, one kind of turn that stand together are a list. Its loss is
    -sum(share * log(softmax(score))), where a row's share is its y among the sum of the list's y: 1 for the item
    that was taken, or stated gains where several outcomes count. A list in which nothing was taken teaches
    nothing. The guess of a row is its score: only differences within a list mean anything.

    columns    what the columns of x mean, numbers all; an id is never one of them
    hidden     units of the hidden layer
    rate       a step is rate * gradient / sqrt(damping + sum of squared gradients)
    spread     the standard deviation of the first weights into the layer
    longest    rows a list may have

    Source: Cao et al., "Learning to rank: from pairwise approach to listwise approach", ICML 2007, section 4;
    steps by Duchi, Hazan and Singer, "Adaptive subgradient methods", JMLR 12, 2011.

    >>> Ranker((Column("near"), Column("own")), hidden=4).start().inward.shape
    (2, 2, 4)
    """

    columns: tuple[Column, ...]
    hidden: int = 32
    rate: float = 0.1
    damping: float = 1.0
    spread: float = 0.15
    longest: int = 1024
    seed: int = 1
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(len(self.columns) > 0, "ranker.columns", "at least one", len(self.columns))
        for column in self.columns:
            require(column.is_number, f"column {column.name}", "a number column", "a slot column")
        require(1 <= self.hidden <= 256, "ranker.hidden", "1 to 256", self.hidden)
        require(self.rate > 0, "ranker.rate", "more than 0", self.rate)
        require(self.damping > 0, "ranker.damping", "more than 0", self.damping)
        require(self.spread > 0, "ranker.spread", "more than 0", self.spread)
        require(self.longest >= 1, "ranker.longest", "at least 1", self.longest)

    def start(self) -> Net:
        """Return a net that scores nearly everything alike."""
        width = len(self.columns)
        net = Net(
            np.zeros((2, width), np.float32),
            np.zeros((2, width, self.hidden), np.float32),
            np.zeros((2, self.hidden), np.float32),
            np.zeros((2, self.hidden), np.float32),
        )
        places = np.arange(width * self.hidden).reshape(width, self.hidden)
        net.inward[0] = self.spread * normal(self.seed, places, "ranker/inward")
        net.outward[0] = 0.1 * normal(self.seed, np.arange(self.hidden), "ranker/outward")
        return net

    def step(self, state: Net, turns: Turns) -> tuple[Net, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        require_width(turns.x, self.columns)
        order = working_order(turns.tick, turns.what)
        work = _work(state, self.longest)
        guesses = np.full(len(turns.what), np.nan)
        longest = _walk(
            state,
            (np.float32(self.rate), np.float32(self.damping)),
            work,
            order,
            (turns.tick, turns.number),
            turns.what,
            (turns.y, turns.was, turns.weight),
            turns.x,
            guesses,
        )
        require(longest <= self.longest, "ranker.longest", f"at least {longest} rows", self.longest)
        return state, guesses

    def peek(self, state: Net, turns: Turns) -> NDArray[np.float64]:
        """Return the scores of questions' candidates, (rows,), without learning."""
        return self.guess(state, turns.x)

    def guess(self, state: Net, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the scores of rows (rows, width) as `step` would, without learning: what a server asks."""
        require_width(x, self.columns)
        work = _work(state, len(x))
        _score(state, work, np.arange(len(x)), x)
        return work.score


def _work(net: Net, longest: int) -> _Work:
    width, hidden = net.inward[0].shape
    return _Work(
        np.empty((longest, hidden), np.float32),
        np.empty(longest),
        np.empty(longest),
        np.zeros(width, np.float32),
        np.zeros((width, hidden), np.float32),
        np.zeros(hidden, np.float32),
        np.zeros(hidden, np.float32),
        np.empty(hidden, np.float32),
    )


@kernel
def _walk(
    net: Net,
    pace: tuple[np.float32, np.float32],
    work: _Work,
    order: NDArray[np.int64],
    place: tuple[NDArray[np.int64], NDArray[np.int64]],
    what: NDArray[np.int8],
    labels: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    x: NDArray[np.float32],
    guesses: NDArray[np.float64],
) -> int:
    """Work list by list; return the length of the longest, at which nothing was done if there is no room."""
    tick, number = place
    first, longest = 0, 0
    while first < len(order):
        row, last = order[first], first + 1
        while last < len(order) and _same(tick, number, what, row, order[last]):
            last += 1
        rows = order[first:last]
        longest = max(longest, len(rows))
        if len(rows) <= len(work.score):
            if what[row] == ASKED:
                _score(net, work, rows, x)
                for i in range(len(rows)):
                    guesses[rows[i]] = work.score[i]
            elif what[row] not in (MISSED, ABANDONED, FURTHER) and _slopes(net, work, rows, labels, x):
                _learn(net, pace, work, rows, x, int(number[row] % _THIN))
        first = last
    return longest


@lean
def _same(tick: NDArray[np.int64], number: NDArray[np.int64], what: NDArray[np.int8], one: int, other: int) -> bool:
    return bool(tick[one] == tick[other] and number[one] == number[other] and what[one] == what[other])


@lean
def _score(net: Net, work: _Work, rows: NDArray[np.int64], x: NDArray[np.float32]) -> None:
    hidden, inward = len(net.bias[0]), net.inward[0]
    for i in range(len(rows)):
        given, units = x[rows[i]], work.hidden[i]
        score = np.float32(0.0)
        for unit in range(hidden):
            units[unit] = net.bias[0, unit]
        whole = len(given) // _TOGETHER * _TOGETHER
        for at in range(0, whole, _TOGETHER):
            v, w, y, z = given[at], given[at + 1], given[at + 2], given[at + 3]
            score += net.straight[0, at] * v + net.straight[0, at + 1] * w
            score += net.straight[0, at + 2] * y + net.straight[0, at + 3] * z
            for unit in range(hidden):
                one = v * inward[at, unit] + w * inward[at + 1, unit]
                units[unit] += one + (y * inward[at + 2, unit] + z * inward[at + 3, unit])
        for at in range(whole, len(given)):
            score += net.straight[0, at] * given[at]
            for unit in range(hidden):
                units[unit] += given[at] * inward[at, unit]
        for unit in range(hidden):
            if units[unit] < 0:
                units[unit] *= _LEAK
            score += units[unit] * net.outward[0, unit]
        work.score[i] = score


@lean
def _slopes(
    net: Net,
    work: _Work,
    rows: NDArray[np.int64],
    labels: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    x: NDArray[np.float32],
) -> bool:
    """Set the gradient of each row's score; return whether there is anything to learn."""
    y, was, weight = labels
    taken = before = 0.0
    for row in rows:
        taken += 0.0 if np.isnan(y[row]) else y[row]
        before += 0.0 if np.isnan(was[row]) else was[row]
    if taken <= 0.0 and before <= 0.0:
        return False
    _score(net, work, rows, x)
    most, total = work.score[0], 0.0
    for i in range(1, len(rows)):
        most = max(most, work.score[i])
    for i in range(len(rows)):
        work.slope[i] = np.exp(work.score[i] - most)
        total += work.slope[i]
    for i in range(len(rows)):
        row, chance = rows[i], work.slope[i] / total
        slope = chance - y[row] / taken if taken > 0.0 else 0.0
        if before > 0.0:
            slope -= chance - was[row] / before
        work.slope[i] = weight[row] * slope
    return True


@lean
def _learn(
    net: Net,
    pace: tuple[np.float32, np.float32],
    work: _Work,
    rows: NDArray[np.int64],
    x: NDArray[np.float32],
    kept: int,
) -> None:
    """Step against the gradient; rows without much of one are thinned, the rest of them weighted up."""
    for i in range(len(rows)):
        slope = work.slope[i]
        if abs(slope) < _SLIGHT:
            kept += 1
            if kept % _THIN != 0:
                continue
            slope *= _THIN
        _backward(net, work, i, x[rows[i]], np.float32(slope))
    _step(net.straight[0], net.straight[1], work.straight, pace)
    _step(net.bias[0], net.bias[1], work.bias, pace)
    _step(net.outward[0], net.outward[1], work.outward, pace)
    _step(net.inward[0].reshape(-1), net.inward[1].reshape(-1), work.inward.reshape(-1), pace)


@lean
def _backward(net: Net, work: _Work, i: int, given: NDArray[np.float32], slope: np.float32) -> None:
    hidden = len(net.bias[0])
    for unit in range(hidden):
        out = work.hidden[i, unit]
        back = slope * net.outward[0, unit]
        if out < 0:
            back *= _LEAK
        work.outward[unit] += slope * out
        work.back[unit] = back
        work.bias[unit] += back
    for column in range(len(given)):
        value = given[column]
        if value != 0:
            work.straight[column] += slope * value
            for unit in range(hidden):
                work.inward[column, unit] += value * work.back[unit]


@lean
def _step(
    weights: NDArray[np.float32],
    squares: NDArray[np.float32],
    gradient: NDArray[np.float32],
    pace: tuple[np.float32, np.float32],
) -> None:
    rate, damping = pace
    for i in range(len(weights)):
        squares[i] += gradient[i] * gradient[i]
        weights[i] -= rate * gradient[i] / np.sqrt(damping + squares[i])
        gradient[i] = np.float32(0.0)
