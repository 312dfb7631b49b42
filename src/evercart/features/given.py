"""Given: numbers that came with a question, each as a standard score, as a slot, too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import GIVEN, Events
from evercart.features.columns import Column
from evercart.features.slotted import slotted
from evercart.fold import Grain
from evercart.kernel import kernel

EDGES: Final = (-8, -5, -3.5, -2.5, -1.8, -1.3, -0.9, -0.6, -0.3, 0, 0.3, 0.6, 0.9, 1.3, 1.8, 2.5, 3.5, 5, 8)
_FAR: Final = 12.0  # standard deviations: nothing is told apart beyond


class Spread(NamedTuple):
    """What has been seen of each number."""

    seen: NDArray[np.float64]  # (numbers,)
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]


@dataclass(frozen=True)
class Given:
    """A table: a fold from woven events to X, float32 (questions, 2 * numbers).

    A number's mean and variance are those of the numbers that came before it, fading after `span` of them. What is
    missing scores 0, has slot 0.

    names    of event columns of numbers, such as those that a table brings along
    span     numbers over which mean, variance are taken
    """

    names: tuple[str, ...]
    span: int = 50_000
    name: ClassVar[str] = "given"
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(len(set(self.names)) == len(self.names) > 0, "given.names", "names that differ", " ".join(self.names))
        require(self.span >= 2, "given.span", "at least 2", self.span)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return what each column of X means: scores, then slots."""
        names = [f"{self.name}.{name.removeprefix(GIVEN)}" for name in self.names]
        slots = (Column(f"{name}_slot", slots=len(EDGES) + 2) for name in names)
        return (*(Column(name, "standard deviations") for name in names), *slots)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return self.names

    def start(self) -> Spread:
        """Return the state before the first number."""
        return Spread(*(np.zeros(len(self.names)) for _ in range(3)))

    def step(self, state: Spread, woven: Events) -> tuple[Spread, NDArray[np.float32]]:
        """Return the state after the rows; X of the questions among them."""
        rows = np.column_stack([woven[name] for name in self.reads])
        score = np.empty((int(woven.asked.sum()), len(self.names)))
        _walk(state, float(self.span), woven.asked, rows, score)
        return state, _said(score)

    def peek(self, state: Spread, asked: Events) -> NDArray[np.float32]:
        """Return X of questions, each as if it were the next row; the state stays as it is."""
        rows = np.column_stack([asked[name] for name in self.reads])
        score = np.empty(rows.shape)
        _glance(state, rows, score)
        return _said(score)


def _said(score: NDArray[np.float64]) -> NDArray[np.float32]:
    slot = slotted(score, EDGES)
    return np.hstack([np.where(slot, score, 0), slot]).astype(np.float32)


@kernel
def _score(state: Spread, at: int, value: float) -> float:
    if np.isnan(value):
        return value
    if state.seen[at] < 2.0:
        return 0.0
    away = (value - state.mean[at]) / np.sqrt(state.variance[at] + 1e-12)
    return float(min(max(away, -_FAR), _FAR))


@kernel
def _glance(state: Spread, rows: NDArray[np.float64], score: NDArray[np.float64]) -> None:
    for row in range(len(rows)):
        for at in range(rows.shape[1]):
            score[row, at] = _score(state, at, rows[row, at])


@kernel
def _walk(
    state: Spread, span: float, asked: NDArray[np.bool_], rows: NDArray[np.float64], score: NDArray[np.float64]
) -> None:
    question = 0
    for row in range(len(rows)):
        if asked[row]:
            for at in range(rows.shape[1]):
                score[question, at] = _score(state, at, rows[row, at])
            question += 1
            continue
        for at in range(rows.shape[1]):
            value = rows[row, at]
            if np.isfinite(value):
                state.seen[at] = min(state.seen[at] + 1.0, span)
                share = 1.0 / state.seen[at]
                away = value - state.mean[at]
                state.mean[at] += share * away
                state.variance[at] = (1.0 - share) * (state.variance[at] + share * away * away)
