"""Exemplars: old rows kept to be learned again, within a budget of bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.labels.turns import CORRECTION, SETTLED
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.lesson import Lesson
from evercart.learners.deep.steps import Floats
from evercart.remember.memories import Balanced, Memory, Slots


class Kept(NamedTuple):
    """Rows kept; empty places are zeros, their number -1."""

    number: NDArray[np.int64]  # (places,) the decision a row is about
    y: NDArray[np.float64]  # (places,)
    x: NDArray[np.float32]  # (places, inputs)
    margins: NDArray[np.float32]  # (places, outputs) what the network said of the row when it was kept
    filled: NDArray[np.int64]  # (1,) places taken, the first ones
    offered: NDArray[np.int64]  # (1,) rows ever offered
    drawn: NDArray[np.int64]  # (1,) rows ever drawn
    seen: NDArray[np.int64]  # (groups,) rows offered of each group
    means: NDArray[np.float64]  # (groups, inputs) the mean x of all rows offered of a group


@dataclass(frozen=True)
class Exemplars:
    """A memory of rows, one memory a learner.

    budget_bytes    what the rows kept may take: x, label, margins, number
    memory          which row makes room for which: `Balanced`, `Reservoir`, `Herded`, `Recent`
    seed            of places and draws

    Only labels that settled are kept, each decision once; a correction corrects the row kept, too.
    """

    budget_bytes: int = 1 << 16
    memory: Memory = field(default_factory=Balanced)
    seed: int = 1

    def places(self, deep: Deep) -> int:
        """Return how many rows the budget has room for; none raises `UserError`."""
        each = 16 + 4 * (len(deep.places) + deep.head.outputs)
        require(self.budget_bytes >= each, "exemplars.budget_bytes", f"at least {each}", self.budget_bytes)
        return self.budget_bytes // each

    def start(self, deep: Deep) -> Kept:
        """Return room for as many rows as the budget allows."""
        places, inputs, outputs = self.places(deep), len(deep.places), deep.head.outputs
        groups = max(outputs, 2)
        one = np.zeros(1, np.int64)
        return Kept(
            np.full(places, -1, np.int64),
            np.zeros(places),
            np.zeros((places, inputs), np.float32),
            np.zeros((places, outputs), np.float32),
            one,
            one.copy(),
            one.copy(),
            np.zeros(groups, np.int64),
            np.zeros((groups, inputs)),
        )

    def keep(self, kept: Kept, lesson: Lesson, margins: Floats) -> Kept:
        """Return the memory once a lesson's rows were offered, with what was said of them (rows, outputs)."""
        chances = uniform(self.seed, kept.offered[0] + np.arange(len(lesson.y)), "remember/place")
        several = kept.margins.shape[1] > 1
        for row in np.flatnonzero(np.isin(lesson.what, (SETTLED, CORRECTION))):
            known = np.flatnonzero(kept.number == lesson.number[row])
            if len(known):
                kept.y[known] = lesson.y[row]
                continue
            if lesson.what[row] == CORRECTION:
                continue
            group = int(lesson.y[row]) if several else int(lesson.y[row] > 0.5)
            kept.offered[0] += 1
            kept.seen[group] += 1
            kept.means[group] += (lesson.x[row] - kept.means[group]) / kept.seen[group]
            place = self._place(kept, group, lesson.x[row], chances[row])
            if place >= 0:
                kept.number[place], kept.y[place] = lesson.number[row], lesson.y[row]
                kept.x[place], kept.margins[place] = lesson.x[row], margins[row]
        return kept

    def _place(self, kept: Kept, group: int, x: NDArray[np.float32], chance: float) -> int:
        count = int(kept.filled[0])
        if count < len(kept.y):
            kept.filled[0] += 1
            return count
        groups = kept.y.astype(np.int64) if kept.margins.shape[1] > 1 else (kept.y > 0.5).astype(np.int64)
        return self.memory.place(Slots(groups, kept.x, kept.seen, kept.means), group, x, chance)

    def draw(self, kept: Kept, rows: int) -> NDArray[np.int64]:
        """Return the places of rows drawn without replacement; all of them, if there are no more."""
        count = int(kept.filled[0])
        chances = uniform(self.seed, kept.drawn[0] + np.arange(count), "remember/draw")
        kept.drawn[0] += count
        return np.argsort(chances, kind="stable")[:rows]

    def lesson(self, kept: Kept, places: NDArray[np.int64]) -> Lesson:
        """Return rows kept as a lesson of weight 1."""
        rows = len(places)
        what, never = np.full(rows, SETTLED, np.int8), np.full(rows, np.nan)
        return Lesson(what, kept.number[places], kept.y[places], never, np.ones(rows), kept.x[places])
