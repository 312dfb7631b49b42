"""ByTick: a model that predicts a table at a time, as a learner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected
from evercart.fold import Grain
from evercart.labels.turns import ABANDONED, ASKED, Turns
from evercart.learners.learner import tick_stop
from evercart.learners.reasons.parts import Parts

S = TypeVar("S")
S_contra = TypeVar("S_contra", contravariant=True)


class Model(Protocol[S]):
    """What is not a kernel: one call a tick to predict, one to learn.

    A model is a frozen dataclass, whose fields name it; its state is a NamedTuple of arrays. The guess about a row
    may not depend on which other rows are asked with it, bit for bit: no BLAS product over the rows.
    """

    def start(self) -> S:
        """Return the first state."""
        ...

    def predict(self, state: S, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return guesses, (rows,), for x (rows, width)."""
        ...

    def learn(self, state: S, x: NDArray[np.float32], y: NDArray[np.float64], weight: NDArray[np.float64]) -> S:
        """Return the state after rows in their order; a negative weight takes back what the same row taught."""
        ...


@runtime_checkable
class PartedModel(Protocol[S_contra]):
    """A model that knows what its guesses are the sum of."""

    def parts(self, state: S_contra, x: NDArray[np.float32]) -> Parts:
        """Return the parts of what `predict` says of x, (rows, width)."""
        ...


@dataclass(frozen=True)
class ByTick(Generic[S]):
    """A learner around a model; a correction is learned as its old label at -weight, then the new one."""

    model: Model[S]
    grain: ClassVar[Grain] = "tick"

    def start(self) -> S:
        """Return the model's first state."""
        return self.model.start()

    def step(self, state: S, turns: Turns) -> tuple[S, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        guesses = np.full(len(turns), np.nan)
        start = 0
        while start < len(turns):
            stop = tick_stop(turns.tick, start)
            asked = start + np.flatnonzero(turns.what[start:stop] == ASKED)
            if len(asked):
                guesses[asked] = self.model.predict(state, turns.x[asked])
            state = self._learn(state, turns.rows(slice(start, stop)))
            start = stop
        return state, guesses

    def peek(self, state: S, turns: Turns) -> NDArray[np.float64]:
        """Return guesses: questions alone move nothing."""
        return self.step(state, turns)[1]

    def parts(self, state: S, turns: Turns) -> Parts:
        """Return the model's parts, of a model that has a method `parts(state, x)`."""
        if not isinstance(self.model, PartedModel):
            rule = "a model that knows what its guesses are the sum of (it has a method `parts`)"
            raise UserError(expected("explain", rule, type(self.model).__name__))
        return cast(PartedModel[S], self.model).parts(state, turns.x)

    def _learn(self, state: S, tick: Turns) -> S:
        told = np.flatnonzero((tick.what != ASKED) & (tick.what != ABANDONED))
        if not len(told):
            return state
        y = np.stack([tick.was[told], tick.y[told]], 1)
        weight = np.stack([-tick.weight[told], tick.weight[told]], 1)
        known = ~np.isnan(y)
        return self.model.learn(state, tick.x[np.repeat(told, 2)[known.ravel()]], y[known], weight[known])
