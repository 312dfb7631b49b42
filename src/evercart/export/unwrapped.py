"""Unwrapped: the deep learner within a racer, with its state."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected, require
from evercart.export.stages import Number, Rescale, Stage
from evercart.features.columns import Column
from evercart.harden.harden import Harden, Hardened
from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.deep.numbered import Numbered
from evercart.learners.halving import Halving, Heat
from evercart.learners.isolated import Cell, Isolated
from evercart.learners.scaled import Moments, Scaled
from evercart.learners.tuned import Standings, Tuned
from evercart.learners.weighed import Weighed
from evercart.remember.forget import Forget, Forgetting
from evercart.remember.remembering import Remembered, Remembering

_AROUND = ("Scaled", "Numbered", "Remembering", "Harden", "Forget", "Halving", "Tuned", "Weighed", "Isolated")


class Unwrapped(NamedTuple):
    """What is exported.

    stages    what is done to a row before the learner sees it, in order
    """

    deep: Deep
    trained: Trained
    stages: tuple[Stage, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return what a row holds that is given to the export: all columns, as the app has them."""
        return self.stages[0].columns if self.stages else self.deep.columns

    def seen(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return rows x, (rows, columns), as the network is given them, (rows, inputs), slots not yet vectors."""
        for stage in self.stages:
            x = stage.rows(x)
        return np.nan_to_num(x[:, self.deep.places].astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)


def unwrapped(where: str, learner: Any, state: Any) -> Unwrapped:
    """Return the deep learner behind a learner's guesses; `UserError` where they are no such learner's own.

    where    what the error names, such as an app's model
    """
    if isinstance(learner, Isolated) and isinstance(state, Cell):
        return unwrapped(where, learner.learner, state.learner)
    if isinstance(learner, Remembering) and isinstance(state, Remembered):
        return unwrapped(where, learner.deep, state.trained)
    if isinstance(learner, Harden) and isinstance(state, Hardened):
        return unwrapped(where, learner.deep, state.trained)
    if isinstance(learner, Forget) and isinstance(state, Forgetting):
        return unwrapped(where, learner.learner, state.learner)
    if isinstance(learner, Halving) and isinstance(state, Heat):
        leader = learner.leader(state)
        return unwrapped(where, learner.candidates[leader], state.learners[leader])
    if isinstance(learner, Tuned) and isinstance(state, Standings):
        today, tomorrow = learner.leaders(state)
        rule = "a race whose leader stays in front tomorrow"
        require(today == tomorrow, where, rule, f"{learner.names[today]}, then {learner.names[tomorrow]}")
        return unwrapped(where, learner.candidates[today], state.learners[today])
    if isinstance(learner, Weighed):  # by which labels count, not guesses
        return unwrapped(where, learner.learner, state)
    if isinstance(learner, Scaled) and isinstance(state, Moments):
        one = unwrapped(where, learner.learner, state.learner)
        return one._replace(stages=(Rescale(learner, state.seen), *one.stages))
    if isinstance(learner, Numbered):
        one = unwrapped(where, learner.learner, state)
        return one._replace(stages=(Number(learner), *one.stages))
    if not isinstance(learner, Deep):
        rule = "a Deep learner, alone or within " + ", ".join(_AROUND)
        raise UserError(expected(where, rule, type(learner).__name__))
    return Unwrapped(learner, state)
