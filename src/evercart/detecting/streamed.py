"""Streamed: payments taken round the ring of the app, each asked about before its label is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.app import App
from evercart.detecting.raided import Raid, Raided, World, parted, raided
from evercart.detecting.reading import Payments
from evercart.events.batch import GIVEN, Events, dtype_of, missing
from evercart.events.kinds import number as kind_number
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED
from evercart.lane import Stage
from evercart.loop import Ring, Stopwatch, warm, whole_ticks
from evercart.units import DAY_US, SECOND_US

_AT_ONCE: Final = 1 << 16  # rows of a batch
RAIDED: Final = ("continual", "hardened")  # racers that attacks are tried on
FROZEN: Final = 0.25  # of the payments, after which the control learns no more
_FIRST: Final = 1  # the id of the first payment: 0 names nobody


class Streamed(NamedTuple):
    """What the racers guessed."""

    guesses: dict[str, NDArray[np.float64]]  # by racer, (payments,), NaN where none was made
    cpu_s: dict[str, float]  # by racer, then by stage
    counts: dict[str, int]
    raided: dict[str, list[Raided]]  # by racer, the frauds that were made again


def batches(found: Payments, delay_us: int, reads: tuple[str, ...]) -> Iterator[Events]:
    """Yield payments, each fraud with a chargeback so long after it, in the order of time."""
    bad = np.flatnonzero(found.label == 1)
    us = np.concatenate([found.us, found.us[bad] + delay_us])
    row, pays = np.concatenate([np.arange(len(found.us)), bad]), np.arange(len(us)) < len(found.us)
    order = np.lexsort((pays, us))  # what is known at an instant is known before a payment of that instant
    for first in range(0, len(order), _AT_ONCE):
        at = order[first : first + _AT_ONCE]
        yield _events(found, us[at], row[at], pays[at], first, reads)
    closing = {column: np.full(1, missing(column), dtype_of(column)) for column in reads}
    end = {"offset": [len(order)], "logged_us": [us.max() + 2 * delay_us + DAY_US], "kind": [kind_number("heartbeat")]}
    yield Events.of(**closing, **end)  # a row after the last one closes its tick


def _events(
    found: Payments,
    us: NDArray[np.int64],
    row: NDArray[np.int64],
    pays: NDArray[np.bool_],
    first: int,
    reads: tuple[str, ...],
) -> Events:
    name = (row + _FIRST).astype(np.uint64)
    columns: dict[str, Any] = {column: np.full(len(us), missing(column), dtype_of(column)) for column in reads}
    known: dict[str, NDArray[Any]] = {**found.parties, **found.located, "amount": found.amount}
    known |= {GIVEN + number: values for number, values in found.numbers.items()}
    for column, values in known.items():
        if column in columns:
            columns[column][pays] = values[row[pays]]
    columns |= {"id": np.where(pays, name, np.uint64(0)), "ref": np.where(pays, np.uint64(0), name)}
    kind = np.where(pays, kind_number("payment"), kind_number("chargeback"))
    offset = np.arange(first, first + len(us))
    return Events.of(**columns, kind=kind, offset=offset, logged_us=us, event_us=us)


def streamed(
    app: App,
    found: Payments,
    delay_s: float,
    cpu_s: Callable[[], float],
    step: Callable[[float], None],
    raid: Raid | None = None,
) -> Streamed:
    """Take payments round the ring once, beside a control that learns no more after a quarter of them.

    step    is told which part is done
    raid    makes some of the frauds again, as they would look best to each racer of `RAIDED`
    """
    tick, raid = Tick(), raid or Raid(frauds=0)
    ring = Ring((app,), tick, int(np.quantile(found.us, FROZEN)), gated=False)
    warm(ring)
    (lane,), watch, states = ring.lanes(), Stopwatch(cpu_s), ring.start()
    guesses = {name: np.full(len(found.us), np.nan) for name in lane.racers}
    told: dict[str, list[Raided]] = {name: [] for name in lane.racers if name in RAIDED}
    victims = raid.drawn(found.label)

    def go(stage: Stage, batch: Any) -> Any:
        with watch.on(stage.name):
            states[stage.name], out = stage.fold.step(states[stage.name], batch)
        return out

    def known(woven: Events) -> NDArray[np.float32]:
        return np.hstack([go(table, woven) for table in lane.tables])

    def raided_at(woven: Events, at: int, number: int) -> None:
        """Make the fraud whose question stands at a row again; the tables stand just before it."""
        now = tuple(states[stage.name] for stage in lane.tables)
        for name, made in told.items():
            learner = dict(app.challengers).get(name, app.champion)
            rows = woven.rows(slice(at, at + 1)), woven.rows(slice(at + 1, at + 2))
            world = World(app.tables, now, *rows, learner, states[lane.racers[name].name])
            with watch.on("raids"):
                made.append(raided(raid, world, found, number))

    rows, done = len(found.us) + int((found.label == 1).sum()), 0
    for events in whole_ticks(batches(found, max(round(delay_s * SECOND_US), 1), ring.reads), tick):
        for part, victim in parted(events, victims, _FIRST, tick):
            woven = part
            for stage in (*lane.mend, lane.asks):
                woven = go(stage, woven)
            at = int(np.flatnonzero(woven["number"] == victim)[0]) if victim >= 0 else 0
            before = known(woven.rows(slice(0, at)))
            if victim >= 0:
                raided_at(woven, at, victim)
            turns = go(lane.pairs, (woven, np.concatenate([before, known(woven.rows(slice(at, None)))])))
            asked = turns.what == ASKED
            for name, stage in lane.racers.items():
                guesses[name][turns.number[asked]] = go(stage, turns)[asked]
        done += len(events)
        step(done / rows)
    return Streamed(guesses, dict(watch.spent), app.pairs(tick).counts(states[lane.pairs.name]), told)
