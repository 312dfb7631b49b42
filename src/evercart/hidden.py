"""Hidden: names that no answer may be about, nor from, since their erasure was begun."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evercart.erasures import KEYS, Pending
from evercart.events.batch import Events


class Hidden:
    """Hashes by key column, each until its erasure is finished.

    finished    whether the erasure that was begun at an offset has its receipt
    """

    def __init__(self, finished: Callable[[int], bool]) -> None:
        self._finished = finished
        self._begun: dict[int, tuple[str, int]] = {}  # by offset
        self.of: dict[str, set[int]] = {name: set() for name in KEYS}

    def add(self, one: Pending) -> None:
        """Hide a name from now on."""
        if one.what in KEYS and not self._finished(one.offset):
            self._begun[one.offset] = one.what, int(one.hash, 16)
            self.of[one.what].add(int(one.hash, 16))

    def look(self) -> list[int]:
        """Let go of names whose erasure is finished, return them: what the log says of them since is new."""
        gone = [self._begun.pop(offset) for offset in [at for at in self._begun if self._finished(at)]]
        free = [(what, name) for what, name in gone if (what, name) not in self._begun.values()]
        for what, name in free:
            self.of[what].discard(name)
        return [name for _, name in free]

    def covers(self, what: str, name: int) -> bool:
        """Return whether a name is hidden."""
        return name in self.of[what]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns in which something is hidden."""
        return tuple(what for what, names in self.of.items() if names)

    def left(self, events: Events) -> Events:
        """Return the rows that name nothing hidden."""
        for what, names in self.of.items():
            if names:
                events = events.rows(~np.isin(events[what], np.array(sorted(names), np.uint64)))
        return events
