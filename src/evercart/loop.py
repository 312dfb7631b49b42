"""The ring, told in code: START HERE.

A batch of events goes once round. Every stage is a fold, `state, out = stage.step(state, out)`; what two apps
share is stepped once. Features move at every event; weights move when a tick closes, so a batch holds whole
ticks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.app import App
from evercart.asks.logged import Read, as_logged
from evercart.errors import require
from evercart.evaluate.business import Business
from evercart.evaluate.days import Days
from evercart.evaluate.drift.alarms import Alarms
from evercart.evaluate.heads import heads, surest
from evercart.evaluate.scored import Scored
from evercart.events.batch import Events, dtype_of, missing
from evercart.events.kinds import KEYS
from evercart.events.kinds import number as kind_number
from evercart.features.encoders import titled
from evercart.features.encoders.worded import worded
from evercart.fold import Fold, Packed, config_hash, pack, unpack
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED, Turns, tick_of
from evercart.lane import Lane, Stage, lane_of
from evercart.learners.neighbours.candidates import united
from evercart.log import Log
from evercart.log.log import READ_ROWS
from evercart.units import DAY_US

_LARGE: Final = 256  # questions at a time, where lists are ranked, texts told apart: all that is said of one is much


class Said(NamedTuple):
    """What one app said about a batch; of lists, of texts, `turns` are only those of the last part with a question."""

    turns: Turns
    scored: Scored
    days: Days
    alarms: Alarms | None = None


@dataclass
class Stopwatch:
    """CPU seconds by stage, measured around the folds and never kept in a state."""

    cpu_s: Callable[[], float]
    spent: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Add what passes inside to one name."""
        began = self.cpu_s()
        yield
        self.spent[name] = self.spent.get(name, 0.0) + self.cpu_s() - began


@dataclass(frozen=True)
class Ring:
    """The lanes of a shop's apps over one log.

    frozen_us    log time at which the control `frozen` stops learning; None leaves it out
    gated        whether evidence is gathered for the gate
    key          of the log, under which names are hashed: without it no live decision is known as an app's own
    """

    apps: tuple[App, ...]
    tick: Tick = field(default_factory=Tick)
    frozen_us: int | None = None
    gated: bool = True
    key: int = 0

    def __post_init__(self) -> None:
        names = [app.name for app in self.apps]
        require(len(names) == len(set(names)), "ring.apps", "names that differ", " ".join(names))

    @property
    def of_one_answer(self) -> Ring:
        """Return the ring of the apps that give one answer to a question: they decide live, by one row of X."""
        return replace(self, apps=tuple(app for app in self.apps if not app.candidates))

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns of the log that any app needs, or the gate, beside the clock."""
        own = Business.reads if self.gated else ()
        return tuple(dict.fromkeys((*self._asked, *own)))

    @cached_property
    def _asked(self) -> tuple[str, ...]:
        """Return the columns that any app needs: others are not carried into its round."""
        return tuple(dict.fromkeys(name for app in self.apps for name in app.reads))

    def read(
        self,
        log: Log,
        start: int = 0,
        stop: int | None = None,
        kinds: Collection[int] | None = None,
        *,
        rows: int = READ_ROWS,
    ) -> Iterator[Events]:
        """Yield the rows of a log with all that the apps need, titles included where one reads them.

        kinds    only rows of these, where not all are wanted
        """
        named = titled(log, (name for app in self.apps for name in app.titles))
        return worded(named).read(start, stop, columns=self.reads, kinds=kinds, rows=rows)

    def lanes(self) -> list[Lane]:
        """Return each app's stages; equal folds fed alike have equal names, hence one state."""
        return list(self._lanes)

    @cached_property
    def _lanes(self) -> tuple[Lane, ...]:
        return tuple(lane_of(app, self.tick, self.frozen_us, self.gated, self.key) for app in self.apps)

    @cached_property
    def names(self) -> dict[str, str]:
        """Return every stage's name by its content: equal names, equal numbers in its state."""
        return {name: config_hash(fold) for name, fold in self.stages().items()}

    def stages(self) -> dict[str, Fold[Any, Any, Any]]:
        """Return every stage once, by name."""
        return {stage.name: stage.fold for lane in self.lanes() for stage in lane.stages}

    def start(self) -> dict[str, Any]:
        """Return the states before the first row, by stage."""
        return {name: fold.start() for name, fold in self.stages().items()}

    def pack(self, states: dict[str, Any]) -> Packed:
        """Return all states as one flat dictionary."""
        return {f"{name}|{path}": array for name, state in states.items() for path, array in pack(state).items()}

    def unpack(self, flat: Packed) -> dict[str, Any]:
        """Return the states that `pack` packed."""
        parts: dict[str, Packed] = {}
        for path, array in flat.items():
            name, _, rest = path.partition("|")
            parts.setdefault(name, {})[rest] = array
        return {name: unpack(fold.start(), parts.get(name, {})) for name, fold in self.stages().items()}

    def step(
        self, states: dict[str, Any], events: Events, watch: Stopwatch, kept: Read | None = None
    ) -> dict[str, Said]:
        """Take a batch of whole ticks once round; the states move in place.

        kept    reads what live decisions were answered from; without it that is computed again
        """
        went: dict[str, Any] = {}

        def step(stage: Stage, batch: Any) -> Any:
            with watch.on(stage.name):
                states[stage.name], out = stage.fold.step(states[stage.name], batch)
            return out

        def go(stage: Stage, batch: Any) -> Any:
            if stage.name not in went:
                went[stage.name] = step(stage, batch)
            return went[stage.name]

        said: dict[str, Said] = {}
        for stage in (lane.business for lane in self.lanes() if lane.business):
            go(stage, events)
        events = events.without(name for name in Business.reads if name not in self._asked)
        for lane in self.lanes():
            live = lane.live(states)
            if lane.app.candidates or lane.app.named:
                said[lane.app.name] = _large_round(lane, events, go, step, self.tick, kept, live)
            else:
                said[lane.app.name] = _round(lane, events, go, kept, live)
        return said


