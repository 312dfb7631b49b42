"""Columns: what each column of a table's X means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evercart.errors import UserError, expected, require

MOST_SLOTS = 1 << 24  # a slot travels in X as float32, which is exact up to here


@dataclass(frozen=True)
class Column:
    """One column of X: a number with a unit, or a slot in [0, slots)."""

    name: str
    unit: str = "1"
    slots: int = 0  # 0: a number
    space: str = ""  # slot columns that name the same space share their weights

    def __post_init__(self) -> None:
        require(0 <= self.slots <= MOST_SLOTS, f"column {self.name}.slots", f"0 to {MOST_SLOTS}", self.slots)

    @property
    def is_number(self) -> bool:
        """Return whether the column holds a number rather than a slot."""
        return self.slots == 0


def chosen(columns: Iterable[Column], names: Iterable[str]) -> tuple[int, ...]:
    """Return the places of the named columns.

    >>> chosen((Column("a"), Column("b")), ["b"])
    (1,)
    """
    places = {column.name: i for i, column in enumerate(columns)}
    for name in names:
        if name not in places:
            raise UserError(expected("column", "one of " + " ".join(places), name))
    return tuple(places[name] for name in names)
