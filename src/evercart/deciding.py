"""Deciding: a live question answered from folds that are level with the log, logged before it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.abreast import Abreast, X, questions, turns
from evercart.acting.live import Acting
from evercart.asks.logged import encoded, layout
from evercart.asks.weave import DECISION
from evercart.checkpoints import Checkpoints
from evercart.errors import UserError, expected, require, unknown
from evercart.events.actions import ACTIONS
from evercart.events.batch import TEXT, Events
from evercart.events.check import MOST_BYTES
from evercart.events.kinds import KEYS, KINDS, TOMBSTONE, kind, number
from evercart.events.schema import SCHEMA, table_of
from evercart.fold import fingerprint
from evercart.label_names import LabelNames
from evercart.labels.likely import first_chance, likely_of
from evercart.lane import Lane
from evercart.learners.peeking import peek
from evercart.log import Log
from evercart.loop import Ring

_OWN: Final = ("id", "app", "ref", "live", "label", "model", "revision", "guess", "chance", "feature_offset", "action")
_ERASE: Final = number("erase")
_MOVING: Final = frozenset(one.number for one in KINDS if one.name != "decision") | {TOMBSTONE}  # what moves a fold


@dataclass(frozen=True)
class Named:
    """An answer that is a label.

    label      the likeliest; None while none is known
    unknown    whether the text looks like none of those known
    likely     the likeliest labels, each with its chance
    """

    label: str | None
    unknown: bool
    likely: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Decision:
    """An answer, as it stands in the log.

    guess           in the unit of the app's label; of labels the chance of the likeliest
    model           the line that guessed
    revision        fingerprint of its state
    chance          with which the action was drawn; 1 where nothing is drawn
    feature_offset  next offset of the log when features were read
    form            of the model that guessed: "" its learner, "onnx" the graph it was exported as
    named           which label, where the app names one
    action          what to do, where the app acts: one of `ACTIONS`
    """

    id: str
    app: str
    guess: float
    model: str
    revision: str
    chance: float
    feature_offset: int
    form: str = ""
    named: Named | None = None
    action: str | None = None


class Weights(NamedTuple):
    """What answers for an app: a learner with its state, both named; `form` as in `Decision`."""

    learner: Any
    state: Any
    model: str
    revision: str
    form: str = ""


class Decider:
    """Answers live questions of a shop's apps; one object may be asked by several threads.

    ring      of the shop; when its control stops learning makes no difference here
    now_us    the clock
    new_id    names a decision

    served    whether this answers for a process that serves: the newest checkpoint is looked for only once, or all
              is read from the log's start; newer weights come by `weigh`

    Features are level with the log: rows logged since the last question are taken in first. Weights are those of
    the newest checkpoint, of the racer that was live there. An erased person is forgotten with the next checkpoint.
    A log that is not live yet keeps history's clock.
    """

    def __init__(
        self,
        ring: Ring,
        log: Log,
        checkpoints: Checkpoints,
        now_us: Callable[[], int],
        new_id: Callable[[], str],
        *,
        served: bool = False,
    ) -> None:
        self._ring, self._log, self._checkpoints = ring, log, checkpoints
        self._now_us, self._new_id, self._served = now_us, new_id, served
        self._lock = threading.Lock()
        self._held = ""  # the checkpoint whose weights answer
        self._abreast: Abreast | None = None
        self._weights: dict[str, Weights] = {}
        self._names = LabelNames(log)
        self._acting = dict[str, Acting]()
        self._erased_at = -1
        self.stale = False  # whether an erasure has begun that a process that serves has yet to forget
        self._live, self._at = False, 0
        self._lanes = {lane.app.name: lane for lane in ring.lanes()}
        self._marks = {name: layout(lane.app.columns) for name, lane in self._lanes.items()}

    def decide(self, app: str, keys: Mapping[str, Any], id: str | None = None) -> Decision:
        """Answer a question about the named keys; the decision is in the log, durably, when this returns.

        keys    columns of an event by name, such as user="u17"; names as strings, amounts as integers
        id      of the decision; one that stands in the log already raises `UserError`
        """
        decision, row = self.answer(app, keys, id)
        done = self._log.append(table_of([row]), row["event_us"], own=True)
        require(done.added == 1, "decision.id", "a new id", decision.id)
        return decision

    def answer(
        self, app: str, keys: Mapping[str, Any], id: str | None = None, *, level: bool = True
    ) -> tuple[Decision, dict[str, Any]]:
        """Answer a question; return the decision, with the row of the log that it is to become.

        level    whether to take in first what the log has more
        """
        lane = self._lane(app, keys)
        with self._lock:
            if level:
                self._level()
            abreast, weights = self._begun(), self._weights.get(app)
            if weights is None:
                raise UserError(expected(f"decide {app}", "a model that is live; see `evercart run`", "none"))
            us = self._us(abreast)
            row = _row(id or self._new_id(), us, app, weights, abreast.at, keys)
            asked = questions(self._ring, table_of([row]), np.array([abreast.at]), np.array([us]))
            x = abreast.x(lane, asked)
            said = peek(weights.learner, weights.state, turns(lane, self._ring.tick, asked, x))
            named = self._named(said) if lane.app.named else None
            guess = float(first_chance(said)[0])
            require(bool(np.isfinite(guess)), f"guess of {app}", "a finite number", guess)
            row |= {"guess": guess, "x": encoded(x, self._marks[app])[0], **self._acted(lane, row, guess, x[0])}
        if named:
            said_more = json.loads(row.get("properties") or "{}")
            row["properties"] = json.dumps(said_more | asdict(named), ensure_ascii=False)
        made = (weights.model, weights.revision, row["chance"], row["feature_offset"], weights.form)
        action = ACTIONS[row["action"]] if "action" in row else None
        return Decision(row["id"], app, guess, *made, named, action), row

    def _acted(self, lane: Lane, row: Mapping[str, Any], guess: float, x: X) -> dict[str, Any]:
        """Return what is done about a question, by columns of the log; nothing where the app does not act."""
        name = lane.app.name
        if lane.app.acts is None:
            return {}
        if name not in self._acting:
            self._acting[name] = Acting(lane.app.acts, name, self._log, lane.app.columns)
        acting = self._acting[name]
        action, chance = acting.act(row["id"], row["event_us"], guess, row.get("amount"), x)
        said: dict[str, Any] = {"action": action, "chance": chance}
        if lane.app.acts.learning:
            said["properties"] = json.dumps(json.loads(row.get("properties") or "{}") | {"policy": acting.lives})
        return said

    def _named(self, said: NDArray[np.float64]) -> Named:
        """Return what a guess says of labels, by their names; one that the log names no more is left out."""
        unknown, label, chance = (column[0].tolist() for column in likely_of(said))
        found = [(self._names.name(one), share) for one, share in zip(label, chance, strict=True) if one]
        known = tuple((name, share) for name, share in found if name is not None)
        return Named(known[0][0] if known else None, bool(unknown), known)

    @property
    def apps(self) -> tuple[str, ...]:
        """Return the names of the apps that it answers for."""
        return tuple(self._lanes)

    @property
    def at(self) -> int:
        """Return the next offset of the log to be taken in."""
        return max(self._at, self._abreast.at) if self._abreast else 0

    def weigh(self, app: str, weights: Weights) -> None:
        """Let other weights answer for an app from now on."""
        with self._lock:
            self._weights[app] = weights

    def level(self, most: int | None = None) -> int:
        """Take in what the log has more, at most so many rows; return how many are left."""
        with self._lock:
            return self._level(most)

    def require(self, app: str, keys: Mapping[str, Any]) -> None:
        """Raise `UserError` for a question that cannot be put."""
        self._lane(app, keys)

    def _us(self, abreast: Abreast) -> int:
        """Return the log time of a question put now."""
        self._live = self._live or self._log.live_from is not None
        return max(self._now_us(), abreast.us) if self._live else abreast.us

    def _lane(self, app: str, keys: Mapping[str, Any]) -> Lane:
        if app not in self._lanes:
            raise UserError(expected("app", "one of " + " ".join(self._lanes), app))
        lane = self._lanes[app]
        known = fields(lane)
        for name, value in keys.items():
            if name not in known:
                raise UserError(unknown(f"decide {app}", "keys", known, name))
            text = pa.types.is_string(SCHEMA.field(name).type)
            right = isinstance(value, str) and value if text else isinstance(value, int | float)
            rule = "a text" if name == TEXT else "a name" if text else "a number"
            require(bool(right) and value is not True, f"decide {app}.{name}", rule, value)
            if name == TEXT:
                size = len(value.encode(errors="replace"))
                require(size <= MOST_BYTES, f"decide {app}.{name}", f"at most {MOST_BYTES:,} bytes", f"{size:,}")
        by = known[0]
        rule = f"a value, which {lane.app.asks.kind} needs" if of_event(lane) else "a value: whom the question is about"
        require(by in keys, f"decide {app}.{by}", "a text" if by == TEXT else rule, "none")
        return lane

    def _begun(self) -> Abreast:
        """Return the folds, gone on from the newest checkpoint."""
        paths = () if self._served and self._abreast else self._checkpoints.paths()
        if self._abreast is None or (not self._served and (not paths or paths[-1].name != self._held)):
            return self._load(self._abreast)
        return self._abreast

    def _level(self, most: int | None = None) -> int:
        """Take in what is new: weights of a newer checkpoint, rows of the log; return how many rows are left."""
        abreast, end = self._begun(), self._log.next_offset
        start = max(self._at, abreast.at)
        stop = end if most is None else min(end, start + most)
        for events in self._ring.read(self._log, start, stop, _MOVING):
            if (events.kind == _ERASE).any():
                self._erased_at = int(events.offset[-1])
                self.stale = self._served
            abreast.take(events)
        self._at = stop
        return end - stop

    def _load(self, abreast: Abreast | None) -> Abreast:
        saved = next(self._checkpoints.whole(self._log.next_offset), None)
        if saved is None and self._served:
            self._abreast = Abreast(self._ring, self._ring.start(), 0)
            return self._abreast
        if saved is None:
            raise UserError(expected("decide", "a checkpoint; see `evercart run`", "none"))
        ring = replace(self._ring, frozen_us=saved.about["frozen_us"])
        states = self._checkpoints.states(ring, saved)
        self._weights = {lane.app.name: live_of(lane, states) for lane in ring.lanes()}
        self._held = self._checkpoints.paths()[-1].name
        stale = abreast is None or self._erased_at >= 0 or abreast.at < saved.next_offset
        if abreast is None or (stale and saved.next_offset > self._erased_at):
            self._erased_at = -1
            self._at = 0
            abreast = self._abreast = Abreast(
                self._ring, states, saved.next_offset, time_before(self._log, saved.next_offset)
            )
        return abreast


def fields(lane: Lane) -> tuple[str, ...]:
    """Return the columns of an event that a question of an app may name, first the one it must name.

    A question about an event that is yet to come, such as a payment, names what that event may say, first what it must.
    """
    if of_event(lane):
        asks = lane.app.asks
        needs = (name for name in kind(asks.kind).needs if name in asks.own)
        known = dict.fromkeys((*needs, *(name for name in asks.own if name != "kind")))
    else:
        known = dict.fromkeys((lane.app.subject, *(key for key in KEYS if key not in _OWN), *lane.app.reads))
    return tuple(name for name in known if name in SCHEMA.names and name not in _OWN)


def of_event(lane: Lane) -> bool:
    """Return whether questions of an app are about an event that will name the decision, by which it is answered."""
    return lane.app.subject == "ref"


def live_of(lane: Lane, states: Mapping[str, Any]) -> Weights:
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


def _row(id: str, us: int, app: str, weights: Weights, at: int, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a decision by columns of the log, without what the answer is."""
    said: dict[str, Any] = {"id": id, "event_us": us, "kind": DECISION, "app": app, "model": weights.model}
    if weights.form:
        said["properties"] = json.dumps({"form": weights.form})
    return said | {"revision": weights.revision, "chance": 1.0, "feature_offset": at, **keys}
