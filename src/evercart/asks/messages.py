"""Messages: one question just after each message, which knows what it said, by what name it may be answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from evercart.asks.weave import LOGGED, Asked, following, names, weave
from evercart.events.batch import TEXT, Events
from evercart.events.kinds import KEYS
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain

_CARRIED = ("user", "session", "item", "place", "label", TEXT)


@dataclass(frozen=True)
class Messages:
    """Ask just after each row of the kind; `ref` of the question is the row's id, by which its label may come.

    A label that stands on the row itself goes along: whoever guesses is asked before it is told.

    >>> asks = Messages()
    >>> state, woven = asks.step(asks.start(), Events.of(kind=[20, 2], id=[7, 8], ref=[0, 0]))
    >>> woven["number"].tolist(), woven["ref"].tolist()
    ([-1, 0, -1], [0, 7, 0])
    """

    kind: str = "message"
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it carries."""
        return tuple(dict.fromkeys((*_CARRIED, *LOGGED)))

    @property
    def own(self) -> tuple[str, ...]:
        """Return the whole row: it lies before the question."""
        return ("kind", "event_us", *KEYS, "label", TEXT)

    def start(self) -> Asked:
        """Return the state before the first row."""
        return Asked(np.zeros(1, np.int64))

    def step(self, state: Asked, batch: Events) -> tuple[Asked, Events]:
        """Weave one question after each row of the kind."""
        at = np.flatnonzero(batch.kind == kind_number(self.kind))
        carried = {name: batch[name][at] for name in _CARRIED if name in batch.columns}
        carried["ref"] = names(batch, "id")[at]
        woven = weave(batch, at + 1, at, carried, int(state.next[0]), names(batch, "ref")[at])
        return following(state, woven), woven
