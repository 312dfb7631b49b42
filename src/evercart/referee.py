"""Referee: judges the challengers once the ring has caught up with the log, writes down what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import pyarrow as pa

from evercart.errors import expected
from evercart.events.kinds import number
from evercart.gate.evidence import Evidence
from evercart.gate.judge import Turned, Verdict, judge
from evercart.gate.records import enrolment_row, verdict_row
from evercart.gate.reign import Reigning
from evercart.lane import CHAMPION, Lane
from evercart.learners.isolated import Cell, why
from evercart.log import Log
from evercart.loop import Ring
from evercart.publish.moves import PROMOTION, Current, Logged, Move, logged, table
from evercart.publish.shelf import Shelf
from evercart.succession import ENROLMENT, States, foreseen, live_of
from evercart.units import DAY_US

VERDICT: Final = number("verdict")
_JUDGEMENTS: Final = (PROMOTION, ENROLMENT, VERDICT)
_WHO: Final = "evercart"


class Ruling(NamedTuple):
    """What the referee did: verdicts of the day by app, moves; names of the models in them."""

    verdicts: tuple[tuple[str, Verdict], ...] = ()
    moves: tuple[Move, ...] = ()
    names: tuple[tuple[str, str], ...] = ()

    def lines(self) -> list[str]:
        """Return in words what happened, a line each.

        >>> move = Move("spend", "ab", "cd", "gate", "evercart", 5, "9 nats")
        >>> Ruling(moves=(move,), names=(("cd", "hyper"),)).lines()
        ['spend: hyper is live instead of ab (gate): 9 nats']
        """
        name = dict(self.names)
        moved = [
            f"{move.app}: {name.get(move.to_model, move.to_model)} is live instead of"
            f" {name.get(move.from_model, move.from_model)} ({move.why}): {move.reason}"
            for move in self.moves
        ]
        refused = [(app, verdict) for app, verdict in self.verdicts if not verdict.promote]
        return moved + [
            f"{app}: the gate refuses {name.get(one.evidence.challenger, '')}: {'; '.join(one.objections)}"
            for app, one in refused
        ]


@dataclass
class Told:
    """What the log says about judgements, from an offset on; of each model the last word alone is kept.

    end    how far it was read; -1: not yet
    """

    end: int = -1
    _rows: dict[tuple[int, str, str, str], tuple[int, int]] = field(default_factory=dict)  # offset, day

    def read(self, log: Log) -> list[Logged]:
        """Read what was logged since; return the moves in it."""
        stop = log.next_offset
        rows = log.names(self.end, stop, _JUDGEMENTS).to_pylist()
        for row in rows:
            if row["kind"] != PROMOTION:
                key = row["kind"], row["app"], row["current"], row["model"]
                self._rows[key] = row["offset"], row["event_us"] // DAY_US
        self.end = max(self.end, stop)
        return logged(rows)

    def enrolled(self, live: Current) -> set[str]:
        """Return the models that were enrolled since what is live is."""
        return set(self._since(ENROLMENT, live))

    def judged(self, live: Current) -> dict[str, int]:
        """Return the day of each model's last verdict since what is live is."""
        return self._since(VERDICT, live)

    def _since(self, kind: int, live: Current) -> dict[str, int]:
        return {
            key[3]: day
            for key, (offset, day) in self._rows.items()
            if key[:3] == (kind, live.app, live.model) and offset >= live.offset
        }


