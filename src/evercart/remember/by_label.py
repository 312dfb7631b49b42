"""ByLabel: an open set of labels as a learner of the ring, which knows each label by its name's hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.fold import Grain
from evercart.labels.likely import MOST, SAID, guess_of, nothing
from evercart.labels.turns import ABANDONED, ASKED, Turns
from evercart.learners.learner import tick_stop
from evercart.remember.open_set import NONE, Opened, OpenSet

Floats = NDArray[np.float64]
_NO_LABEL: Final = -1.0  # no hash is negative


class Labelled(NamedTuple):
    """What was learned, with which label each class is."""

    labels: Floats  # (classes,) in the order in which they were first learned; `_NO_LABEL` for `NONE`
    opened: Opened


@dataclass(frozen=True)
class ByLabel:
    """A learner of turns whose y is any number that stands for a label; its guesses are as `likely` has them.

    A label becomes a class when it is first learned, and keeps its place: equal logs, equal places, whatever process
    reads them. Once there are as many as `open_set` may tell apart, further ones are left out.

    >>> from evercart.remember.centres import Centres
    >>> ByLabel(OpenSet(Centres(2), kept=0)).start().labels.tolist()
    [-1.0]
    """

    open_set: OpenSet
    grain: ClassVar[Grain] = "tick"
    width_said: ClassVar[int] = SAID  # columns of a guess

    def start(self) -> Labelled:
        """Return what is known of no label."""
        return Labelled(np.full(1, _NO_LABEL), self.open_set.start())

    def step(self, state: Labelled, turns: Turns) -> tuple[Labelled, Floats]:
        """Guess, then learn, tick by tick."""
        guesses, start = np.full((len(turns), SAID), np.nan), 0
        while start < len(turns):
            stop = tick_stop(turns.tick, start)
            asked = start + np.flatnonzero(turns.what[start:stop] == ASKED)
            if len(asked):
                guesses[asked] = self._said(state, turns.x[asked])
            state = self._learned(state, turns.rows(slice(start, stop)))
            start = stop
        return state, guesses

    def peek(self, state: Labelled, turns: Turns) -> Floats:
        """Return guesses, (rows, SAID): questions alone move nothing."""
        return self.step(state, turns)[1]

    def _said(self, state: Labelled, x: NDArray[np.float32]) -> Floats:
        found, said = self.open_set.ranked(state.opened, x, MOST), nothing(len(x))
        some = found.label.shape[1]
        said.unknown[:] = found.unknown
        said.label[:, :some] = state.labels[found.label]
        said.chance[:, :some] = found.chance
        return guess_of(said)

    def _learned(self, state: Labelled, tick: Turns) -> Labelled:
        told = tick.rows((tick.what != ASKED) & (tick.what != ABANDONED))
        if not len(told):
            return state
        labels = self._with_new(state.labels, told.y)
        numbered = Turns(**{**vars(told), "y": _places(labels, told.y), "was": _places(labels, told.was)})
        return Labelled(labels, self.open_set.learned(state.opened, numbered))

    def _with_new(self, labels: Floats, y: Floats) -> Floats:
        """Return the labels with those that were never learned, in their order, as far as there is room."""
        known, new = set(labels.tolist()), dict.fromkeys(y[np.isfinite(y)].tolist())
        fresh = [label for label in new if label not in known]
        return np.append(labels, fresh[: max(self.open_set.growing.most - len(labels), 0)])


def _places(labels: Floats, y: Floats) -> Floats:
    """Return the class number of each label, (rows,); NaN stays, one without a class is -1."""
    order = np.argsort(labels, kind="stable")
    at = np.minimum(np.searchsorted(labels[order], y), len(labels) - 1)
    found = order[at]
    known = (labels[found] == y) & (found != NONE)
    return np.where(np.isnan(y), np.nan, np.where(known, found, -1.0))
