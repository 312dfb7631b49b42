"""Peeking: what a learner would guess, asked without moving it."""

from __future__ import annotations

from typing import Protocol, TypeVar, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from evercart.fold import clone
from evercart.labels.turns import Turns
from evercart.learners.learner import Learner, tick_stop

S = TypeVar("S")
S_contra = TypeVar("S_contra", contravariant=True)


@runtime_checkable
class Peeking(Protocol[S_contra]):
    """A learner that can be asked without a copy of its state."""

    def peek(self, state: S_contra, turns: Turns) -> NDArray[np.float64]:
        """Return a guess for each question, as if its tick came next; the state stays as it is."""
        ...


def peek(learner: Learner[S], state: S, turns: Turns) -> NDArray[np.float64]:
    """Return what `step` would guess, (rows,), were each tick of questions the next; the state stays as it is.

    turns    questions only

    A learner that has no `peek` is asked through a copy of its state.

    >>> from evercart.learners.mean import Mean
    >>> from evercart.learners.prequential import prequential
    >>> question = prequential(np.zeros((1, 1), np.float32), np.ones(1)).rows(slice(0, 1))
    >>> peek(Mean(prior=0.25), Mean().start(), question).tolist()
    [0.25]
    """
    if hasattr(learner, "peek"):  # an isinstance of a protocol costs more than some guesses
        return cast(Peeking[S], learner).peek(state, turns)
    guesses, start = np.full(len(turns), np.nan), 0
    while start < len(turns):
        stop = tick_stop(turns.tick, start)
        _, guesses[start:stop] = learner.step(clone(state), turns.rows(slice(start, stop)))
        start = stop
    return guesses
