"""Deciding: a live question answered from folds that are level with the log, logged before it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from evercart.abreast import Abreast, questions, turns
from evercart.asks.logged import encoded, layout
from evercart.asks.weave import DECISION
from evercart.checkpoints import Checkpoints
from evercart.errors import UserError, expected, require, unknown
from evercart.events.batch import Events
from evercart.events.kinds import KEYS, number
from evercart.events.schema import SCHEMA, conform
from evercart.fold import fingerprint
from evercart.lane import Lane
from evercart.learners.peeking import peek
from evercart.log import Log
from evercart.loop import Ring

_OWN: Final = ("id", "app", "ref", "live", "model", "revision", "guess", "chance", "feature_offset")
_ERASE: Final = number("erase")


@dataclass(frozen=True)
class Decision:
    """An answer, as it stands in the log.

    guess           in the unit of the app's label
    model           the line that guessed
    revision        fingerprint of its state
    chance          with which the action was drawn; 1 where nothing is drawn
    feature_offset  next offset of the log when features were read
    """

    id: str
    app: str
    guess: float
    model: str
    revision: str
    chance: float
    feature_offset: int


class Weights(NamedTuple):
    """What answers for an app: a learner with its state, both named."""

    learner: Any
    state: Any
    model: str
    revision: str


class Decider:
    """Answers live questions of a shop's apps; one object may be asked by several threads.

    ring      of the shop; when its control stops learning makes no difference here
    now_us    the clock
    new_id    names a decision

    Features are level with the log: rows logged since the last question are taken in first. Weights are those of
    the newest checkpoint, of the racer that was live there. An erased person is forgotten with the next checkpoint.
    """

    def __init__(
        self, ring: Ring, log: Log, checkpoints: Checkpoints, now_us: Callable[[], int], new_id: Callable[[], str]
    ) -> None:
        self._ring, self._log, self._checkpoints = ring, log, checkpoints
        self._now_us, self._new_id = now_us, new_id
        self._lock = threading.Lock()
        self._held = ""  # the checkpoint whose weights answer
        self._abreast: Abreast | None = None
        self._weights: dict[str, Weights] = {}
        self._erased_at = -1
        self._lanes = {lane.app.name: lane for lane in ring.lanes()}
        self._marks = {name: layout(lane.app.columns) for name, lane in self._lanes.items()}

    def decide(self, app: str, keys: Mapping[str, Any], id: str | None = None) -> Decision:
        """Answer a question about the named keys; the decision is in the log, durably, when this returns.

        keys    columns of an event by name, such as user="u17"; names as strings, amounts as integers
        id      of the decision; one that stands in the log already raises `UserError`
        """
        lane = self._lane(app, keys)
        with self._lock:
            abreast, weights = self._level(), self._weights[app]
            us = max(self._now_us(), abreast.us)
            row = _row(id or self._new_id(), us, app, weights, abreast.at, keys)
            asked = questions(self._ring, row, np.array([abreast.at]), np.array([us]))
            x = abreast.x(lane, asked)
            guess = float(peek(weights.learner, weights.state, turns(lane, self._ring.tick, asked, x))[0])
        require(bool(np.isfinite(guess)), f"guess of {app}", "a finite number", guess)
        said = {"guess": pa.array([guess]), "x": pa.array(encoded(x, self._marks[app]), pa.binary())}
        for name, column in said.items():
            row = row.set_column(SCHEMA.get_field_index(name), name, column)
        done = self._log.append(row, us)
        name = row["id"][0].as_py()
        require(done.added == 1, "decision.id", "a new id", name)
        return Decision(name, app, guess, weights.model, weights.revision, 1.0, row["feature_offset"][0].as_py())

    def _lane(self, app: str, keys: Mapping[str, Any]) -> Lane:
        if app not in self._lanes:
            raise UserError(expected("app", "one of " + " ".join(self._lanes), app))
        lane = self._lanes[app]
        known = dict.fromkeys((*(key for key in KEYS if key not in _OWN), *lane.app.reads))
        fields = [name for name in known if name in SCHEMA.names and name not in _OWN]
        for name, value in keys.items():
            if name not in fields:
                raise UserError(unknown(f"decide {app}", "keys", fields, name))
            text = pa.types.is_string(SCHEMA.field(name).type)
            right = isinstance(value, str) and value if text else isinstance(value, int | float)
            require(bool(right) and value is not True, f"decide {app}.{name}", "a name" if text else "a number", value)
        by = lane.app.answers[0].by
        require(by in keys, f"decide {app}.{by}", "a value: whom the question is about", "none")
        return lane

    def _level(self) -> Abreast:
        """Take in what is new: weights of a newer checkpoint, rows of the log."""
        abreast = self._abreast
        paths = self._checkpoints.paths()
        if abreast is None or not paths or paths[-1].name != self._held:
            abreast = self._load(abreast)
        for events in self._ring.read(self._log, abreast.at):
            if (events.kind == _ERASE).any():
                self._erased_at = int(events.offset[-1])
            abreast.take(events)
        return abreast

    def _load(self, abreast: Abreast | None) -> Abreast:
        saved = next(self._checkpoints.whole(self._log.next_offset), None)
        if saved is None:
            raise UserError(expected("decide", "a checkpoint; see `evercart run`", "none"))
        ring = replace(self._ring, frozen_us=saved.about["frozen_us"])
        states = self._checkpoints.states(ring, saved)
        self._weights = {lane.app.name: _live(lane, states) for lane in ring.lanes()}
        self._held = self._checkpoints.paths()[-1].name
        stale = abreast is None or self._erased_at >= 0 or abreast.at < saved.next_offset
        if abreast is None or (stale and saved.next_offset > self._erased_at):
            self._erased_at = -1
            abreast = self._abreast = Abreast(
                self._ring, states, saved.next_offset, time_before(self._log, saved.next_offset)
            )
        return abreast


def _live(lane: Lane, states: Mapping[str, Any]) -> Weights:
    """Return the racer that is live by a checkpoint's states."""
    reign = states[lane.gates[0].name]
    racer = lane.reign.current(reign)
    stage = lane.racers[racer]
    state = states[stage.name]
    return Weights(stage.fold, state, lane.reign.line(reign, racer), fingerprint(state))


def time_before(log: Log, offset: int) -> int:
    """Return the log time of the row before an offset."""
    last: list[Events] = list(log.read(offset - 1, offset)) if offset else []
    return int(last[0].logged_us[0]) if last else 0


def _row(id: str, us: int, app: str, weights: Weights, at: int, keys: Mapping[str, Any]) -> pa.Table:
    """Return the row of a decision, in `SCHEMA`, without what the answer is."""
    said = {"id": id, "event_us": us, "kind": DECISION, "app": app, "model": weights.model}
    said |= {"revision": weights.revision, "chance": 1.0, "feature_offset": at, **keys}
    columns = {name: pa.array([value], SCHEMA.field(name).type) for name, value in said.items()}
    return conform(pa.table(columns))
