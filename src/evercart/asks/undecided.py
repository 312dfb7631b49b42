"""Undecided: the log without live decisions, for an app that has none of its own there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from evercart.asks.weave import DECISION
from evercart.events.batch import Events
from evercart.fold import Grain


class Nothing(NamedTuple):
    """What is remembered."""


@dataclass(frozen=True)
class Undecided:
    """A fold from events to the same without decisions, which would be questions of whatever asks next.

    Where an app ranks, the decision of another would be answered with a list, in the place of the one that is open.

    >>> rows = Events.of(kind=[1, 7, 2], item=[5, 6, 7])
    >>> Undecided().step(Nothing(), rows)[1]["item"].tolist()
    [5, 7]
    """

    grain: ClassVar[Grain] = "event"

    @property
    def reads(self) -> tuple[str, ...]:
        """Return nothing beside the clock."""
        return ()

    def start(self) -> Nothing:
        """Return what is remembered of no row."""
        return Nothing()

    def step(self, state: Nothing, batch: Events) -> tuple[Nothing, Events]:
        """Return the rows that are no decisions."""
        out = batch.kind == DECISION
        return state, batch.rows(~out) if out.any() else batch
