"""Mover: what a person may do about what is live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from evercart.errors import UserError, expected, require
from evercart.gate.judge import Verdict, judge
from evercart.gate.records import verdict_row
from evercart.lane import Lane
from evercart.log import Log
from evercart.loop import Ring
from evercart.publish.moves import Move, table
from evercart.publish.published import Published, Publisher
from evercart.publish.shelf import Shelf
from evercart.publish.wishes import Wish, promotion, rollback
from evercart.referee import explained, follow, proof
from evercart.succession import States, foreseen, live_of

FORCE = "; --force overrules the gate"


class Refused(UserError):
    """The gate has something against a promotion that a person asked for."""

    def __init__(self, app: str, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(expected(f"promote {app}", "no objection of the gate", "; ".join(verdict.objections)) + FORCE)


class Standing(NamedTuple):
    """The ring as the newest checkpoint has it, for whoever asks the gate."""

    ring: Ring
    states: States
    at: int
    guess_us: Mapping[str, float]  # by stage


@dataclass(frozen=True)
class Mover:
    """Moves what is live in a shop.

    live    folder of the weights that answer
    who     is logged with every move
    us      log time
    """

    log: Log
    shelf: Shelf
    live: Path
    who: str
    us: int

    def promote(self, standing: Standing, app: str, model: str, *, force: bool = False) -> Move:
        """Make a model live that races, past the gate; raises `Refused` with what it objects, once that is logged.

        force    whether the gate is overruled: outside its level, since nobody can say how often people do so
        """
        follow(self.log, self.shelf)
        self.shelf.enrol(lane_of(standing.ring, app).models.values())
        move = promotion(self.shelf, app, model, Wish("force" if force else "person", self.who, self.us))
        gates = foreseen(standing.ring, standing.states, self.log, standing.at)
        lane = lane_of(standing.ring, app)
        racer = lane.reign.racer(gates[lane.gates[0].name], move.to_model)
        if racer is None:
            raise UserError(expected(f"promote {app}", "a model that races: " + " ".join(lane.reign.racers), model))
        if not force:
            verdict = _asked(lane, standing, gates, racer, self.log)
            self.log.append(verdict_row(app, verdict, self.us), self.us, own=True)
            if not verdict.promote:
                raise Refused(app, verdict)
            move = promotion(self.shelf, app, model, Wish("person", self.who, self.us, proof(verdict.evidence)))
        return self._moved(move)

    def back(self, ring: Ring, app: str, to: str | None = None) -> Move:
        """Go back to another model that races, or to an older revision; None: to the model that was live before.

        Going back is the safe side, so nobody is asked. A revision that cannot be read raises `UserError`.
        """
        follow(self.log, self.shelf)
        lane = lane_of(ring, app)
        self.shelf.enrol(lane.models.values())
        move = rollback(self.shelf, app, to, Wish("person", self.who, self.us))
        racing = {model.id for model in lane.models.values()}
        if move.revision:
            self.shelf.load(move.revision)
            line = self.shelf.model(self.shelf.version(move.revision).model)
        else:
            line = self.shelf.model(move.to_model)
        rule = "a model that races: " + " ".join(lane.models)
        require(replace(line, origin=None).id in racing, f"rollback {app}", rule, to or line.name)
        return self._moved(move)

    def _moved(self, move: Move) -> Move:
        """Log a move, obey it, let the newest weights of the model answer."""
        self.log.append(table([move]), self.us, own=True)
        follow(self.log, self.shelf)
        now = self.shelf.current(move.app)
        there = now is not None and now.model == move.to_model
        require(
            there, f"move of {move.app}", f"{move.from_model or 'nothing'} still live", now.model if now else "none"
        )
        versions = self.shelf.versions(move.app)
        newest = [one for one in versions if one.address == move.revision or one.model == move.to_model]
        if newest:
            saved = self.shelf.load(newest[0].address)
            Publisher(self.live, move.app).publish(Published(move.to_model, saved.next_offset, saved.flat), self.us)
        return move


def _asked(lane: Lane, standing: Standing, gates: States, racer: str, log: Log) -> Verdict:
    require(live_of(lane, gates) != "", f"promote {lane.app.name}", "a model that is live; see `evercart run`", "none")
    stage = lane.racers[racer]
    evidence = lane.evidence(
        {**standing.states, **gates},
        racer,
        behind=log.next_offset - standing.at,
        guess_us=standing.guess_us.get(stage.name),
    )
    return explained(judge(lane.app.gate, evidence), standing.states[stage.name])


def lane_of(ring: Ring, app: str) -> Lane:
    """Return the lane of an app of the ring."""
    found = [lane for lane in ring.lanes() if lane.app.name == app]
    require(len(found) == 1, "app", "one of " + " ".join(lane.app.name for lane in ring.lanes()), app)
    return found[0]
