"""Reactions: how often a racer has noticed, by itself, that its losses have risen."""

from __future__ import annotations

from typing import Any, Final

from evercart.learners.reacting import Reaction
from evercart.learners.restarted import Restart

ANEW: Final = "its losses have risen: it begins anew from recent memory"
EASED: Final = "its losses have risen: it holds its past less firmly for a while"


def reactions(state: Any) -> dict[str, int]:
    """Return how often a racer has reacted to its own losses, by what it does; learners inside count.

    >>> from evercart.learners.mean import Mean
    >>> reactions(Mean().start())
    {}
    """
    if isinstance(state, Restart):
        return {ANEW: int(state.counts[-1])}  # its last count
    if isinstance(state, Reaction):
        return {EASED: int(state.counts[-1])}
    found: dict[str, int] = {}
    for part in state if isinstance(state, tuple) else ():
        for what, times in reactions(part).items():
            found[what] = found.get(what, 0) + times
    return found
