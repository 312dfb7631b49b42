"""Hashed: categories of the question itself, or crosses of them, as slots."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import MOST_SLOTS, Column
from evercart.features.needs import HASHES, Need, one_of
from evercart.features.seen import Seen
from evercart.hashing import mix_columns


def check_slots(where: str, slots: int) -> None:
    """Raise `UserError` unless a hashed column may have so many slots."""
    require(2 <= slots <= MOST_SLOTS, f"{where}.slots", f"2 to {MOST_SLOTS}", slots)


def slot_of(hashes: NDArray[np.uint64], slots: int) -> NDArray[np.int32]:
    """Return slots in [1, slots), 0 where the hash is missing, shaped like `hashes`.

    >>> slot_of(np.array([0, 7], np.uint64), 4).tolist()
    [0, 2]
    """
    inner = (hashes % np.uint64(slots - 1)).astype(np.int32) + np.int32(1)
    return np.where(hashes == 0, np.int32(0), inner)


@dataclass(frozen=True)
class Hashed:
    """One slot a question from the hash of its columns; slot 0 where any of them is missing.

    Several columns are a declared cross. Columns that name the same `space` share their weights.

    >>> Hashed(("place", "item"), slots=1 << 16).outputs[0].name
    'place_x_item'
    """

    columns: tuple[str, ...]
    slots: int
    space: str = ""

    def __post_init__(self) -> None:
        require(bool(self.columns), "hashed.columns", "at least one column", self.columns)
        for column in self.columns:
            one_of("hashed.columns", HASHES, column)
        check_slots(self.name, self.slots)

    @property
    def name(self) -> str:
        """Return the columns' names."""
        return "_x_".join(self.columns)

    @property
    def outputs(self) -> tuple[Column, ...]:
        """Return the one slot column."""
        return (Column(self.name, slots=self.slots, space=self.space),)

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return nothing: the question says it all."""
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns of the question."""
        return self.columns

    def values(self, seen: Seen) -> tuple[NDArray[Any], ...]:
        """Return the slots."""
        return (slot_of(reduce(mix_columns, (seen.asked[c] for c in self.columns)), self.slots),)
