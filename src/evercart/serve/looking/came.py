"""Came: what the log says after a decision that came of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.app import App
from evercart.events.actions import STOPS
from evercart.events.batch import DTYPES, Events, missing
from evercart.events.kinds import kind_name
from evercart.events.kinds import number as kind_number
from evercart.hashing import hash_name
from evercart.labels.pairs import Tick
from evercart.labels.turns import CORRECTION, SETTLED
from evercart.log import Log
from evercart.log.columns import encoded
from evercart.serve.looking.answered import answered
from evercart.serve.looking.finding import Row
from evercart.units import HOUR_S, SECOND_US

MOST_READ: Final = 1 << 21  # rows after a decision that are looked at
MOST_SHOWN: Final = 50
_HEARTBEAT: Final = kind_number("heartbeat")


class Later(NamedTuple):
    """A row that came after a decision.

    names      whether it names the decision
    answers    whether it is what the app asks about
    place      of its item on the list that was shown, counted from 1; 0 where it was not shown
    row        as it was sent, without what is missing; `kind` by name
    """

    us: int
    kind: str
    names: bool
    answers: bool
    place: int
    row: dict[str, Any]


class Came(NamedTuple):
    """What came of a decision, as far as the log goes.

    rows       oldest first, at most `MOST_SHOWN`; `more` further ones are not shown
    label      so far, in the unit of the app; NaN where there is none
    open       whether the window has not closed yet, so that the label may change
    closes_us  log time at which it closes; 0 where nothing is known of the app
    cut        whether so many rows followed that not all of them were looked at
    """

    rows: tuple[Later, ...]
    more: int
    label: float
    open: bool
    closes_us: int
    cut: bool


class _Asked(NamedTuple):
    """What a decision waits for.

    of    the kind of the events that were asked about, where answers name such an event; else ""
    """

    by: str
    kinds: tuple[str, ...]
    window_us: int
    late_us: int
    of: str = ""


def came_of(log: Log, row: Row, app: App | None) -> Came:
    """Return what came of a decision.

    row    of the decision, as the log has it
    app    that it was made for; None where the shop no longer has it
    """
    asked = _asked(app) if app else _Asked("", (), HOUR_S * SECOND_US, 0)
    stop = min(log.next_offset, row["offset"] + 1 + MOST_READ)
    last_us = row["logged_us"] + asked.window_us + asked.late_us
    found, at = _after(log, row, asked, app, stop, last_us)
    answering = _answering(found, asked, log, row)
    closes_us = row["logged_us"] + asked.window_us if app else 0
    label = math.nan
    if app:
        few = found.rows(answering)
        label = math.nan  # of one that is a name the rows say it; of what was stopped there is none
        if not app.named and row.get("action") not in STOPS:
            label = _ranked(row, few, log) if app.candidates else _summed(app, row, few, log.key, closes_us)
    shown = found.rows(slice(0, MOST_SHOWN))
    rows = _told(log, shown, answering, row)
    cut = at < log.next_offset and stop < log.next_offset and at == stop
    return Came(rows, len(found) - len(shown), label, log.last_us <= closes_us, closes_us, cut)


def _asked(app: App) -> _Asked:
    ranks = app.candidates
    if app.named:
        return _Asked("", (), round(app.window_s * SECOND_US), 0)
    if ranks is None:
        kinds = tuple(one.kind for one in app.answers)
        by = app.answers[0].by
        of = app.asks.kind if by == "ref" else ""
        return _Asked(by, kinds, round(app.window_s * SECOND_US), round(app.late_s * SECOND_US), of)
    worth = tuple(kind for kind, value in ranks.gains.worth if value > 0) if ranks.gains else ()
    kinds = tuple(dict.fromkeys((ranks.kind, *worth)))
    return _Asked(ranks.answers_by or ranks.by, kinds, round(app.window_s * SECOND_US), 0)


def _after(log: Log, row: Row, asked: _Asked, app: App | None, stop: int, last_us: int) -> tuple[Events, int]:
    """Return the rows up to a log time that name the decision, or may answer it; where reading ended.

    What answers an event that names the decision is told as if it named the decision itself.
    """
    reads = app.labels(Tick()).reads if app and not app.named else ()
    columns = tuple(dict.fromkeys(("id", "ref", "item", *((asked.by,) if asked.by else ()), *reads)))
    columns = tuple(name for name in columns if name not in ("number", "outlier"))
    id_, key = _hashed(row["id"], log), _hashed(row.get(asked.by), log)
    kinds = [kind_number(kind) for kind in asked.kinds]
    none = Events({name: np.zeros(0, DTYPES[name]) for name in ("offset", "event_us", "logged_us", "kind", *columns)})
    found, at, about = [none], row["offset"] + 1, set[int]()
    for events in log.read(at, stop, columns=columns, rows=1 << 16):
        ours = events["ref"] == id_
        if asked.of:
            about.update(events["id"][ours & (events.kind == kind_number(asked.of))].tolist())
            ours |= np.isin(events["ref"], _array(about)) & np.isin(events.kind, kinds)
            events = Events({**events.columns, "ref": np.where(ours, id_, events["ref"])})
        elif key:
            ours |= (events[asked.by] == key) & np.isin(events.kind, kinds)
        found.append(events.rows(ours & (events.logged_us <= last_us)))
        at = int(events.offset[-1]) + 1
        if events.logged_us[-1] > last_us:
            break
    return Events.concat(found), at


def _array(hashes: set[int]) -> NDArray[np.uint64]:
    return np.fromiter(hashes, np.uint64, len(hashes))


def _hashed(name: str | None, log: Log) -> np.uint64:
    return np.uint64(hash_name(name, log.key) if name else 0)


def _answering(found: Events, asked: _Asked, log: Log, row: Row) -> NDArray[np.bool_]:
    """Return which rows are what was asked about, (rows,)."""
    key = _hashed(row["id"] if asked.of else row.get(asked.by), log)
    if not key:
        return np.zeros(len(found), np.bool_)
    right: NDArray[np.bool_] = np.isin(found.kind, [kind_number(kind) for kind in asked.kinds]) & (
        found[asked.by] == key
    )
    right &= found.logged_us <= row["logged_us"] + asked.window_us
    return right


def _summed(app: App, row: Row, answers: Events, key: int, closes_us: int) -> float:
    """Return the label as the app's own fold has it, were the window to close now."""
    pairs = app.pairs(Tick())
    names = dict.fromkeys((*answers.columns, *pairs.reads))
    clock = {"offset": row["offset"], "kind": kind_number("decision")} | dict.fromkeys(
        ("event_us", "logged_us"), row["logged_us"]
    )
    question = {name: _one(row, name, key, clock) for name in names}
    end = {"offset": row["offset"] + 2, "kind": _HEARTBEAT} | dict.fromkeys(("event_us", "logged_us"), closes_us + 1)
    closing = {name: np.array([end.get(name, missing(name))], DTYPES[name]) for name in names}
    parts = [Events(question), Events({name: answers[name] for name in names}), Events(closing)]
    numbers = np.full(len(answers) + 2, -1, np.int64)
    numbers[0] = 0
    woven = Events({**Events.concat(parts).columns, "number": numbers})
    _, turns = pairs.step(pairs.start(), (woven, np.zeros((1, pairs.width), np.float32)))
    said = turns.y[np.isin(turns.what, (SETTLED, CORRECTION))]
    return float(said[-1]) if len(said) else math.nan


