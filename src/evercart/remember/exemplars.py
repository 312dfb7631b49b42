"""Exemplars: old rows kept to be learned again, within a budget of bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import stream, uniform_at
from evercart.errors import require
from evercart.kernel import kernel
from evercart.labels.turns import CORRECTION, SETTLED
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.lesson import Lesson
from evercart.learners.deep.steps import Floats
from evercart.remember.memories import Balanced, Memory, Slots, place


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
        groups = max(deep.head.classes, 2)
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
        several = len(kept.seen) > 2  # 0, 1 are told apart either way
        _keep(self.memory.rule, several, stream(self.seed, "remember/place"), kept, lesson, margins)
        return kept

    def draw(self, kept: Kept, rows: int) -> NDArray[np.int64]:
        """Return the places of rows drawn without replacement; all of them, if there are no more."""
        return _draw(stream(self.seed, "remember/draw"), kept, rows)

    def lesson(self, kept: Kept, places: NDArray[np.int64]) -> Lesson:
        """Return rows kept as a lesson of weight 1."""
        rows = len(places)
        what, never = np.full(rows, SETTLED, np.int8), np.full(rows, np.nan)
        return Lesson(what, kept.number[places], kept.y[places], never, np.ones(rows), kept.x[places])


@kernel
def _draw(chance: np.uint64, kept: Kept, rows: int) -> NDArray[np.int64]:
    """Draw places; the cost is that of the rows drawn.

    Source: Bentley and Floyd, "A sample of brilliance", CACM 30(9), 1987.
    """
    count = kept.filled[0]
    if count <= rows:
        return np.arange(count)
    out = np.empty(rows, np.int64)
    for at in range(rows):
        last = count - rows + at
        drawn = int(uniform_at(chance, kept.drawn[0] + at) * (last + 1))
        out[at] = last if (out[:at] == drawn).any() else drawn
    kept.drawn[0] += rows
    return out


@kernel
def _keep(rule: int, several: bool, chance: np.uint64, kept: Kept, lesson: Lesson, margins: Floats) -> None:
    """Offer each row of a lesson."""
    groups = np.empty(len(kept.y), np.int64)
    sizes = np.zeros(len(kept.seen), np.int64)
    for at in range(kept.filled[0]):
        groups[at] = _group(several, kept.y[at])
        sizes[groups[at]] += 1
    offered = kept.offered[0]
    for row in range(len(lesson.y)):
        if lesson.what[row] != SETTLED and lesson.what[row] != CORRECTION:
            continue
        group, known = _group(several, lesson.y[row]), _find(kept, lesson.number[row])
        if known >= 0:
            sizes[groups[known]] -= 1
            sizes[group] += 1
            groups[known], kept.y[known] = group, lesson.y[row]
        elif lesson.what[row] == SETTLED:
            kept.offered[0] += 1
            kept.seen[group] += 1
            kept.means[group] += (lesson.x[row] - kept.means[group]) / kept.seen[group]
            at = kept.filled[0]
            if at < len(kept.y):
                kept.filled[0] += 1
            else:
                slots = Slots(groups, sizes, kept.x, kept.seen, kept.means)
                at = place(rule, slots, group, lesson.x[row], uniform_at(chance, offered + row))
                if at < 0:
                    continue
                sizes[groups[at]] -= 1
            sizes[group] += 1
            groups[at], kept.number[at], kept.y[at] = group, lesson.number[row], lesson.y[row]
            kept.x[at], kept.margins[at] = lesson.x[row], margins[row]


@kernel
def _group(several: bool, y: float) -> int:
    return int(y) if several else int(y > 0.5)


@kernel
def _find(kept: Kept, number: int) -> int:
    """Return the place of a decision kept, or -1."""
    for at in range(kept.filled[0]):
        if kept.number[at] == number:
            return at
    return -1
