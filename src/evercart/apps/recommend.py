"""Recommend: what will be clicked next, as a list of the parts that answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from evercart.asks.each import After
from evercart.errors import require
from evercart.evaluate.ranking import Ranking
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column
from evercart.fold import Fold
from evercart.labels.lists import Lists
from evercart.labels.pairs import Tick
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.ranker import Ranker
from evercart.units import WEEK_S

NAME = "recommend"


@dataclass(frozen=True)
class Recommend:
    """After each row of `kind`, the items that the next one of its session may be about, best first.

    sources    offer candidates, `Browsing` alone unless said; of several the candidates are united
    k          items of a list that count
    window_s   how long a session may pause before its next row is the first of another

    >>> Recommend().reads
    ('session', 'item')
    """

    kind: str = "view"
    by: str = "session"
    sources: tuple[Any, ...] = ()
    k: int = 20
    window_s: float = 1 * WEEK_S
    tick: Tick = field(default_factory=Tick)

    def __post_init__(self) -> None:
        for source in self.offering:
            require(hasattr(source, "offered"), "recommend.sources", "sources of candidates", type(source).__name__)

    @property
    def asks(self) -> After:
        """Return what asks: just after each row of the kind."""
        return After(self.kind, self.reads)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns of an event that are needed, which are those that a question carries."""
        return tuple(dict.fromkeys((self.by, "item", *(name for one in self.offering for name in one.reads))))

    @property
    def offering(self) -> tuple[Any, ...]:
        """Return the sources of candidates."""
        return self.sources or (Browsing(self.kind, self.by),)

    @property
    def kinds(self) -> frozenset[int]:
        """Return the numbers of the kinds that are read."""
        return frozenset(kind_number(name) for name in (self.kind, *(source.kind for source in self.offering)))

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return what the columns of a candidate's x mean, as `unite` puts them beside each other."""
        if len(self.offering) == 1:
            return tuple(Column(name) for name in self.offering[0].columns)
        own = ("score", "nearness")
        return tuple(
            Column(f"source{at}.{name}") for at, one in enumerate(self.offering) for name in (*own, *one.columns)
        )

    @property
    def lists(self) -> Lists:
        """Return what waits for the answers."""
        longest = sum(source.offered for source in self.offering)
        return Lists(len(self.columns), self.kind, self.by, longest=longest, tick=self.tick)

    @property
    def ranker(self) -> Ranker:
        """Return what orders the candidates."""
        return Ranker(self.columns)

    @property
    def ranking(self) -> Ranking:
        """Return what scores the lists."""
        return Ranking(self.kind, self.by, self.k, self.window_s)

    def stages(self) -> dict[str, Fold[Any, Any, Any]]:
        """Return every stage by name, in the order of their turns."""
        sources = {f"source{at}": source for at, source in enumerate(self.offering)}
        return {"asks": self.asks, **sources, "lists": self.lists, "ranker": self.ranker, "ranking": self.ranking}