def _woven(lane: Lane, events: Events, go: Callable[[Stage, Any], Any]) -> Events:
    """Clean a batch, weave the app's questions into it."""
    for stage in lane.mend:
        events = go(stage, events)
    woven: Events = go(lane.asks, events)
    return woven


def _round(
    lane: Lane, events: Events, go: Callable[[Stage, Any], Any], kept: Read | None = None, live: int = 0
) -> Said:
    """Take a batch round one lane: this is the whole story."""
    woven = _woven(lane, events, go)
    x = np.hstack([go(table, woven) for table in lane.tables])
    if lane.decided:
        woven, x = go(lane.decided, (woven, as_logged(lane.own, lane.app.columns, woven, x, kept)))
    turns = go(lane.pairs, (woven, x))
    guesses = {name: go(racer, turns) for name, racer in lane.racers.items()}
    scored = go(lane.race, (turns, guesses))
    if lane.gate:
        go(lane.gate, scored)
    if lane.early:
        go(lane.early.gate, go(lane.early.race, (turns, guesses)))
    alarms = go(lane.watch, (turns, guesses, scored, live)) if lane.watch else None
    if lane.recall:
        go(lane.recall, turns)
    days = go(lane.report, scored)
    return Said(turns, scored, days, alarms)


def _large_round(
    lane: Lane,
    events: Events,
    go: Callable[[Stage, Any], Any],
    step: Callable[[Stage, Any], Any],
    tick: Tick,
    kept: Read | None,
    live: int,
) -> Said:
    """Take a batch round a lane whose questions are answered by lists, or are texts, a few questions at a time."""
    said: list[Said] = []
    for part in _parts(_woven(lane, events, go), tick):
        turns = step(lane.pairs, _offered(lane, part, step) if lane.app.candidates else _told(lane, part, step, kept))
        guesses = {name: step(racer, turns) for name, racer in lane.racers.items()}
        scored = step(lane.race, (turns, guesses))
        if lane.gate:
            step(lane.gate, scored)
        heads_of = heads if lane.app.candidates else surest
        alarms = step(lane.watch, (*heads_of(turns, guesses), scored, live)) if lane.watch else None
        said.append(Said(turns, scored, step(lane.report, scored), alarms))
    asked = [one.turns for one in said if (one.turns.what == ASKED).any()]
    scored = [one.scored for one in said]
    return Said(
        asked[-1] if asked else said[-1].turns,
        type(scored[0]).concat(scored),
        Days.concat([one.days for one in said]),
        Alarms.concat([one.alarms for one in said if one.alarms is not None]) if lane.watch else None,
    )


