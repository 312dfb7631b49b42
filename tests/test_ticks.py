"""Rows are handed out once their tick has closed, each once, none twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from evercart.events.kinds import number
from evercart.labels.pairs import Tick
from evercart.log import Log, open_log
from evercart.loop import Ring
from evercart.testing.contested import contested, coupons
from evercart.ticks import AGAIN_S, IDLE_S, LATE_S, QUIET_S, Ticks
from evercart.units import SECOND_US

NOW_US = 1_800_000_000_000_000
HEARTBEAT = number("heartbeat")
LIVE = coupons(400)


class World:
    """A log, to which rows come as a test says."""

    def __init__(self, log: Log, tick: Tick) -> None:
        self.log, self.s, self.sent = log, 0.0, 0
        self.ticks = Ticks(Ring((contested(),), tick), log, 0, lambda: self.s)

    @property
    def us(self) -> int:
        return NOW_US + int(self.s * SECOND_US)

    def send(self, rows: int) -> None:
        self.log.append(LIVE.slice(self.sent, rows), self.us)
        self.sent += rows

    def taken(self) -> list[int]:
        """Return the offsets that are handed out now."""
        if not self.ticks.due():
            return []
        return [at for events in self.ticks.closed() for at in events.offset.tolist()]

    def kinds(self) -> list[int]:
        return [kind for events in self.log.read(0) for kind in events.kind.tolist()]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    log = open_log(tmp_path / "log", 1)
    yield World(log, Tick())
    log.close()


def test_rows_come_once_their_second_is_over(world: World) -> None:
    world.send(4)
    assert world.taken() == []
    world.s = 0.9
    world.send(4)
    assert world.taken() == []
    world.s = 1.05
    world.send(1)
    assert world.taken() == [*range(9)]  # the first is a heartbeat: live begins
    world.s = 2.1
    world.send(3)
    assert world.taken() == [9]


def test_nothing_is_read_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    whole = type(world.log).read

    def watched(self, start, stop=None, **more):
        for events in whole(self, start, stop, **more):
            read.extend(events.offset.tolist())
            yield events

    monkeypatch.setattr(type(world.log), "read", watched)
    found: list[int] = []
    for world.s in np.arange(0, 12, 0.25).tolist():
        world.send(3)
        found += world.taken()
    assert read == sorted(set(read))
    assert found == [*range(found[-1] + 1)]
    assert found[-1] > 100


def test_a_tick_that_rows_close_waits_for_company(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", 1)
    world = World(log, Tick(3600 * SECOND_US, 8))
    world.send(4)
    world.taken()
    world.send(9)
    assert world.taken() == []
    world.s = AGAIN_S + 0.1
    assert world.taken() == []
    world.s = LATE_S + 0.1
    assert world.taken() == [*range(8)]
    log.close()


def test_who_did_not_take_all_begins_again(world: World) -> None:
    world.send(9)
    world.s = 2.5
    world.send(1)
    assert world.ticks.due()
    next(world.ticks.closed())
    world.ticks.again(4)
    assert world.taken() == [*range(4, 10)]


def test_a_heartbeat_closes_the_tick_of_the_last_event_then_they_are_rare(world: World) -> None:
    assert not world.ticks.beat(world.us)  # an empty log
    world.send(5)
    found: list[int] = []
    beats: list[float] = []
    for world.s in np.arange(0, 2 * IDLE_S + 5, 0.05).tolist():
        found += world.taken()
        if world.ticks.beat(world.us):
            beats.append(world.s)
    assert beats[0] == pytest.approx(1.0, abs=QUIET_S)
    assert np.diff(beats) == pytest.approx([IDLE_S, IDLE_S], abs=0.1)
    assert world.kinds().count(HEARTBEAT) == 1 + len(beats)
    assert found == [*range(8)]


def test_history_keeps_its_clock(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", 1)
    log.import_history("all", lambda skip: iter([LIVE.slice(skip)]))
    world = World(log, Tick())
    found = world.taken()
    assert 0 < len(found) < len(LIVE)
    for world.s in (5.0, 50.0, 500.0):
        assert not world.ticks.beat(world.us)
        assert world.taken() == []
    assert HEARTBEAT not in world.kinds()
    log.close()