def _one(row: Row, name: str, key: int, clock: Mapping[str, int]) -> NDArray[Any]:
    """Return one column of the question, (1,)."""
    if name in clock:
        return np.array([clock[name]], DTYPES[name])
    value = row.get(name)
    if value is None or name not in row:
        return np.array([missing(name)], DTYPES[name])
    return encoded(pa.chunked_array([[value]]), name, key)


def _ranked(row: Row, answers: Events, log: Log) -> float:
    """Return the NDCG of what was taken among what was shown; NaN where nothing came."""
    taken = dict.fromkeys(answers["item"][answers["item"] != 0].tolist())
    if not taken:
        return math.nan
    places = {int(_hashed(item, log)): place for item, place in shown_places(row).items()}
    hits = [places[item] for item in taken if item in places]
    best = sum(1 / math.log2(place + 1) for place in range(1, min(len(taken), max(len(places), 1)) + 1))
    return sum(1 / math.log2(place + 1) for place in hits) / best


def shown_places(row: Row) -> dict[str, int]:
    """Return the items that a decision showed, each with its place.

    >>> shown_places({"properties": '{"shown": [{"item": "i7", "place": 1}]}'})
    {'i7': 1}
    """
    return {one.item: one.place for one in answered(row).items}


def _told(log: Log, found: Events, answering: NDArray[np.bool_], row: Row) -> tuple[Later, ...]:
    if not len(found):
        return ()
    places, told = shown_places(row), []
    first, last = int(found.offset[0]), int(found.offset[-1])
    kinds = {int(kind) for kind in np.unique(found.kind)}
    rows = log.names(first, last + 1, kinds=kinds)
    rows = rows.filter(pc.is_in(rows["offset"], pa.array(found.offset))).drop_columns("x")
    for at, one in enumerate(rows.to_pylist()):
        said = {name: value for name, value in one.items() if value is not None}
        kind = kind_name(said.pop("kind"))
        place = places.get(one["item"] or "", 0)
        told.append(Later(one["logged_us"], kind, one["ref"] == row["id"], bool(answering[at]), place, said))
    return tuple(told)
