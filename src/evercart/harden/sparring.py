"""Sparring: a learner that learns what is told of a fraud for the same fraud made again, too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column, chosen
from evercart.fold import Grain
from evercart.harden.fought import Fought
from evercart.harden.tricks import Changed, Trick
from evercart.hashing import U64, mix_columns
from evercart.labels.turns import ASKED, HINT, SETTLED, Turns
from evercart.learners.eased import eased
from evercart.learners.learner import Learner
from evercart.learners.peeking import peek
from evercart.learners.reasons.parts import Parts, parts

_KEPT: Final = 256  # questions that columns are taken from
_EVERY: Final = 64  # of so many questions one is kept
_LEAST: Final = 1e-15  # what a chance is at least before its logarithm is taken
_SALT: Final = U64(0xD1B54A32D192ED03)


class Spars(NamedTuple):
    """What the learner has become, with what was seen on the way."""

    learner: Any
    fought: Fought
    seen: NDArray[np.float32]  # (_KEPT, columns) some of the last questions
    counts: NDArray[np.int64]  # (2,) questions kept so far, yeses learned


@dataclass(frozen=True)
class Sparring:
    """A learner of yes and no whose yeses are learned once more as each trick would have made them.

    learner    guesses are its own; one that remembers what it said by the question's number has to pass over -1, the
               number of what is asked and learned once more
    columns    what the columns of X mean
    tricks     a yes is learned once more for each
    weight     what all of them together count for, a yes itself 1. With 0 the learner is what it would be without
    keep       what is left of the losses of older yeses at each next one
    after      yeses that are learned without tricks first: before it knows the plain ones it would believe the tricks

    What may be taken from another question is taken from one of some 16,000 questions back. The state counts the loss
    of each yes before it is learned, beside the greatest that a trick would have caused: `HoldsUnderAttack` reads them.
    A yes that turns out to be a no is taken back, what was learned of tricks stays.

    Source: Goodfellow, Shlens and Szegedy, "Explaining and harnessing adversarial examples", ICLR 2015, section 6, with
    changes that cost money in place of small ones.
    """

    learner: Learner[Any]
    columns: tuple[Column, ...]
    tricks: tuple[Trick, ...]
    weight: float = 1.0
    keep: float = 0.99
    after: int = 1_000
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(len(self.tricks) > 0, "sparring.tricks", "at least one", self.tricks)
        require(0 <= self.weight < np.inf, "sparring.weight", "0 or more and finite", self.weight)
        require(0 <= self.keep < 1, "sparring.keep", "0 or more and less than 1", self.keep)
        require(self.after >= 0, "sparring.after", "at least 0", self.after)
        for trick in self.tricks:
            chosen(self.columns, [*trick.taken, *(name for pair in trick.moved for name in pair)])
            chosen(self.columns, [name for name, _ in trick.least])

    @cached_property
    def _changes(self) -> tuple[Changed, ...]:
        return tuple(Changed(self.columns, trick) for trick in self.tricks)

    def start(self) -> Spars:
        """Return the learner's first state, nothing seen."""
        none = Fought(np.zeros(1), np.zeros(1), np.zeros(1))
        seen = np.zeros((_KEPT, len(self.columns)), np.float32)
        return Spars(self.learner.start(), none, seen, np.zeros(2, np.int64))

    def eased(self, state: Spars, keep: float) -> Spars:
        """Return the learner inside eased."""
        return state._replace(learner=eased(self.learner, state.learner, keep))

    def step(self, state: Spars, turns: Turns) -> tuple[Spars, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        rows = np.flatnonzero(np.isin(turns.what, (HINT, SETTLED)) & (turns.y == 1))
        others = self._others(state, turns, rows)
        made = [change(turns.x[rows], others) for change in self._changes]
        ripe = state.counts[1] + np.arange(len(rows)) >= self.after
        state.counts[1] += len(rows)
        more = _more(turns, rows, made, ripe & (self.weight > 0), self.weight / len(made))
        order = np.argsort(more.tick, kind="stable")
        learner, said = self.learner.step(state.learner, more.rows(order))
        guesses = np.empty(len(more))
        guesses[order] = said
        tried = guesses[len(turns) :][: (1 + len(made)) * len(rows)].reshape(1 + len(made), len(rows))
        clean, struck = -np.log(np.maximum(tried[0], _LEAST)), -np.log(np.maximum(tried[1:].min(axis=0), _LEAST))
        for pair in zip(clean.tolist(), struck.tolist(), strict=True):
            state.fought.add(*pair, self.keep)
        return state._replace(learner=learner), guesses[: len(turns)]

    def peek(self, state: Spars, turns: Turns) -> NDArray[np.float64]:
        """Return the learner's guesses."""
        return peek(self.learner, state.learner, turns)

    def parts(self, state: Spars, turns: Turns) -> Parts:
        """Return the learner's parts."""
        return parts(self.learner, state.learner, turns)

    def _others(self, state: Spars, turns: Turns, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return a question kept before the tick for each row, (rows, columns), itself where there is none."""
        drawn = mix_columns(turns.number.astype(np.uint64), np.full(len(turns), _SALT))
        fresh = np.flatnonzero((turns.what == ASKED) & (drawn % U64(_EVERY) == U64(0)))
        count = int(state.counts[0])
        ends = count + np.searchsorted(turns.tick[fresh], turns.tick[rows])  # how many were kept by then
        held = np.minimum(ends, _KEPT)
        which = ends - 1 - (drawn[rows] // U64(_EVERY) % np.maximum(held, 1).astype(np.uint64)).astype(np.int64)
        others = np.where((which < count)[:, None], state.seen[which % _KEPT], turns.x[rows])
        late = which >= count
        others[late] = turns.x[fresh[which[late] - count]]
        others[held == 0] = turns.x[rows[held == 0]]
        last = fresh[-_KEPT:]
        state.seen[(count + len(fresh) - len(last) + np.arange(len(last))) % _KEPT] = turns.x[last]
        state.counts[0] += len(fresh)
        return others


def _more(
    turns: Turns, rows: NDArray[np.int64], made: list[NDArray[np.float32]], ripe: NDArray[np.bool_], weight: float
) -> Turns:
    """Return the turns; then each yes asked for as it was, as made by each trick; then those made, to be learned.

    rows    of the yeses
    ripe    (len(rows),) whose tricks are learned
    """
    at = np.concatenate([np.arange(len(turns)), np.tile(rows, 1 + len(made)), np.tile(rows[ripe], len(made))])
    fresh = np.arange(len(at)) >= len(turns)
    told = np.arange(len(at)) >= len(turns) + (1 + len(made)) * len(rows)
    columns = {name: values[at] for name, values in vars(turns).items() if name != "x"}
    columns["number"] = np.where(fresh, -1, columns["number"])
    columns["what"] = np.where(told, SETTLED, np.where(fresh, ASKED, columns["what"])).astype(np.int8)
    columns["y"] = np.where(fresh & ~told, np.nan, columns["y"])
    columns["was"] = np.where(fresh, np.nan, columns["was"])
    columns["weight"] = np.where(told, weight * columns["weight"], columns["weight"])
    return Turns(**columns, x=np.concatenate([turns.x, turns.x[rows], *made, *(one[ripe] for one in made)]))
