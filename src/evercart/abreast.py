"""Abreast: the folds that move at every event, kept level with the log, asked between its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.app import MEND_ADDS
from evercart.asks.weave import DECISION
from evercart.events.batch import Events, dtype_of, missing
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED, Turns, tick_of
from evercart.lane import Lane, Stage
from evercart.log.columns import encoded
from evercart.loop import Ring

X = NDArray[np.float32]


class Abreast:
    """A ring's cleaning folds with its tables, as they stand before the row at an offset.

    states    of the ring at that offset; they are consumed
    us        log time of the row before it; 0 before the first
    """

    def __init__(self, ring: Ring, states: Mapping[str, Any], at: int, us: int = 0) -> None:
        self._ring = ring
        stages = (stage for lane in ring.lanes() for stage in (*lane.mend, *lane.tables))
        self._states = {stage.name: states[stage.name] for stage in stages}
        self.at, self.us = at, us

    def take(self, events: Events, questions: Events | None = None) -> dict[str, X]:
        """Step over rows of the log; return X by app, (questions, width).

        questions    in their order, to stand before the row at their offset; none later than that row's log time
        """
        went: dict[str, Any] = {}

        def go(stage: Stage, batch: Any) -> Any:
            if stage.name not in went:
                self._states[stage.name], went[stage.name] = stage.fold.step(self._states[stage.name], batch)
            return went[stage.name]

        found: dict[str, X] = {}
        for lane in self._ring.lanes():
            mended = events
            for stage in lane.mend:
                mended = go(stage, mended)
            path = " ".join(stage.name for stage in lane.mend)
            woven = went.setdefault(f"woven {path}", _woven(mended, questions))
            found[lane.app.name] = np.hstack([go(table, woven) for table in lane.tables])
        if len(events):
            self.at, self.us = int(events.offset[-1]) + 1, int(events.logged_us[-1])
        return found

    def x(self, lane: Lane, questions: Events) -> X:
        """Return what is known at questions put now, (questions, width); nothing moves."""
        return np.hstack([_table(stage).peek(self._states[stage.name], questions) for stage in lane.tables])


def _table(stage: Stage) -> Any:
    return stage.fold


def _woven(events: Events, questions: Events | None) -> Events:
    plain = Events({**events.columns, "number": np.full(len(events), -1, np.int64)})
    if questions is None or not len(questions):
        return plain
    before = np.searchsorted(events.offset, questions.offset)
    order = np.argsort(np.concatenate([2 * before, 2 * np.arange(len(events)) + 1]), kind="stable")
    same = Events({name: questions.columns[name] for name in plain.columns})
    return Events.concat([same, plain]).rows(order)


def questions(ring: Ring, rows: pa.Table, offset: NDArray[np.int64], us: NDArray[np.int64]) -> Events:
    """Return rows of the log, or rows that will stand in it, as questions put at these offsets, these times.

    rows    with columns of `SCHEMA`; those that are not there are missing
    """
    names = dict.fromkeys((*ring.reads, *MEND_ADDS))
    columns = {
        name: encoded(rows[name], name, ring.key) if name in rows.column_names else _gaps(name, len(offset))
        for name in names
    }
    clock: dict[str, NDArray[Any]] = {
        "offset": offset,
        "event_us": us,
        "logged_us": us,
        "kind": np.full(len(offset), DECISION, np.int16),
    }
    return Events({**columns, **clock, "number": np.arange(len(offset))})


def _gaps(name: str, rows: int) -> NDArray[Any]:
    return np.full(rows, missing(name), dtype_of(name))


def turns(lane: Lane, tick: Tick, asked: Events, x: X) -> Turns:
    """Return questions as a learner takes them."""
    rows, never = len(asked), np.full(len(asked), np.nan)
    ticks = tick_of(asked.logged_us, asked.offset, tick.us, tick.events)
    by = "user" if lane.app.named else lane.app.subject
    key = asked["id" if by == "ref" else by]  # what is asked about an event goes by the decision's own name
    what = np.full(rows, ASKED, np.int8)
    return Turns(what, ticks, asked.offset, asked.logged_us, asked["number"], never, never, np.ones(rows), key, x)