def _offered(lane: Lane, part: Events, step: Callable[[Stage, Any], Any]) -> tuple[Events, Any]:
    """Return questions with the candidates of all sources."""
    offered = united([step(source, part) for source in lane.tables])
    return part, (offered.question, offered.item, offered.x)


def _told(
    lane: Lane, part: Events, step: Callable[[Stage, Any], Any], kept: Read | None
) -> tuple[Events, NDArray[np.float32]]:
    """Return an app's own questions with what their texts say."""
    x = np.hstack([step(table, part) for table in lane.tables])
    if lane.decided is None:
        return part, x
    own: tuple[Events, NDArray[np.float32]] = step(
        lane.decided, (part, as_logged(lane.own, lane.app.columns, part, x, kept))
    )
    return own


def _parts(woven: Events, tick: Tick) -> Iterator[Events]:
    """Cut a batch of whole ticks between ticks, each part with so many questions unless a tick has more."""
    if not len(woven):
        yield woven
        return
    ticks = tick_of(woven.logged_us, woven.offset, tick.us, tick.events)
    cuts = np.append(np.flatnonzero(np.diff(ticks)) + 1, len(woven))
    asked = np.cumsum(woven.asked)
    wanted = np.searchsorted(asked, np.arange(_LARGE, int(asked[-1]) + 1, _LARGE))
    edges = np.unique(np.concatenate([[0], cuts[np.searchsorted(cuts, wanted)], cuts[-1:]]))
    for start, stop in pairwise(edges.tolist()):
        yield woven.rows(slice(start, stop))


def whole_ticks(batches: Iterator[Events], tick: Tick) -> Iterator[Events]:
    """Cut batches of the log between ticks; the last tick waits until a row after it is logged."""
    kept: Events | None = None
    for batch in batches:
        closed, kept = parted(kept, batch, tick)
        if len(closed):
            yield closed


def parted(kept: Events | None, batch: Events, tick: Tick) -> tuple[Events, Events]:
    """Return the rows of closed ticks, those of the tick that is open, of what was kept with what follows it."""
    parts = [kept, batch] if kept is not None else [batch]
    joined = Events({name: np.concatenate([part[name] for part in parts]) for name in batch.columns})
    ticks = tick_of(joined.logged_us, joined.offset, tick.us, tick.events)
    closed = int(np.searchsorted(ticks, ticks[-1]))
    return joined.rows(slice(0, closed)), joined.rows(slice(closed, None))


def warm(ring: Ring) -> None:
    """Take a few invented events once round, so that every kernel is compiled."""
    days = np.repeat(np.arange(0, 40, 4, dtype=np.int64), 2)
    kinds = [kind_number(app.asks.kind) for app in ring.apps for _ in days]
    rows = len(kinds)
    columns: dict[str, Any] = {name: np.full(rows, missing(name), dtype_of(name)) for name in ring.reads}
    for name in KEYS:
        if name in columns:
            columns[name] = 1 + np.arange(rows) // 2
    when = np.tile(days, len(ring.apps)) * DAY_US
    ring.step(ring.start(), Events.of(**columns, kind=kinds, logged_us=np.sort(when)), Stopwatch(lambda: 0.0))
