"""A simulated shop's site."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from evercart.clock import Clock
from evercart.errors import UserError
from evercart.testing.playing import BATCH, Player
from evercart.testing.shop import SimulatedShop
from evercart.testing.visits import Arrival, Checkout, Left, Moment, moments
from evercart.units import DAY_US

LATE = Clock(now_us=lambda: 1 << 60)  # everything is due


@dataclass
class Site:
    """Notes what it is asked, answers with the items i1 to i8; away for some calls, if told so."""

    calls: list[tuple[str, Any]] = field(default_factory=list)
    away: int = 0

    def _note(self, what: str, said: Any) -> Any:
        if self.away:
            self.away -= 1
            text = "service: expected an answer, got none"
            raise UserError(text)
        self.calls.append((what, said))
        items = [SimpleNamespace(item=f"i{place}") for place in range(1, 9)]
        return SimpleNamespace(decision=f"d{len(self.calls)}", items=items)

    def send(self, events: Iterable[dict[str, Any]]) -> Any:
        return self._note("send", list(events))

    def recommend(self, *, user: str, session: str, k: int) -> Any:
        return self._note("recommend", (user, session, k))

    def decide(self, app: str, **keys: Any) -> Any:
        return self._note("decide", (app, keys))

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [event for what, said in self.calls if what == "send" for event in said]


def _event(number: int) -> dict[str, Any]:
    return {"id": f"e{number}", "kind": "view", "item": "i1", "event_us": number}


def test_it_asks_after_the_look_tells_what_was_bought() -> None:
    site = Site()
    player = Player(site, LATE)
    said = (_event(1), Arrival(5, "u1", "s10"), _event(2), Checkout(5, "u1", "s11", ("i2", "i8", "i99")), _event(3))
    player.play(Moment(place, one) for place, one in enumerate(said))
    assert [what for what, _ in site.calls] == ["send", "recommend", "send", "decide", "send"]
    assert site.calls[1][1] == ("u1", "s10", 8)
    assert site.calls[3][1] == ("repurchase", {"user": "u1", "session": "s11"})
    outcome = {"id": "of d2", "kind": "outcome", "event_us": 3, "ref": "d2", "value": 2.0}
    assert site.calls[2][1] == [_event(2), outcome]
    played = player.played
    assert (played.events, played.lists, played.guesses, played.outcomes) == (4, 1, 1, 1)


def test_who_leaves_bought_nothing() -> None:
    site = Site()
    Player(site, LATE).play([Moment(0, Arrival(5, "u1", "s10")), Moment(9, Left(5))])
    assert site.sent == [{"id": "of d1", "kind": "outcome", "event_us": 9, "ref": "d1", "value": 0.0}]


def test_whether_somebody_came_back_in_time_is_told_when_they_do() -> None:
    site = Site()
    said = [Checkout(place, "u1", f"s{place}", ()) for place in range(3)]
    Player(site, LATE).play(Moment(us, one) for us, one in zip((0, DAY_US, 9 * DAY_US), said, strict=True))
    assert [(event["ref"], event["value"]) for event in site.sent] == [("d1", 1.0), ("d3", 0.0)]


def test_nothing_is_said_before_its_time() -> None:
    now = iter(range(0, 10_000, 10))
    site, waits = Site(), []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout)
            return False

    clock = Clock(now_us=lambda: next(now), speed=1e-6)
    Player(site, clock, Stop()).play([Moment(5, _event(5)), Moment(35, _event(35))])
    assert len(waits) == 3  # at 0; at 20, at 30
    assert [said for _, said in site.calls] == [[_event(5)], [_event(35)]]


def test_what_the_service_cannot_take_is_sent_again() -> None:
    site = Site(away=2)

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            return False

    player = Player(site, LATE, Stop())
    player.play([*(Moment(place, _event(place)) for place in range(3 * BATCH)), Moment(9_999, Left(1))])
    player.play([])
    assert site.sent == [_event(place) for place in range(3 * BATCH)]
    assert all(len(said) <= BATCH for _, said in site.calls)
    assert (player.played.troubles, player.played.trouble) == (2, "service: expected an answer, got none")
    assert "2 refused" in str(player.played)


def test_it_stops_when_told() -> None:
    site = Site()
    player = Player(site, Clock(now_us=lambda: 0))
    player.stop.set()
    player.play([Moment(1, _event(1))])
    assert site.calls == []


def test_a_whole_day_is_played() -> None:
    site = Site()
    day = next(SimulatedShop(seed=3, shoppers=60, items=40, days=1).events())
    Player(site, LATE).play(moments(day))
    ids = [event["id"] for event in site.sent if event["kind"] != "outcome"]
    assert ids == day["id"].to_pylist()
    assert len({event["id"] for event in site.sent}) == len(site.sent)
