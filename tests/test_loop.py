"""The ring: whole ticks, one state for what two apps share; a stage that is moved is noticed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import pytest

from evercart import loop
from evercart.app import App
from evercart.asks.weave import names
from evercart.evaluate.losses import log_loss
from evercart.events.batch import Events
from evercart.fold import fingerprint_packed
from evercart.hashing import hash_name
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED, tick_of
from evercart.loop import Lane, Ring, Said, Stopwatch, warm, whole_ticks
from evercart.testing import LawBroken, Logged, check_fold
from evercart.testing.redeems import orders, redeems
from evercart.units import DAY_S, DAY_US, HOUR_S


def loss(events: Events, one: App, tick: Tick) -> float:
    ring = Ring((one,), tick)
    said = ring.step(ring.start(), events, Stopwatch(lambda: 0.0))[one.name].scored
    assert len(said) > 1000
    return float(log_loss.each(said.y, said.guesses[:, 0])[500:].mean())


def counted_first(lane: Lane, events: Events, go: Any, *_: Any) -> Said:
    """The ring with tables that take a row before its question is put."""
    woven = go(lane.asks, events)
    at = np.flatnonzero(woven.asked & (names(woven, "id") == 0))
    order = np.arange(len(woven))
    order[at], order[at + 1] = at + 1, at
    x = np.hstack([go(table, woven.rows(order)) for table in lane.tables])
    return _rest(lane, go, go(lane.pairs, go(lane.decided, (woven, x))))


def learned_first(lane: Lane, events: Events, go: Any, *_: Any) -> Said:
    """The ring with weights that move before the tick's guesses are made."""
    woven = go(lane.asks, events)
    x = np.hstack([go(table, woven) for table in lane.tables])
    turns = go(lane.pairs, go(lane.decided, (woven, x)))
    late = np.argsort(2 * turns.tick + (turns.what == ASKED), kind="stable")
    late_turns = replace(turns.rows(late), tick=(2 * turns.tick + (turns.what == ASKED))[late])
    guesses = {name: np.empty(len(turns)) for name in lane.racers}
    for name, racer in lane.racers.items():
        guesses[name][late] = go(racer, late_turns)
    scored = go(lane.race, (turns, guesses))
    return Said(turns, scored, go(lane.report, scored))


def _rest(lane: Lane, go: Any, turns: Any) -> Said:
    guesses = {name: go(racer, turns) for name, racer in lane.racers.items()}
    scored = go(lane.race, (turns, guesses))
    return Said(turns, scored, go(lane.report, scored))


def test_a_row_counted_before_it_is_asked_about_shows_in_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = loss(orders(3000), redeems(), Tick())
    monkeypatch.setattr(loop, "_round", counted_first)
    moved = loss(orders(3000), redeems(), Tick())
    assert honest > 0.65  # the price of an order that is not known yet says nothing
    assert moved < 0.3


def test_weights_that_move_before_the_guesses_show_in_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    tick = Tick(us=DAY_US)
    honest = loss(orders(3000, alike_s=DAY_S), redeems(), tick)
    monkeypatch.setattr(loop, "_round", learned_first)
    moved = loss(orders(3000, alike_s=DAY_S), redeems(), tick)
    assert honest > 0.65
    assert moved < honest - 0.1


@dataclass(frozen=True)
class Guessed:
    """The ring up to its guesses as one fold: events in; the same out, with what was guessed at each question."""

    ring: Ring
    grain: ClassVar[str] = "tick"

    def start(self) -> tuple[Any, ...]:
        return tuple(self.ring.start().values())

    def step(self, state: tuple[Any, ...], batch: Events) -> tuple[tuple[Any, ...], Events]:
        lane = self.ring.lanes()[0]
        states = dict(zip(self.ring.stages(), state, strict=True))
        kept: dict[str, Any] = {}

        def go(stage: loop.Stage, given: Any) -> Any:
            states[stage.name], kept[stage.name] = stage.fold.step(states[stage.name], given)
            return kept[stage.name]

        turns = loop._round(lane, batch, go).turns
        woven, _ = kept[lane.decided.name]
        value = np.zeros(len(woven))
        guesses = kept[f"{lane.app.name} continual"]
        value[woven.asked] = guesses[np.isfinite(guesses)]
        columns = {
            "offset": woven.offset,
            "kind": woven.kind,
            "number": woven["number"],
            "id": woven["id"],
            "value": value,
        }
        assert int((turns.what == ASKED).sum()) == int(woven.asked.sum())
        return tuple(states.values()), Events({**columns, "logged_us": woven.logged_us, "event_us": woven.event_us})


