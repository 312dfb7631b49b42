"""Outcomes: each question of other asks put once for each kind that may come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.asks.weave import Asks, names
from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain


class OutcomesState(NamedTuple):
    """How many questions there were, beside the state of the asks inside."""

    next: NDArray[np.int64]  # (1,)
    asks: Any


@dataclass(frozen=True)
class Outcomes:
    """Ask what the asks inside ask, about each of several kinds in turn: column `about` holds the kind's number.

    A decision in the log stays one question; it says itself what it is about.

    >>> from evercart.asks.each import After
    >>> asks = Outcomes(After("view"), ("cart", "order"))
    >>> rows = Events.of(kind=[1], user=[7], about=[0])
    >>> asks.step(asks.start(), rows)[1]["about"].tolist()
    [0, 17, 2]
    """

    asks: Asks
    kinds: tuple[str, ...]
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(len(self.kinds) > 0, "outcomes.kinds", "at least one kind", "none")
        require(len(set(self.kinds)) == len(self.kinds), "outcomes.kinds", "kinds that differ", " ".join(self.kinds))
        _ = self._numbers

    @property
    def kind(self) -> str:
        """Return the kind of event that is asked after."""
        return self.asks.kind

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return tuple(dict.fromkeys((*self.asks.reads, "about")))

    @property
    def own(self) -> tuple[str, ...]:
        """Return the columns of the row it stands at that a question may depend on."""
        return self.asks.own

    @property
    def _numbers(self) -> NDArray[np.int64]:
        return np.array([kind_number(name) for name in self.kinds], np.int64)

    def start(self) -> OutcomesState:
        """Return the state before the first row."""
        return OutcomesState(np.zeros(1, np.int64), self.asks.start())

    def step(self, state: OutcomesState, batch: Events) -> tuple[OutcomesState, Events]:
        """Weave the questions, each in the place of the one it comes from."""
        inner, woven = self.asks.step(state.asks, batch)
        implied = woven.asked & (names(woven, "id") == 0)
        times = np.where(implied, len(self.kinds), 1)
        rows = np.repeat(np.arange(len(woven)), times)
        turn = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
        many = woven.rows(rows)
        about = np.where(implied[rows], self._numbers[turn % len(self.kinds)], many["about"])
        asked = many.asked
        number = np.where(asked, state.next + np.cumsum(asked) - 1, -1)
        out = Events({**many.columns, "about": about, "number": number})
        return OutcomesState(state.next + np.count_nonzero(asked), inner), out