@dataclass(frozen=True)
class Referee:
    """Judges for one shop; the process that learns asks it whenever it has caught up.

    turned    when the model dethroned last comes back
    told      what the log says of earlier judgements, as far as it was read: one referee reads nothing twice

    What a shop's log does not say yet is written first: which model is live, which challengers are enrolled. A
    verdict is logged once a day of the log for each challenger, whenever one passes besides.
    """

    ring: Ring
    log: Log
    shelf: Shelf
    now_us: Callable[[], int]
    turned: Turned = field(default_factory=Turned)
    told: Told = field(default_factory=Told)

    def rule(self, states: States, at: int, guess_us: Mapping[str, float | None]) -> Ruling:
        """Judge every app; append to the log what follows; tell the shelf.

        at          the offset at which the states stand
        guess_us    microseconds that a guess takes, by stage
        """
        if at == 0:
            return Ruling()  # nothing was ever asked
        self._read_on()
        self._begin(states)
        gates = foreseen(self.ring, states, self.log, at)
        verdicts: list[tuple[str, Verdict]] = []
        moves: list[Move] = []
        for lane in self.ring.lanes():
            live = self.shelf.current(lane.app.name)
            if live is None or live.model != live_of(lane, gates):
                continue  # somebody has moved meanwhile: next time
            back = self._back(lane, {**states, **gates}, live)
            found = [] if back else self._judged(lane, {**states, **gates}, live, self.log.next_offset - at, guess_us)
            verdicts += [(lane.app.name, verdict) for verdict in found]
            moves += [back] if back else _best(lane.app.name, found, self._us())
        rows = [verdict_row(app, verdict, self._us()) for app, verdict in verdicts]
        self._append([*rows, table(moves)] if moves else rows)  # all, or after a kill nothing
        self._read_on()
        names = tuple((model.id, model.name) for model in self.shelf.models())
        return Ruling(tuple(verdicts), tuple(moves), names)

    def _read_on(self) -> None:
        """Read what the log has by now about judgements; tell the shelf of moves."""
        if self.told.end < 0:
            follow(self.log, self.shelf)
            lives = [self.shelf.current(lane.app.name) for lane in self.ring.lanes()]
            self.told.end = min((live.offset for live in lives if live), default=self.log.next_offset)
        moves = self.told.read(self.log)
        if moves:
            self.shelf.obey(moves)

    def _us(self) -> int:
        """Return the log time that a row written now gets: history keeps its own clock."""
        last = self.log.last_us
        return last if self.log.live_from is None else max(last, self.now_us())

    def _append(self, rows: list[pa.Table]) -> None:
        if rows:
            self.log.append(pa.concat_tables(rows), self._us(), own=True)

    def _begin(self, states: States) -> None:
        """Write down what is live, which challengers may be judged, where the log does not say it; in one commit."""
        rows: list[pa.Table] = []
        self.shelf.enrol(model for lane in self.ring.lanes() for model in lane.models.values())
        for lane in self.ring.lanes():
            live = self.shelf.current(lane.app.name)
            if live is None:
                rows += self._first(lane)
            elif not self._races(lane, states, live.model):
                reason = f"{live.model} races no more"
                rows.append(table([self._declared(lane, live.model, "settings", reason)]))
            elif live_of(lane, states) in ("", live.model):  # else the ring has yet to obey the last move
                rows += self._later(lane, states, live)
        self._append(rows)
        self._read_on()

    def _declared(self, lane: Lane, before: str, why: str, reason: str = "") -> Move:
        return Move(lane.app.name, before, lane.models[CHAMPION].id, why, _WHO, self._us(), reason)

    def _first(self, lane: Lane) -> list[pa.Table]:
        """Return the first move of an app with its challengers, judged from the beginning of the log."""
        app, (live, *others) = lane.app.name, (model.id for model in lane.models.values())
        enrolled = [enrolment_row(app, line, live, "beginning", self._us()) for line in others]
        return [table([self._declared(lane, "", "first")]), *enrolled]

    def _later(self, lane: Lane, states: States, live: Current) -> list[pa.Table]:
        """Return the enrolment of those that came later, judged from now on."""
        state = states[lane.gates[0].name]
        told = self.told.enrolled(live)
        lines = {racer: lane.reign.line(state, racer) for racer in lane.reign.racers}
        known = {live.model, *told, *(lines[racer] for racer in lane.reign.enrolled(state))}
        new = (line for line in lines.values() if line not in known)
        return [enrolment_row(lane.app.name, line, live.model, "now", self._us()) for line in new]

    def _races(self, lane: Lane, states: States, model: str) -> bool:
        """Return whether a model is one of the racers, or will be once the ring has obeyed."""
        if lane.reign.racer(states[lane.gates[0].name], model) is not None:
            return True
        return any(one.id == model and one.origin is not None for one in self.shelf.models(lane.app.name))

    def _judged(
        self, lane: Lane, states: States, live: Current, behind: int, guess_us: Mapping[str, float | None]
    ) -> list[Verdict]:
        """Return the verdicts of the day; later ones of the day only where one passes."""
        last = self.told.judged(live)
        state, us, found = states[lane.gates[0].name], self._us(), []
        for racer in lane.reign.enrolled(state):
            stage = lane.racers[racer]
            evidence = lane.evidence(states, racer, behind=behind, guess_us=guess_us.get(stage.name))
            verdict = explained(judge(lane.app.gate, evidence), states[stage.name])
            if verdict.promote or last.get(evidence.challenger) != us // DAY_US:
                found.append(verdict)
        return found

    def _back(self, lane: Lane, states: States, live: Current) -> Move | None:
        """Return the move to the model dethroned last, where what is live has failed, or the evidence has turned."""
        state: Reigning = states[lane.gates[0].name]
        current = lane.reign.current(state)
        before = lane.reign.racer(state, live.previous) if live.previous else None
        if state.silent[lane.reign.racers.index(current)]:
            to = before or (CHAMPION if current != CHAMPION else None)
            fell = states[lane.racers[current].name]
            reason = why(fell) if isinstance(fell, Cell) else ""
            reason = expected(f"guesses of {current}", "a number for each question", reason or "none")
        else:
            to, reason = before, self._turned(lane, states, before) if before else ""
        if to is None or not reason:
            return None
        return Move(lane.app.name, live.model, lane.reign.line(state, to), "turned", _WHO, self._us(), reason)

    def _turned(self, lane: Lane, states: States, before: str) -> str:
        """Return the evidence by which the model before must come back; "" while there is none."""
        found = [lane.reign.evidence(states[stage.name], before) for stage in lane.gates]
        return self.turned(*(replace(one, challenger=before) for one in found)) or ""


def _best(app: str, found: list[Verdict], us: int) -> list[Move]:
    """Return the move to the challenger with the most evidence among those that passed."""
    passed = [verdict.evidence for verdict in found if verdict.promote]
    if not passed:
        return []
    best = max(passed, key=lambda evidence: evidence.log_money)
    return [Move(app, best.champion, best.challenger, "gate", _WHO, us, proof(best))]


def follow(log: Log, shelf: Shelf) -> None:
    """Tell a shelf of the moves that the log has by now."""
    known = shelf.moves()
    start = known[-1].offset + 1 if known else 0
    rows = log.names(start, log.next_offset, (PROMOTION,)).to_pylist()
    if rows:
        shelf.obey(logged(rows))


def explained(verdict: Verdict, state: Any) -> Verdict:
    """Add to a verdict why the challenger fell, if it did."""
    reason = why(state) if isinstance(state, Cell) else ""
    return Verdict(verdict.evidence, (*verdict.objections, f"it fell: {reason}")) if reason else verdict


def proof(evidence: Evidence) -> str:
    """Return in words why a challenger passed."""
    whole = evidence.whole
    return (
        f"{evidence.log_money:.2f} nats that it loses less: {whole.challenger:.6g} against {whole.champion:.6g}"
        f" on {whole.questions:,} questions"
    )
