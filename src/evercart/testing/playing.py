"""Playing: a simulated shop's site, which sends what happens, asks what to show, tells what came of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from evercart.clock import Clock
from evercart.errors import UserError
from evercart.testing.visits import Arrival, Checkout, Event, Left, Moment
from evercart.units import DAY_US

BATCH: Final = 500  # events of a request
SHOWN: Final = 8  # items of a list
RETURNS_US: Final = 7 * DAY_US  # within which `repurchase` asks for a return
_LOOK_S: Final = 0.05  # between two looks at the clock


class Site(Protocol):
    """What is needed of `evercart.client.Client`."""

    def send(self, events: Iterable[Event]) -> Any:
        """Log events."""
        ...

    def recommend(self, *, user: str, session: str, k: int) -> Any:
        """Return a list with the number of its decision."""
        ...

    def decide(self, app: str, **keys: Any) -> Any:
        """Return a guess with the number of its decision."""
        ...


@dataclass
class Played:
    """How much was said, how often the service would not have it."""

    us: int = 0  # of the simulation
    events: int = 0
    lists: int = 0
    guesses: int = 0
    outcomes: int = 0
    troubles: int = 0
    trouble: str = ""  # the last one

    def __str__(self) -> str:
        said = f"{self.events:,} events, {self.lists:,} lists, {self.guesses:,} guesses, {self.outcomes:,} outcomes"
        return f"{said}, {self.troubles:,} refused (the last: {self.trouble})" if self.troubles else said


@dataclass
class Player:
    """Plays moments at the speed of a clock.

    stop    once it is set, nothing more is said
    """

    site: Site
    clock: Clock
    stop: threading.Event = field(default_factory=threading.Event)
    played: Played = field(default_factory=Played)
    _waiting: list[Event] = field(default_factory=list)
    _lists: dict[int, tuple[str, frozenset[str]]] = field(default_factory=dict)  # by visit: decision, items
    _bets: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # by shopper: when, decision

    def play(self, moments: Iterable[Moment]) -> None:
        """Play to the end, or until it is to stop."""
        for moment in moments:
            while (ahead_us := moment.us - self.clock.now_us()) > 0 and not self.stop.is_set():
                self._flush()
                self.stop.wait(min(self.clock.real_s(ahead_us), _LOOK_S))
            if self.stop.is_set():
                return
            self.played.us = moment.us
            self._say(moment)
            if len(self._waiting) >= BATCH:
                self._flush()
        self._flush()

    def _say(self, moment: Moment) -> None:
        said = moment.said
        if isinstance(said, Arrival):
            self._flush()  # a list knows of the look before it
            self._recommend(said)
        elif isinstance(said, Checkout):
            self._settle(moment.us, said.visit, frozenset(said.items))
            self._back(moment.us, said.user)
            self._flush()
            self._bet(moment.us, said)
        elif isinstance(said, Left):
            self._settle(moment.us, said.visit, frozenset())
        else:
            self._waiting.append(said)

    def _recommend(self, said: Arrival) -> None:
        try:
            found = self.site.recommend(user=said.user, session=said.session, k=SHOWN)
        except UserError as error:
            self._trouble(error)
            return
        self.played.lists += 1
        self._lists[said.visit] = (found.decision, frozenset(one.item for one in found.items))

    def _bet(self, us: int, said: Checkout) -> None:
        """Ask whether a shopper will be back; what came of it is told at the next basket, or after a week."""
        try:
            found = self.site.decide("repurchase", user=said.user, session=said.session)
        except UserError as error:
            self._trouble(error)
            return
        self.played.guesses += 1
        self._bets.setdefault(said.user, []).append((us, found.decision))

    def _settle(self, us: int, visit: int, items: frozenset[str]) -> None:
        """Tell how many items of a list were bought."""
        if visit in self._lists:
            decision, shown = self._lists.pop(visit)
            self._outcome(us, decision, float(len(shown & items)))

    def _back(self, us: int, user: str) -> None:
        for asked_us, decision in self._bets.pop(user, ()):
            self._outcome(us, decision, float(us - asked_us <= RETURNS_US))

    def _outcome(self, us: int, decision: str, value: float) -> None:
        event = {"id": f"of {decision}", "kind": "outcome", "event_us": us, "ref": decision, "value": value}
        self._waiting.append(event)
        self.played.outcomes += 1

    def _flush(self) -> None:
        """Send what waits; what the service cannot take now stays."""
        while self._waiting and not self.stop.is_set():
            try:
                self.site.send(self._waiting[:BATCH])
            except UserError as error:
                self._trouble(error)
                self.stop.wait(1.0)
                return
            self.played.events += len(self._waiting[:BATCH])
            del self._waiting[:BATCH]

    def _trouble(self, error: UserError) -> None:
        self.played.troubles += 1
        self.played.trouble = str(error)
