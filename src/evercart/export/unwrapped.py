"""Unwrapped: the deep learner within a racer, with its state."""

from __future__ import annotations

from typing import Any, NamedTuple

from evercart.errors import UserError, expected
from evercart.harden.harden import Harden, Hardened
from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.isolated import Cell, Isolated
from evercart.remember.remembering import Remembered, Remembering


class Unwrapped(NamedTuple):
    """What is exported."""

    deep: Deep
    trained: Trained


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
    if not isinstance(learner, Deep):
        rule = "a Deep learner, alone or within Remembering, Harden, Isolated"
        raise UserError(expected(where, rule, type(learner).__name__))
    if learner.table is not None:
        raise UserError(expected(where, "a Deep learner that reads numbers alone", "one with a table"))
    return Unwrapped(learner, state)
