"""Linear: one weight a number, a slot or a cross of slots, learned event by event."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected, require
from evercart.features.columns import MOST_SLOTS, Column
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, Turns
from evercart.learners.ftrl import Ftrl
from evercart.learners.learner import require_width, working_order
from evercart.learners.losses import Loss, guess_of, loss_code, slope_of
from evercart.learners.optimizers import AdaGrad, Optimizer, Rule, move, weight_at
from evercart.learners.reasons.parts import Parts, names_of
from evercart.learners.terms import AHEAD, RING, Terms, fetch, laid, lay, ring, terms


class Weights(NamedTuple):
    """What the optimizer remembers of each weight."""

    memory: NDArray[np.float64]  # (weights, remembered)


@dataclass(frozen=True)
class Linear:
    """A linear model: logistic regression, least squares or a support vector machine, by its loss.

    columns       what the columns of X mean, all of them
    use           the names of those it reads; None: all
    crosses       pairs of slot columns whose joint value gets a weight of its own, hashed into `cross_slots`
    bias          whether a weight stands in every row
    slot_value    what a slot says where a number says its value: a larger one lets slots learn faster than numbers

    Numbers want a scale near 1 (`Scaled`). X may be an int32 matrix where all columns are slots.

    >>> spends = Linear((Column("basket", "EUR"), Column("shop", slots=64)), loss="squared")
    >>> spends.start().memory.shape
    (66, 2)
    """

    columns: tuple[Column, ...]
    loss: Loss = "logistic"
    optimizer: Optimizer = field(default_factory=Ftrl)
    use: tuple[str, ...] | None = None
    crosses: tuple[tuple[str, str], ...] = ()
    cross_slots: int = 1 << 18
    bias: bool = True
    slot_value: float = 1.0
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        loss_code("linear.loss", self.loss)
        require(1 <= self.cross_slots <= MOST_SLOTS, "linear.cross_slots", f"1 to {MOST_SLOTS}", self.cross_slots)
        require(0 < self.slot_value < np.inf, "linear.slot_value", "more than 0 and finite", self.slot_value)
        _ = self.terms

    @cached_property
    def terms(self) -> Terms:
        """Return which weights a row touches."""
        laid = terms(self.columns, self.use, self.crosses, self.cross_slots, self.bias)
        return laid._replace(slot_value=float(self.slot_value))

    def start(self) -> Weights:
        """Return weights of zero."""
        return Weights(np.zeros((self.terms.weights, self.optimizer.remembered)))

    def eased(self, state: Weights, keep: float) -> Weights:
        """Return the same weights at higher rates; an optimizer whose rates never fall raises `UserError`."""
        if not isinstance(self.optimizer, Ftrl | AdaGrad):
            rule = "one whose rates fall (Ftrl, AdaGrad), so that it can be eased"
            raise UserError(expected("linear.optimizer", rule, type(self.optimizer).__name__))
        return Weights(self.optimizer.eased(state.memory, keep))

    def step(self, state: Weights, turns: Turns) -> tuple[Weights, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        require_width(turns.x, self.columns)
        order = working_order(turns.tick, turns.what)
        labels = (turns.y, turns.was, turns.weight)
        rule, loss = self.optimizer.rule(), loss_code("linear.loss", self.loss)
        return state, _walk(self.terms, rule, loss, state.memory, order, turns.what, labels, turns.x)

    def peek(self, state: Weights, turns: Turns) -> NDArray[np.float64]:
        """Return guesses: questions alone move nothing."""
        return self.step(state, turns)[1]

    def parts(self, state: Weights, turns: Turns) -> Parts:
        """Return what each column adds to the bias: weight times value, a cross halved between its columns."""
        places, values = laid(self.terms, turns.x)
        each = _weights(self.optimizer.rule(), state.memory, places) * values
        return Parts(names_of(self.columns), *self.terms.by_column(each, turns.x.shape[1]), self.loss == "logistic")


@kernel
def _walk(
    terms: Terms,
    rule: Rule,
    loss: int,
    memory: NDArray[np.float64],
    order: NDArray[np.int64],
    what: NDArray[np.int8],
    labels: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    x: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Go through the rows in their working order, fetching what the next ones need."""
    y, was, weight = labels
    guesses = np.full(len(what), np.nan)
    places, values = ring(terms)
    found = np.empty(places.shape[1])
    for i in range(-AHEAD, len(order)):
        if i + AHEAD < len(order):
            coming = (i + AHEAD) % RING
            lay(terms, x, order[i + AHEAD], places, values, coming)
            fetch(memory, places, coming)
        if i < 0:
            continue
        row, at = order[i], i % RING
        margin = 0.0
        for term in range(len(found)):
            found[term] = weight_at(rule, memory, places[at, term])
            margin += found[term] * values[at, term]
        if what[row] == ASKED:
            guesses[row] = guess_of(loss, margin)
            continue
        if np.isnan(y[row]):  # abandoned: nothing will be known
            continue
        slope = weight[row] * slope_of(loss, margin, y[row], was[row])
        for term in range(len(found)):
            move(rule, memory, places[at, term], found[term], slope * values[at, term])
    return guesses


@kernel
def _weights(rule: Rule, memory: NDArray[np.float64], places: NDArray[np.uint32]) -> NDArray[np.float64]:
    found = np.empty(places.shape)
    for row in range(len(places)):
        for term in range(places.shape[1]):
            found[row, term] = weight_at(rule, memory, places[row, term])
    return found
