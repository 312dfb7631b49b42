"""Open set: which class is it, or is it one that has never been seen?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain
from evercart.labels.turns import ABANDONED, ASKED, Turns
from evercart.learners.learner import tick_stop
from evercart.remember.growing import Floats
from evercart.remember.near import Kept, Near

NONE: Final = 0  # the class of what belongs to no class; it is learned, never guessed
_HEATS: Final = 2.0 ** np.arange(-1, 7)  # by which scores may be multiplied to make chances
_USUAL: Final = 0.75  # how much of what is usual for its class a row's score is measured against
_NEAR: Final = 1.0  # what the nearest row says beside the score
_LEAST: Final = 20  # known rows after which the threshold is theirs


class Opened(NamedTuple):
    """What was learned, with how odd rows of known classes have looked lately."""

    grown: Any
    odd: Floats  # (window,) as the last known rows looked before they were learned
    known: NDArray[np.int64]  # (1,) known rows ever
    losses: Floats  # (heats,) log loss so far of each way to make chances
    kept: Kept  # rows of known classes


class Said(NamedTuple):
    """What is said of each row; of rows that ask nothing 0, NaN, False."""

    label: NDArray[np.int64]  # (rows,) the likeliest class; `NONE` before any was learned
    chance: Floats  # (rows,) of that class, among those known
    odd: Floats  # (rows,) how little the row looks like any known class
    unknown: NDArray[np.bool_]  # (rows,) whether that is more than known rows look


class Ranked(NamedTuple):
    """The likeliest classes of each row, the likeliest first; `most` of them, or as many as are known."""

    label: NDArray[np.int64]  # (rows, classes)
    chance: Floats  # (rows, classes) among those known
    odd: Floats  # (rows,)
    unknown: NDArray[np.bool_]  # (rows,)


class Telling(Protocol):
    """What tells classes apart: `Growing`, `Centres`."""

    @property
    def inputs(self) -> int:
        """Return how many columns x has."""
        ...

    @property
    def width(self) -> float:
        """Return how far away a kept row still counts as near, in units of x."""
        ...

    @property
    def most(self) -> int:
        """Return how many classes there may be."""
        ...

    def start(self) -> Any:
        """Return what is known of no class; `seen`, (classes,), is the weight of the labels learned of each.

        `usual`, (classes,), is the score that rows of a class have of late, or 0.
        """
        ...

    def lifted(self, x: NDArray[np.float32]) -> Floats:
        """Return what is compared of rows, (rows, features); each row for itself, to the last bit."""
        ...

    def scores(self, state: Any, rows: Floats) -> Floats:
        """Return how much each lifted row looks like each class, (rows, classes); each row for itself."""
        ...

    def evened(self, state: Any, scores: Floats) -> Floats:
        """Return scores, (rows, classes), in which what is only due to how often a class came is evened out."""
        ...

    def learn(self, state: Any, rows: Floats, label: NDArray[np.int64], weight: Floats) -> Any:
        """Return what is known with more lifted rows; a negative weight takes back what a row taught."""
        ...


@dataclass(frozen=True)
class OpenSet:
    """A fold of turns whose labels are class numbers from 1 on, that also says which rows belong to no known class.

    A row is odd by what its class's score lacks of three quarters of what is usual for that class, by the score of
    `NONE`, where rows of no class were told, by how far it lies from the nearest row kept: far from all that was
    learned, every score of a Gaussian kernel is near 0. It is called unknown where it is odder than all but `alarms`
    of the last `window` rows of known classes were, before they were learned. Chances are of a softmax of the evened
    scores, whose heat is the one that would have lost least so far.

    growing    what tells classes apart
    alarms     the share of known rows that may be called unknown
    window     known rows that the threshold is taken from
    kept       rows of known classes kept, of which the nearest is looked for; 0: none

    >>> from evercart.remember.growing import Growing
    >>> OpenSet(Growing(2, 16)).start().grown.seen.shape
    (0,)
    """

    growing: Telling
    alarms: float = 0.05
    window: int = 500
    kept: int = 4096
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(0 < self.alarms < 1, "open_set.alarms", "more than 0 and less than 1", self.alarms)
        require(self.window >= _LEAST, "open_set.window", f"at least {_LEAST}", self.window)
        require(self.kept >= 0, "open_set.kept", "0 or more", self.kept)

    @cached_property
    def _near(self) -> Near:
        return Near(self.growing.inputs, max(self.kept, 1))

    def start(self) -> Opened:
        """Return what is known of no class."""
        odd, losses, near = np.zeros(self.window), np.zeros(len(_HEATS)), self._near.start()
        return Opened(self.growing.start(), odd, np.zeros(1, np.int64), losses, near)

    def step(self, state: Opened, turns: Turns) -> tuple[Opened, Said]:
        """Guess, then learn, tick by tick."""
        said, start = _nothing(len(turns)), 0
        while start < len(turns):
            stop = tick_stop(turns.tick, start)
            asked = start + np.flatnonzero(turns.what[start:stop] == ASKED)
            if len(asked):
                for column, found in zip(said, self.guessed(state, turns.x[asked]), strict=True):
                    column[asked] = found
            state = self.learned(state, turns.rows(slice(start, stop)))
            start = stop
        return state, said

    def peek(self, state: Opened, turns: Turns) -> Said:
        """Return what is said of turns: questions alone move nothing."""
        return self.step(state, turns)[1]

    def threshold(self, state: Opened) -> float:
        """Return how odd a row may look; infinite before enough rows of known classes were seen."""
        held = int(min(state.known[0], self.window))
        return float(np.quantile(state.odd[:held], 1 - self.alarms)) if held >= _LEAST else float("inf")

    def guessed(self, state: Opened, x: NDArray[np.float32]) -> Said:
        """Return what is said of rows, (rows, inputs), each for itself."""
        label, chance, odd, unknown = self.ranked(state, x, 1)
        if not label.shape[1]:
            return _nothing(len(x))._replace(odd=odd, unknown=unknown)
        return Said(label[:, 0], chance[:, 0], odd, unknown)

    def ranked(self, state: Opened, x: NDArray[np.float32], most: int) -> Ranked:
        """Return the likeliest classes of rows, (rows, inputs), each row for itself; at most so many."""
        among = _among(state.grown)
        if not among.any():
            none = np.zeros((len(x), 0))
            return Ranked(none.astype(np.int64), none, np.zeros(len(x)), np.ones(len(x), np.bool_))
        even, odd = self._scored(state, x, self.growing.lifted(x))
        heated = np.exp((even - even.max(1)[:, None]) * _HEATS[state.losses.argmin()])
        label = np.argsort(-even, axis=1, kind="stable")[:, : min(most, int(among.sum()))]
        chance = np.take_along_axis(heated, label, 1) / heated.sum(1)[:, None]
        return Ranked(label, chance, odd, odd > self.threshold(state))

    def _scored(self, state: Opened, x: NDArray[np.float32], rows: Floats) -> tuple[Floats, Floats]:
        """Return evened scores, (rows, classes), -inf where none may be guessed, with how odd rows look, (rows,)."""
        scores = self.growing.scores(state.grown, rows)
        even = np.where(_among(state.grown), self.growing.evened(state.grown, scores), -np.inf)
        best = even.argmax(1)
        lacking = _USUAL * state.grown.usual[best] - scores[np.arange(len(x)), best] + scores[:, NONE]
        if not self.kept or not state.kept.came[0]:
            return even, lacking
        near = np.exp(-self._near.distances(state.kept, x) / (2 * self.growing.width**2))
        return even, lacking - _NEAR * near

    def learned(self, state: Opened, tick: Turns) -> Opened:
        """Learn the labels of one tick."""
        told = np.flatnonzero((tick.what != ASKED) & (tick.what != ABANDONED))
        if not len(told):
            return state
        rows = self.growing.lifted(tick.x[told])
        y, was, weight = tick.y[told], tick.was[told], tick.weight[told]
        new = np.isnan(was)
        state = self._looked(state, tick.x[told][new], rows[new], y[new])
        both, signed = np.stack([was, y], 1), np.stack([-weight, weight], 1)
        right = (both >= 0) & (both < self.growing.most) & (both == np.floor(both))
        label = both[right].astype(np.int64)
        return state._replace(grown=self.growing.learn(state.grown, rows[right.nonzero()[0]], label, signed[right]))

    def _looked(self, state: Opened, x: NDArray[np.float32], rows: Floats, y: Floats) -> Opened:
        """Note how rows of known classes look before they are learned; keep those of any class."""
        known = np.isin(y, np.flatnonzero(_among(state.grown)))
        if known.any():
            state = self._noted(state, x[known], rows[known], y[known].astype(np.int64))
        return state._replace(kept=self._near.keep(state.kept, x[y > NONE])) if self.kept else state

    def _noted(self, state: Opened, x: NDArray[np.float32], rows: Floats, label: NDArray[np.int64]) -> Opened:
        even, looks = self._scored(state, x, rows)
        odd, losses, count = state.odd.copy(), state.losses.copy(), int(state.known[0])
        odd[(count + np.arange(len(looks))[-self.window :]) % self.window] = looks[-self.window :]
        below = even - even.max(1)[:, None]
        for at, heat in enumerate(_HEATS):
            losses[at] += (np.log(np.exp(below * heat).sum(1)) - below[np.arange(len(label)), label] * heat).sum()
        return state._replace(odd=odd, losses=losses, known=state.known + len(label))


def _among(grown: Any) -> NDArray[np.bool_]:
    """Return which classes may be guessed."""
    among: NDArray[np.bool_] = grown.seen > 0
    among[:1] = False
    return among


def _nothing(rows: int) -> Said:
    none = np.full(rows, np.nan)
    return Said(np.zeros(rows, np.int64), none, none.copy(), np.zeros(rows, np.bool_))
