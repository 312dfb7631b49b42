"""Recent: the last few things a key had to do with, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from evercart.features.columns import Column
from evercart.features.hashed import check_slots
from evercart.features.needs import Need
from evercart.features.needs import Recent as Kept
from evercart.features.seen import Seen


@dataclass(frozen=True)
class LastItems:
    """The k most recent values of a column as k slot columns, newest first; slot 0 where there were fewer.

    The k columns share their weights: one space, named like the feature unless `space` says otherwise.

    >>> [column.name for column in LastItems("view", k=2, slots=1024).outputs]
    ['view_item_last_1', 'view_item_last_2']
    """

    kind: str
    column: str = "item"
    k: int = 3
    slots: int = 1 << 16
    space: str = ""

    def __post_init__(self) -> None:
        self.needs  # noqa: B018 - a need checks itself
        check_slots(self.name, self.slots)

    @property
    def name(self) -> str:
        """Return kind, column, measure."""
        return f"{self.kind}_{self.column}_last"

    @property
    def outputs(self) -> tuple[Column, ...]:
        """Return k slot columns."""
        space = self.space or self.name
        return tuple(Column(f"{self.name}_{i + 1}", slots=self.slots, space=space) for i in range(self.k))

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return the most recent values."""
        return (Kept(self.kind, self.column, self.k, self.slots),)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return nothing: questions are not read."""
        return ()

    def values(self, seen: Seen) -> tuple[NDArray[Any], ...]:
        """Return the slots, newest first."""
        return tuple(seen.kept[self.needs[0]].T)
