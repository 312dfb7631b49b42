"""Within: the net inside a learner's wrappers, exchanged for something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass, replace
from typing import Any

from evercart.learners.deep.deep import Deep
from evercart.learners.learner import Learner


def net_within(learner: Any) -> Deep | None:
    """Return the net inside a learner's wrappers, a cure being one of them; None where there is none.

    >>> from evercart.learners.mean import Mean
    >>> net_within(Mean())
    """
    if isinstance(learner, Deep):
        return learner
    deep = getattr(learner, "deep", None)
    return deep if isinstance(deep, Deep) else net_within(learner.learner) if _wraps(learner) else None


def exchanged(learner: Any, change: Callable[[Deep], Learner[Any]]) -> Any:
    """Return a learner's wrappers around what `change` makes of the net inside, which takes a cure's place, too.

    learner    one with a net inside (`net_within`)
    """
    if _wraps(learner):
        return replace(learner, learner=exchanged(learner.learner, change))
    return change(learner if isinstance(learner, Deep) else learner.deep)


def changed(learner: Any, change: Callable[[Deep], Deep]) -> Any:
    """Return a learner's wrappers, a cure included, around the net as `change` makes it."""
    if isinstance(learner, Deep):
        return change(learner)
    if _wraps(learner):
        return replace(learner, learner=changed(learner.learner, change))
    return replace(learner, deep=change(learner.deep))


def _wraps(learner: Any) -> bool:
    return is_dataclass(learner) and hasattr(learner, "learner")
