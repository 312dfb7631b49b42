"""Succession: what the log says of who is live, obeyed by the ring between two ticks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

import numpy as np

from evercart.events.batch import Events
from evercart.events.kinds import number
from evercart.fold import Packed, clone, pack, unpack
from evercart.gate.reign import Reign, Reigning
from evercart.labels.pairs import Tick
from evercart.labels.turns import tick_of
from evercart.lane import Lane
from evercart.learners.isolated import Cell, own, standing
from evercart.log import Log
from evercart.loop import Ring
from evercart.publish.model import Origin
from evercart.publish.moves import PROMOTION, Logged, Move, logged
from evercart.publish.shelf import Shelf

ENROLMENT: Final = number("enrolment")
OBEYED: Final = (PROMOTION, ENROLMENT)
States = dict[str, Any]


class Past(Protocol):
    """Knows the states of older revisions."""

    def __call__(self, move: Move, stage: str) -> Packed:
        """Return the state of a racer's stage at the revision that a move goes back to."""
        ...


class Remembered:
    """States of revisions that later moves go back to: from the shelf, else noted on the way there.

    A rebuild from the log, after an erasure or without a shelf, passes by such a revision before it is needed.
    """

    def __init__(self, ring: Ring, log: Log, shelf: Shelf, at: int) -> None:
        self._shelf, self._noted = shelf, dict[tuple[int, str], Packed]()
        kept = {version.address for version in shelf.versions()}
        moves = [one.move for one in logged(log.names(at, log.next_offset, (PROMOTION,)).to_pylist())]
        sought = [move for move in moves if move.revision and move.revision not in kept]
        racers = {lane.app.name: [stage.name for stage in lane.racers.values()] for lane in ring.lanes()}
        self._sought = {
            move.revision_offset: racers[move.app]
            for move in sought
            if move.revision_offset >= at and move.app in racers
        }

    def cut(self, batches: Iterator[Events]) -> Iterator[Events]:
        """Cut batches at the offsets where something is to be noted; checkpoints lie between ticks."""
        stops = np.array(sorted(self._sought), np.int64)
        for batch in batches:
            start = 0
            for stop in np.searchsorted(batch.offset, stops[(stops > batch.offset[0]) & (stops <= batch.offset[-1])]):
                yield batch.rows(slice(start, int(stop)))
                start = int(stop)
            yield batch.rows(slice(start, None))

    def note(self, states: States, at: int) -> None:
        """Remember the states at an offset, if a later move asks for them."""
        for stage in self._sought.get(at, ()):
            state = own(states[stage])
            if state is not None:
                self._noted[at, stage] = {path: array.copy() for path, array in pack(state).items()}

    def __call__(self, move: Move, stage: str) -> Packed:
        """Return the state that a move goes back to; see `Past`."""
        noted = self._noted.get((move.revision_offset, stage))
        return self._shelf.load(move.revision).flat if noted is None else noted


def cut_after_orders(batches: Iterator[Events], tick: Tick) -> Iterator[Events]:
    """Cut batches of whole ticks after each tick in which something is to be obeyed."""
    for batch in batches:
        told = np.flatnonzero(np.isin(batch.kind, OBEYED))
        start = 0
        if len(told):
            ticks = tick_of(batch.logged_us, batch.offset, tick.us, tick.events)
            for stop in np.unique(np.searchsorted(ticks, ticks[told], side="right")):
                yield batch.rows(slice(start, int(stop)))
                start = int(stop)
        if start < len(batch):
            yield batch.rows(slice(start, None))


def orders(log: Log, events: Events) -> list[dict[str, Any]]:
    """Return the rows of a batch that are to be obeyed, as they were written."""
    offsets = events.offset[np.isin(events.kind, OBEYED)]
    if not len(offsets):
        return []
    found: list[dict[str, Any]] = log.names(int(offsets[0]), int(offsets[-1]) + 1, OBEYED).to_pylist()
    return found


def obey(ring: Ring, states: States, rows: list[dict[str, Any]], past: Past | None) -> None:
    """Let the ring do what the log says, in its order; what is about an app that is none of ours is passed over.

    past    None: who is live is obeyed, but no racer starts anew
    """
    lanes = {lane.app.name: lane for lane in ring.lanes() if lane.gate}
    for row in rows:
        lane = lanes.get(row["app"])
        if lane is None:
            continue
        if row["kind"] == ENROLMENT:
            for stage in lane.gates:
                states[stage.name] = _enrolled(lane.reign, states[stage.name], row)
        else:
            _promoted(lane, states, Logged(row["offset"], Move.of_row(row)), past)


def foreseen(ring: Ring, states: States, log: Log, at: int) -> States:
    """Return the gates' states as they will be once the rows from an offset on are obeyed: their tick is open."""
    gates = {stage.name: clone(states[stage.name]) for lane in ring.lanes() for stage in lane.gates}
    obey(ring, gates, log.names(at, log.next_offset, OBEYED).to_pylist(), None)
    return gates


def _enrolled(reign: Reign, state: Reigning, row: Mapping[str, Any]) -> Reigning:
    racer = reign.racer(state, row["model"])
    if int(state.live[0]) != int(row["current"], 16) or (racer and racer in reign.enrolled(state)):
        return state
    return reign.enrol(state, racer, anew=row["why"] == "now")


def _promoted(lane: Lane, states: States, one: Logged, past: Past | None) -> None:
    """Let a model be live, if the one that the move found is; see `moves.obey`."""
    move = one.move
    if live_of(lane, states) != move.from_model:
        return
    anew = _begun_anew(lane, move)
    if anew and past:
        stage = lane.racers[anew]
        start, flat = stage.fold.start(), past(move, stage.name)
        inside = isinstance(start, Cell)
        states[stage.name] = standing(unpack(start.learner, flat)) if inside else unpack(start, flat)
    for stage in lane.gates:
        states[stage.name] = lane.reign.crown(states[stage.name], move.to_model, one.offset, anew)


def _begun_anew(lane: Lane, move: Move) -> str:
    """Return the racer that goes on from an older revision of itself; "" where the move names none."""
    if not move.revision:
        return ""
    origin = Origin(move.revision, move.us)
    found = [name for name, model in lane.models.items() if model.anew(origin).id == move.to_model]
    return found[0] if found else ""


def live_of(lane: Lane, states: States) -> str:
    """Return the model that is live, by what the ring has obeyed; "" before the first move."""
    state = states[lane.gates[0].name]
    return f"{int(state.live[0]):016x}" if state.since[0] >= 0 else ""
