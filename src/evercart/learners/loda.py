"""Loda: how strange a row is beside those of late, told without a label."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column, chosen
from evercart.fold import Grain
from evercart.kernel import kernel, lean
from evercart.labels.turns import ASKED, Turns
from evercart.learners.learner import require_width, tick_stop
from evercart.learners.reasons.parts import Parts, names_of

Floats = NDArray[np.float64]
_FIRST: Final = 256  # rows: the first histograms stand on so many, the next on twice as many, up to the window
_BINS: Final = 64  # of a histogram
_STEPS: Final = 1024  # that scores of late are told apart by
_MOST: Final = 16.0  # nats: no score lies beyond
_LEFT: Final = 0.9  # what is left of earlier scores once a window has passed
_EVEN: Final = 1e-9  # a column, a projection that does not vary has this spread


class Shape(NamedTuple):
    """The rows of the window so far, histograms of the rows before them, scores of late."""

    held: NDArray[np.int64]  # (2,) rows in the window; rows that the histograms stand on
    rows: NDArray[np.float32]  # (window, columns read)
    scale: Floats  # (columns read,) 1 / standard deviation
    span: Floats  # (projections, 2) where a histogram begins, bins a unit
    counts: NDArray[np.int32]  # (projections, _BINS)
    scores: Floats  # (_STEPS,) how many of late were so strange, fading

    def packed(self) -> Shape:
        """Drop spare room."""
        return self._replace(rows=self.rows[: self.held[0]])


@dataclass(frozen=True)
class Loda:
    """A chance that a row is one of the rare kind, by how strange it is: labels teach nothing.

    A row's score is the mean over random projections of -log of how many rows of late lay where it lies: each
    projection sums a few columns, so that a number far out, alone or with others, stands out in some. The chance is
    prior / (prior + share of rows of late that were at least as strange). Histograms are of the window before, in the
    first window of ever more rows; before there are 256 the chance is `prior`.

    columns        what the columns of X mean, all of them
    use            names of those it reads, such as can be known without a label, a slot by its number; None: all
    projections    how many; each sums about the square root of the columns read
    window         rows
    prior          share of rows that are of the rare kind

    State: 4 bytes for each of `window` * columns read, 256 for each projection.

    Source: Pevny, "Loda: lightweight on-line detector of anomalies", Machine Learning 102, 2016.

    >>> Loda((Column("amount"), Column("hour", slots=24))).start().counts.shape
    (60, 64)
    """

    columns: tuple[Column, ...]
    use: tuple[str, ...] | None = None
    projections: int = 60
    window: int = 2048
    prior: float = 0.01
    seed: int = 1
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(len(self._places) > 0, "loda.use", "at least one", len(self._places))
        require(self.projections >= 1, "loda.projections", "at least 1", self.projections)
        require(self.window >= _FIRST, "loda.window", f"at least {_FIRST}", self.window)
        require(0 < self.prior < 1, "loda.prior", "more than 0 and less than 1", self.prior)

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        names = [one.name for one in self.columns] if self.use is None else self.use
        return np.array(chosen(self.columns, names), np.int64)

    @cached_property
    def _sums(self) -> tuple[NDArray[np.int64], Floats]:
        """Return which columns each projection sums, times what, (projections, summed)."""
        width = len(self._places)
        rng, summed = np.random.default_rng(self.seed), max(round(width**0.5), 1)
        of = [rng.choice(width, summed, replace=False) for _ in range(self.projections)]
        return np.array(of, np.int64), rng.normal(size=(self.projections, summed))

    def start(self) -> Shape:
        """Return an empty window, histograms of nothing."""
        width = len(self._places)
        return Shape(
            np.zeros(2, np.int64),
            np.zeros((self.window, width), np.float32),
            np.zeros(width),
            np.zeros((self.projections, 2)),
            np.zeros((self.projections, _BINS), np.int32),
            np.zeros(_STEPS),
        )

    def step(self, state: Shape, turns: Turns) -> tuple[Shape, Floats]:
        """Guess, then take the questions in, tick by tick."""
        require_width(turns.x, self.columns)
        if len(state.rows) < self.window:
            rows = np.zeros((self.window, len(self._places)), np.float32)
            rows[: len(state.rows)] = state.rows
            state = state._replace(rows=rows)
        guesses = np.full(len(turns), np.nan)
        _walk(state, self._sums, self.prior, turns.tick, turns.what == ASKED, self._read(turns), guesses)
        return state, guesses

    def peek(self, state: Shape, turns: Turns) -> Floats:
        """Return guesses; the questions are not taken in."""
        guesses = np.full(len(turns), np.nan)
        _glance(state, self._sums, self.prior, turns.what == ASKED, self._read(turns), guesses)
        return guesses

    def parts(self, state: Shape, turns: Turns) -> Parts:
        """Return guesses in which no column has a part: a row is strange as a whole."""
        return Parts(names_of(self.columns), self.peek(state, turns), np.zeros((len(turns), len(self.columns))))

    def _read(self, turns: Turns) -> NDArray[np.float32]:
        x: NDArray[np.float32] = np.nan_to_num(turns.x[:, self._places], posinf=0.0, neginf=0.0)
        return x


@kernel
def _walk(
    state: Shape,
    sums: tuple[NDArray[np.int64], Floats],
    prior: float,
    tick: NDArray[np.int64],
    asked: NDArray[np.bool_],
    x: NDArray[np.float32],
    guesses: Floats,
) -> None:
    score, begin = np.zeros(len(tick)), 0
    while begin < len(tick):
        stop = tick_stop(tick, begin)
        for at in range(begin, stop):
            if asked[at]:
                score[at] = _score(state, sums, x[at])
                guesses[at] = _chance(state, prior, score[at])
        for at in range(begin, stop):
            if asked[at]:
                if state.held[1] > 0:
                    state.scores[_step(score[at])] += 1.0
                state.rows[state.held[0]] = x[at]
                state.held[0] += 1
                _pass(state, sums)
        begin = stop


@kernel
def _glance(
    state: Shape,
    sums: tuple[NDArray[np.int64], Floats],
    prior: float,
    asked: NDArray[np.bool_],
    x: NDArray[np.float32],
    guesses: Floats,
) -> None:
    for at in range(len(asked)):
        if asked[at]:
            guesses[at] = _chance(state, prior, _score(state, sums, x[at]))


@lean
def _projected(state: Shape, sums: tuple[NDArray[np.int64], Floats], one: int, row: NDArray[np.float32]) -> float:
    found = 0.0
    for term in range(sums[0].shape[1]):
        at = sums[0][one, term]
        found += sums[1][one, term] * state.scale[at] * row[at]
    return found


@lean
def _score(state: Shape, sums: tuple[NDArray[np.int64], Floats], row: NDArray[np.float32]) -> float:
    """Return how strange a row is, nats; 0 before there are histograms."""
    if state.held[1] == 0:
        return 0.0
    total = 0.0
    for one in range(len(state.span)):
        bin_ = (_projected(state, sums, one, row) - state.span[one, 0]) * state.span[one, 1]
        there = state.counts[one, int(bin_)] if 0.0 <= bin_ < _BINS else 0
        total -= np.log((there + 0.5) / (state.held[1] + 1.0))
    return float(total / len(state.span))


@lean
def _step(score: float) -> int:
    return int(min(max(score / _MOST, 0.0) * _STEPS, _STEPS - 1.0))


@lean
def _chance(state: Shape, prior: float, score: float) -> float:
    """Return the chance by the share of scores of late beyond this one, within a step evenly spread."""
    if state.held[1] == 0:
        return prior
    at, beyond, whole = _step(score), np.exp(-score), 1.0  # of two beyond all others the stranger one ranks first
    for step in range(_STEPS):
        whole += state.scores[step]
        if step > at:
            beyond += state.scores[step]
    within = min(max(score / _MOST, 0.0) * _STEPS - at, 1.0)
    beyond += (1.0 - within) * state.scores[at]
    return float(prior / (prior + beyond / whole))


@kernel
def _pass(state: Shape, sums: tuple[NDArray[np.int64], Floats]) -> None:
    """Draw the histograms anew where it is time, begin a window where one is full."""
    held, full = state.held[0], state.held[0] == len(state.rows)
    early = state.held[1] < len(state.rows) and held >= max(_FIRST, 2 * state.held[1])
    if full or early:
        _draw(state, sums, held)
    if full:
        state.held[0] = 0
        state.scores[:] *= _LEFT


@kernel
def _draw(state: Shape, sums: tuple[NDArray[np.int64], Floats], held: int) -> None:
    for column in range(len(state.scale)):
        state.scale[column] = 1.0 / max(float(np.std(state.rows[:held, column].astype(np.float64))), _EVEN)
    state.held[1] = held
    state.counts[:] = 0
    values = np.empty(held)
    for one in range(len(state.span)):
        for row in range(held):
            values[row] = _projected(state, sums, one, state.rows[row])
        low = float(values.min())
        wide = max(float(values.max()) - low, _EVEN)
        state.span[one, 0], state.span[one, 1] = low, _BINS / wide * (1.0 - 1e-12)
        for row in range(held):
            state.counts[one, int((values[row] - low) * state.span[one, 1])] += 1
