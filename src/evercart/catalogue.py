"""Catalogue: the names of items, which right of the log are only hashes, with what else is known of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pyarrow as pa

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.hashing import hash_strings

MOST: Final = 1 << 20
ITEM: Final = kind_number("item")


class Catalogue:
    """A table from an item's hash to its name, to its category's hash, to the log time of its first row.

    key     the shop's
    most    items that are held; of more, those first seen longest ago go, their names with them

    Bytes: about 300 an item, beside its name.

    >>> catalogue = Catalogue(key=1)
    >>> catalogue.note(pa.array(["milk", None]))
    >>> [name for name in catalogue.name.values()]
    ['milk']
    """

    def __init__(self, key: int, most: int = MOST) -> None:
        require(most >= 1, "catalogue.most", "at least 1", most)
        self._key, self._most = key, most
        self.name: dict[int, str] = {}
        self.category: dict[int, int] = {}
        self.since_us: dict[int, int] = {}

    def __contains__(self, item: object) -> bool:
        return item in self.name

    def take(self, events: Events, names: Callable[[int, int], pa.Table]) -> None:
        """Take in rows of the log, with columns `item`, `category`.

        names    from [start, stop) to these rows as they were sent; asked only where an item is new
        """
        new = set(events["item"].tolist()).difference(self.name, (0,))
        if new:
            self.note(names(int(events.offset[0]), int(events.offset[-1]) + 1)["item"])
            for item, us in zip(events["item"].tolist(), events.logged_us.tolist(), strict=True):
                if item in new and item in self.name:
                    self.since_us.setdefault(item, us)
        told = (events.kind == ITEM) & (events["category"] != 0)
        for item, category in zip(events["item"][told].tolist(), events["category"][told].tolist(), strict=True):
            if item in self.name:
                self.category[item] = category

    def note(self, names: pa.Array | pa.ChunkedArray) -> None:
        """Take in names; those that are null are none."""
        unique = names.unique().drop_null()
        for item, name in zip(hash_strings(unique, self._key).tolist(), unique.to_pylist(), strict=True):
            self.name.setdefault(item, name)
        while len(self.name) > self._most:
            self.forget(next(iter(self.name)))

    def forget(self, item: int) -> None:
        """Let an item go, if it is held."""
        self.name.pop(item, None)
        self.category.pop(item, None)
        self.since_us.pop(item, None)
