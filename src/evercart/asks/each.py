"""One question at each row of a kind: just before it, or just after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from evercart.asks.weave import LOGGED, Asked, following, names, weave
from evercart.errors import require
from evercart.events.batch import CLOCK, DTYPES, GIVEN, Events
from evercart.events.kinds import KEYS
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain


@dataclass(frozen=True)
class Before:
    """Ask just before each row of a kind, carrying only the columns it names: may this payment pass?

    named    whether `ref` of the question is what the row will be answered by: the decision that it names itself, be it
             in the log or not, else its id; see `Rooted`

    >>> asks = Before("order", columns=("user",))
    >>> state, woven = asks.step(asks.start(), Events.of(kind=[1, 2], user=[7, 8]))
    >>> woven["number"].tolist(), woven["user"].tolist()
    ([-1, 0, -1], [7, 8, 8])
    """

    kind: str
    columns: tuple[str, ...]
    named: bool = False
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)
        for name in self.columns:
            known = (name in DTYPES and name not in CLOCK) or name.startswith(GIVEN)
            require(known, "before.columns", "columns of an event, not its clock", name)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it carries."""
        return tuple(dict.fromkeys((*self.columns, *LOGGED)))

    @property
    def own(self) -> tuple[str, ...]:
        """Return what the question is about, with what says that it was decided live."""
        return ("kind", "ref", *self.columns)

    def start(self) -> Asked:
        """Return the state before the first row."""
        return Asked(np.zeros(1, np.int64))

    def step(self, state: Asked, batch: Events) -> tuple[Asked, Events]:
        """Weave one question before each row of the kind."""
        at = np.flatnonzero(batch.kind == kind_number(self.kind))
        known = {name: batch[name][at] for name in self.columns}
        if self.named:
            ref = names(batch, "ref")[at]
            known["ref"] = np.where(ref != 0, ref, names(batch, "id")[at])
        woven = weave(batch, at, at, known, int(state.next[0]), names(batch, "ref")[at])
        return following(state, woven), woven


@dataclass(frozen=True)
class After:
    """Ask just after each row of a kind, which the question may know whole: what will be clicked next?

    >>> asks = After("view")
    >>> state, woven = asks.step(asks.start(), Events.of(kind=[1, 2], item=[7, 8], user=[1, 1]))
    >>> woven["number"].tolist()
    [-1, 0, -1]
    """

    kind: str
    columns: tuple[str, ...] = ("user", "session", "item", "place")
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)
        for name in self.columns:
            require(name in DTYPES and name not in CLOCK, "after.columns", "columns of an event, not its clock", name)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it carries."""
        return tuple(dict.fromkeys((*self.columns, *LOGGED)))

    @property
    def own(self) -> tuple[str, ...]:
        """Return the whole row: it lies before the question."""
        return ("kind", "event_us", *KEYS, *self.columns)

    def start(self) -> Asked:
        """Return the state before the first row."""
        return Asked(np.zeros(1, np.int64))

    def step(self, state: Asked, batch: Events) -> tuple[Asked, Events]:
        """Weave one question after each row of the kind."""
        at = np.flatnonzero(batch.kind == kind_number(self.kind))
        carried = {name: batch[name][at] for name in self.columns if name in batch.columns}
        woven = weave(batch, at + 1, at, carried, int(state.next[0]), names(batch, "ref")[at])
        return following(state, woven), woven
