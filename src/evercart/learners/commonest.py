"""Commonest: the labels that come most often, whatever is asked; what a learner of labels must beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain
from evercart.labels.likely import MOST, SAID, guess_of, nothing
from evercart.labels.turns import ABANDONED, ASKED, Turns
from evercart.learners.learner import tick_stop, unsaid


class Counted(NamedTuple):
    """How often each label came."""

    labels: NDArray[np.float64]  # (labels,) in the order in which they first came
    seen: NDArray[np.float64]  # (labels,) weight


@dataclass(frozen=True)
class Commonest:
    """Guesses, as `likely` has them, that are shares of all labels so far; nothing is ever called unknown by it.

    most    labels that are counted

    >>> Commonest().start().labels.shape
    (0,)
    """

    most: int = 1_000
    grain: ClassVar[Grain] = "tick"
    width_said: ClassVar[int] = SAID

    def __post_init__(self) -> None:
        require(self.most >= 1, "commonest.most", "at least 1", self.most)

    def start(self) -> Counted:
        """Return what is known of no label."""
        return Counted(np.zeros(0), np.zeros(0))

    def step(self, state: Counted, turns: Turns) -> tuple[Counted, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        guesses, start = unsaid(self, len(turns)), 0
        while start < len(turns):
            stop = tick_stop(turns.tick, start)
            asked = start + np.flatnonzero(turns.what[start:stop] == ASKED)
            if len(asked):
                guesses[asked] = self._said(state)
            state = self._learned(state, turns.rows(slice(start, stop)))
            start = stop
        return state, guesses

    def peek(self, state: Counted, turns: Turns) -> NDArray[np.float64]:
        """Return guesses, (rows, SAID): questions alone move nothing."""
        return self.step(state, turns)[1]

    def _said(self, state: Counted) -> NDArray[np.float64]:
        said = nothing(1)
        said.unknown[:] = 0.0
        best = np.argsort(-state.seen, kind="stable")[:MOST]
        best = best[state.seen[best] > 0]
        if len(best):
            said.label[0, : len(best)] = state.labels[best]
            said.chance[0, : len(best)] = state.seen[best] / state.seen.sum()
        return guess_of(said)

    def _learned(self, state: Counted, tick: Turns) -> Counted:
        told = tick.rows((tick.what != ASKED) & (tick.what != ABANDONED))
        labels, seen = state.labels.tolist(), state.seen.tolist()
        for y, was, weight in zip(told.y.tolist(), told.was.tolist(), told.weight.tolist(), strict=True):
            if y not in labels and len(labels) < self.most:
                labels.append(y)
                seen.append(0.0)
            for label, more in ((was, -weight), (y, weight)):
                if label in labels:
                    seen[labels.index(label)] += more
        return Counted(np.array(labels), np.array(seen))
