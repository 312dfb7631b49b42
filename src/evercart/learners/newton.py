"""Newton: a linear model of numbers that learns with all second derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, Turns
from evercart.learners.learner import number_places, working_order
from evercart.learners.losses import Loss, guess_of, loss_code
from evercart.learners.reasons.parts import Parts, names_of

_LOGISTIC = 0
_LEAST_CURVED = 0.01  # of a certain guess, so that one surprise does not throw the weights away


class Curved(NamedTuple):
    """The weights, the bias last, with the inverse of the curvature of all that was learned."""

    weights: NDArray[np.float64]  # (numbers + 1,)
    inverse: NDArray[np.float64]  # (numbers + 1, numbers + 1), symmetric


@dataclass(frozen=True)
class Newton:
    """A linear model over the number columns; a label costs the square of their number.

    columns       what the columns of X mean, all of them
    loss          "squared": recursive least squares, which is ridge regression over all labels so far, exactly,
                  corrections included; "logistic": the same step with the curvature of the guess
    use           the names of the number columns it reads; None: all
    ridge         what is added to the curvature: the pull of every weight to zero

    Numbers that go together cost it no labels, where a rate per weight learns them one by one. Numbers want a
    scale near 1 (`Scaled`); one that is not finite counts as 0.

    Source: Plackett, "Some theorems in least squares", Biometrika 37, 1950; for "logistic" the extended Kalman
    filter: Singhal and Wu, "Training multilayer perceptrons with the extended Kalman algorithm", NIPS 1988.

    >>> Newton((Column("basket", "EUR"), Column("lines"))).start().inverse.shape
    (3, 3)
    """

    columns: tuple[Column, ...]
    loss: Loss = "squared"
    use: tuple[str, ...] | None = None
    ridge: float = 1.0
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.loss in ("squared", "logistic"), "newton.loss", "squared or logistic", self.loss)
        require(0 < self.ridge < np.inf, "newton.ridge", "more than 0 and finite", self.ridge)
        _ = self._places

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        return number_places(self.columns, self.use)

    def start(self) -> Curved:
        """Return weights of zero."""
        width = len(self._places) + 1
        return Curved(np.zeros(width), np.eye(width) / self.ridge)

    def eased(self, state: Curved, keep: float) -> Curved:
        """Return the same weights with a share `keep` of the curvature, nowhere less than the ridge."""
        looser = np.sqrt(np.minimum(1 / keep, 1 / (self.ridge * np.diag(state.inverse))))
        return state._replace(inverse=state.inverse * np.outer(looser, looser))

    def step(self, state: Curved, turns: Turns) -> tuple[Curved, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        order = working_order(turns.tick, turns.what)
        labels = (turns.y, turns.was, turns.weight)
        loss = loss_code("newton.loss", self.loss)
        return state, _walk(loss, self._places, state, order, turns.what, labels, turns.x)

    def peek(self, state: Curved, turns: Turns) -> NDArray[np.float64]:
        """Return guesses: questions alone move nothing."""
        return self.step(state, turns)[1]

    def parts(self, state: Curved, turns: Turns) -> Parts:
        """Return what each column adds to the bias: weight times value."""
        x, each = turns.x[:, self._places].astype(np.float64), np.zeros(turns.x.shape)
        each[:, self._places] = np.where(np.isfinite(x), x, 0.0) * state.weights[:-1]
        return Parts(names_of(self.columns), np.full(len(x), state.weights[-1]), each, self.loss == "logistic")


@kernel
def _walk(
    loss: int,
    places: NDArray[np.int64],
    state: Curved,
    order: NDArray[np.int64],
    what: NDArray[np.int8],
    labels: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    x: NDArray[np.float32],
) -> NDArray[np.float64]:
    y, was, weight = labels
    guesses = np.full(len(what), np.nan)
    found, leaning = np.ones(len(state.weights)), np.empty(len(state.weights))
    for row in order:
        margin = state.weights[-1]
        for at in range(len(places)):
            value = np.float64(x[row, places[at]])
            found[at] = value if np.isfinite(value) else 0.0
            margin += state.weights[at] * found[at]
        guess = guess_of(loss, margin)
        if what[row] == ASKED:
            guesses[row] = guess
        elif np.isnan(y[row]):  # abandoned: nothing will be known
            continue
        elif np.isnan(was[row]):
            curvature = max(guess * (1.0 - guess), _LEAST_CURVED) if loss == _LOGISTIC else 1.0
            _learn(state, found, leaning, weight[row] * (guess - y[row]), weight[row] * curvature)
        else:  # the row was counted when it settled
            _learn(state, found, leaning, weight[row] * (was[row] - y[row]), 0.0)
    return guesses


@kernel
def _learn(
    state: Curved, found: NDArray[np.float64], leaning: NDArray[np.float64], slope: float, curvature: float
) -> None:
    """Add one row to the curvature, then step against its slope (Sherman and Morrison's formula)."""
    along = 0.0
    for a in range(len(found)):
        leaning[a] = 0.0
        for b in range(len(found)):
            leaning[a] += state.inverse[a, b] * found[b]
        along += leaning[a] * found[a]
    rest = 1.0 / (1.0 + curvature * along)
    for a in range(len(found)):
        state.weights[a] -= slope * rest * leaning[a]
        for b in range(a + 1):  # both halves alike, to the last bit
            state.inverse[a, b] -= curvature * rest * leaning[a] * leaning[b]
            state.inverse[b, a] = state.inverse[a, b]
