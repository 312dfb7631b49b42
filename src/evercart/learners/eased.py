"""Eased: a learner that holds what it learned less firmly, so that what comes next moves it more."""

from __future__ import annotations

from typing import Protocol, TypeVar, cast, runtime_checkable

from evercart.errors import UserError, expected
from evercart.learners.learner import Learner

S = TypeVar("S")


@runtime_checkable
class Easing(Protocol[S]):
    """A learner, or an optimizer, whose steps get smaller with what it has seen, that can undo part of that."""

    def eased(self, state: S, keep: float) -> S:
        """Return the state with a share `keep` of what makes its steps small; its guesses stay as they are."""
        ...


def eased(learner: Learner[S], state: S, keep: float) -> S:
    """Return the state of a learner held less firmly; consumes the state it is given.

    keep    share of the past that still counts, in (0, 1]; rates rise by 1 / sqrt(keep) (Newton: 1 / keep)

    >>> from evercart.learners.mean import Mean
    >>> eased(Mean(), Mean().start(), 0.5)
    Traceback (most recent call last):
    evercart.errors.UserError: learner: expected one that can be eased (it has a method `eased`), got 'Mean'
    """
    if not isinstance(learner, Easing):
        rule = "one that can be eased (it has a method `eased`)"
        raise UserError(expected("learner", rule, type(learner).__name__))
    return cast(Easing[S], learner).eased(state, keep)
