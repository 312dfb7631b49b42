"""About: which kind of event a question asks about, as a slot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column
from evercart.features.needs import Need
from evercart.features.seen import Seen


@dataclass(frozen=True)
class About:
    """The slot of the kind in the question's column `about`: 1 + its place among `kinds`, 0 for any other.

    >>> About(("view", "order")).outputs[0].slots
    3
    """

    kinds: tuple[str, ...]

    def __post_init__(self) -> None:
        require(len(self.kinds) > 0, "about.kinds", "at least one kind", "none")
        for name in self.kinds:
            kind_number(name)

    @property
    def outputs(self) -> tuple[Column, ...]:
        """Return the one slot column."""
        return (Column("about", slots=1 + len(self.kinds)),)

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return nothing: the question says it all."""
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the column of the question."""
        return ("about",)

    def values(self, seen: Seen) -> tuple[NDArray[Any], ...]:
        """Return the slots."""
        about, slot = seen.asked["about"], np.zeros(len(seen.asked), np.int64)
        for place, name in enumerate(self.kinds):
            slot[about == kind_number(name)] = 1 + place
        return (slot,)