class Live(Logged):
    """Events with live decisions among them, a third of them of the app that is checked."""

    def filled(self, *clock: Any, **how: Any) -> Events:
        events = super().filled(*clock, **how)
        events["app"][events["app"] == hash_name("app-0", 1)] = hash_name("redeems", 1)
        return events


STREAM = Live(("order", "redeem", "view", "decision"), own=("kind", "user", "ref"), live=0.0)


def test_the_whole_ring_keeps_the_laws() -> None:
    check_fold(
        lambda _: Guessed(Ring((redeems(),), key=1)), STREAM, laws=("resume", "batching", "honesty"), examples=10
    )


@pytest.mark.parametrize(("moved", "window_s"), [(counted_first, HOUR_S), (learned_first, 0.3)])
def test_the_law_of_honesty_notices_a_stage_that_was_moved(monkeypatch, moved: Any, window_s: float) -> None:
    monkeypatch.setattr(loop, "_round", moved)
    with pytest.raises(LawBroken, match="honesty"):
        check_fold(
            lambda _: Guessed(Ring((redeems(window_s=window_s),), key=1)), STREAM, laws=("honesty",), examples=60
        )


def test_equal_folds_share_one_state() -> None:
    ring = Ring((redeems("one"), redeems("two", window_s=DAY_S)))
    names = list(ring.stages())
    assert sum(name.startswith("asks") for name in names) == 1
    assert sum(name.startswith("table") for name in names) == 1
    assert {"one pairs", "two pairs", "one continual", "two continual"} <= set(names)


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_reads_of_any_size_give_the_same_states(size: int) -> None:
    events, tick = orders(300), Tick(events=50)
    ring = Ring((redeems(),), tick, frozen_us=int(events.logged_us[200]))

    def packed(batches: Any) -> str:
        states = ring.start()
        for batch in whole_ticks(batches, tick):
            ring.step(states, batch, Stopwatch(lambda: 0.0))
        return fingerprint_packed(ring.pack(states))

    pieces = (events.rows(slice(at, at + size)) for at in range(0, len(events), size))
    assert packed(pieces) == packed(iter([events]))


def test_whole_ticks_keep_the_last_tick_back() -> None:
    events, tick = orders(100), Tick(us=DAY_US, events=16)
    batches = list(whole_ticks((events.rows(slice(at, at + 9)) for at in range(0, len(events), 9)), tick))
    ticks = [tick_of(batch.logged_us, batch.offset, tick.us, tick.events) for batch in batches]
    for one, other in pairwise(ticks):
        assert one[-1] < other[0]
    whole = tick_of(events.logged_us, events.offset, tick.us, tick.events)
    assert sum(len(batch) for batch in batches) == int(np.searchsorted(whole, whole[-1]))


def test_packed_states_come_back() -> None:
    ring = Ring((redeems(),))
    states = ring.start()
    ring.step(states, orders(200), Stopwatch(lambda: 0.0))
    flat = ring.pack(states)
    assert fingerprint_packed(ring.pack(ring.unpack(flat))) == fingerprint_packed(flat)


def test_the_stopwatch_counts_each_stage() -> None:
    clock = iter(range(100))
    watch = Stopwatch(lambda: float(next(clock)))
    ring = Ring((redeems(),))
    ring.step(ring.start(), orders(10), watch)
    assert set(watch.spent) == set(ring.stages())
    assert all(spent == 1.0 for spent in watch.spent.values())


def test_warming_leaves_nothing_behind() -> None:
    ring = Ring((redeems(),))
    warm(ring)
    assert fingerprint_packed(ring.pack(ring.start())) == fingerprint_packed(ring.pack(Ring((redeems(),)).start()))
