"""Parts: what a guess is the sum of, column by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected
from evercart.features.columns import Column
from evercart.labels.turns import Turns
from evercart.learners.learner import Learner

S = TypeVar("S")
S_contra = TypeVar("S_contra", contravariant=True)
Floats = NDArray[np.float64]
_STEEPEST = 35.0  # a margin beyond it is a certainty, as in `losses`
_LEVEL = 1e-9  # margins that lie closer have the slope between them, not their chances' difference


class Parts(NamedTuple):
    """Guesses as sums: what is said of a row of which nothing is known, plus what each column adds to it.

    names       of the columns
    base        (rows,)
    each        (rows, columns)
    logistic    whether the sum is log odds, the guess their chance; else the sum is the guess
    shown       what the columns say that the learner made itself: (rows,) by name
    """

    names: tuple[str, ...]
    base: Floats
    each: Floats
    logistic: bool = False
    shown: Mapping[str, Floats] = {}

    @property
    def margin(self) -> Floats:
        """Return the sums, (rows,)."""
        found: Floats = self.base + self.each.sum(1)
        return found

    @property
    def guess(self) -> Floats:
        """Return what the sums say, (rows,)."""
        return chance(self.margin) if self.logistic else self.margin

    def plain(self) -> Parts:
        """Return the same guesses as sums on their own scale: a chance changes along the straight way from the base.

        Each column's share of the change is its share of the log odds, so they sum to it exactly.

        Source: Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks", ICML 2017, section 3, for a
        sigmoid of a sum.

        >>> one = Parts(("a", "b"), np.zeros(1), np.array([[2.0, -1.0]]), logistic=True)
        >>> one.plain().each.round(3).tolist(), one.plain().guess.round(3).tolist()
        ([[0.462, -0.231]], [0.731])
        """
        if not self.logistic:
            return self
        low, high, moved = chance(self.base), chance(self.margin), self.margin - self.base
        level = np.abs(moved) < _LEVEL
        slope = np.where(level, low * (1 - low), (high - low) / np.where(level, 1.0, moved))
        return self._replace(base=low, each=self.each * slope[:, None], logistic=False)

    def odds(self) -> Parts:
        """Return the same guesses, chances, as sums of log odds; the reverse of `plain`.

        >>> one = Parts(("a", "b"), np.array([0.5]), np.array([[0.3, -0.1]]))
        >>> one.odds().margin.round(3).tolist(), one.odds().guess.round(3).tolist()
        ([0.847], [0.7])
        """
        if self.logistic:
            return self
        low, high, moved = log_odds(self.base), log_odds(self.margin), self.margin - self.base
        level = np.abs(moved) < _LEVEL * self.base
        slope = np.where(level, 2 + 2 * np.cosh(low), (high - low) / np.where(level, 1.0, moved))
        return self._replace(base=low, each=self.each * slope[:, None], logistic=True)

    def on(self, odds: bool) -> Parts:
        """Return the same guesses as sums of log odds, or on their own scale."""
        return self.odds() if odds else self.plain()

    def times(self, factor: float) -> Parts:
        """Return the sums multiplied."""
        return self._replace(base=self.base * factor, each=self.each * factor)

    def among(self, names: Sequence[str]) -> Floats:
        """Return what named columns add, (rows, names): 0 where they are not read."""
        places = {name: at for at, name in enumerate(self.names)}
        found = np.zeros((len(self.base), len(names)))
        for at, name in enumerate(names):
            if name in places:
                found[:, at] = self.each[:, places[name]]
        return found

    def plus(self, other: Parts) -> Parts:
        """Return the sum of two over the columns of both; where their scales differ, of the guesses themselves."""
        odds = self.logistic and other.logistic
        one, two = self.on(odds), other.on(odds)
        names = tuple(dict.fromkeys((*one.names, *two.names)))
        return Parts(names, one.base + two.base, one.among(names) + two.among(names), odds, {**one.shown, **two.shown})


@runtime_checkable
class Parted(Protocol[S_contra]):
    """A learner that knows what its guesses are the sum of."""

    def parts(self, state: S_contra, turns: Turns) -> Parts:
        """Return the parts of what `peek` would guess."""
        ...


def parts(learner: Learner[S], state: S, turns: Turns) -> Parts:
    """Return what guesses are the sum of; a learner that does not know raises `UserError`.

    turns    questions only

    >>> from evercart.learners.mean import Mean
    >>> from evercart.learners.prequential import prequential
    >>> question = prequential(np.zeros((1, 1), np.float32), np.ones(1)).rows(slice(0, 1))
    >>> parts(Mean(prior=0.25), Mean().start(), question).guess.tolist()
    [0.25]
    """
    if not isinstance(learner, Parted):
        rule = "a learner that knows what its guesses are the sum of (it has a method `parts`)"
        raise UserError(expected("explain", rule, type(learner).__name__))
    return cast(Parted[S], learner).parts(state, turns)


def stacked(found: Sequence[Parts]) -> Parts:
    """Return the parts of some guesses above those of others, over the columns of all; at least one of them.

    >>> one, other = (Parts((name,), np.zeros(1), np.ones((1, 1)), name == "a") for name in "ab")
    >>> stacked((one, other)).guess.round(3).tolist()
    [0.731, 1.0]
    """
    if len(found) == 1:
        return found[0]
    logistic = all(one.logistic for one in found)
    every = found if logistic else [one.plain() for one in found]
    names = tuple(dict.fromkeys(name for one in every for name in one.names))
    shown = {name for one in every for name in one.shown}
    missing = {name: [one.shown.get(name, np.full(len(one.base), np.nan)) for one in every] for name in sorted(shown)}
    return Parts(
        names,
        np.concatenate([one.base for one in every]),
        np.concatenate([one.among(names) for one in every]),
        logistic,
        {name: np.concatenate(columns) for name, columns in missing.items()},
    )


def names_of(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the names of columns."""
    return tuple(column.name for column in columns)


def chance(margin: Floats) -> Floats:
    """Return the chances of log odds, (rows,)."""
    found: Floats = 1.0 / (1.0 + np.exp(-np.clip(margin, -_STEEPEST, _STEEPEST)))
    return found


def log_odds(chances: Floats) -> Floats:
    """Return the log odds of chances, (rows,)."""
    least = float(np.exp(-_STEEPEST))
    held = np.clip(chances, least, 1 - least)
    found: Floats = np.log(held / (1 - held))
    return found
