"""Rehearsed: what really happened in a rehearsal, as its log with its closed days tell it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.days import Days
from evercart.evaluate.report import Report
from evercart.lane import CHAMPION
from evercart.rehearsal.plan import Plan
from evercart.units import DAY_US

Floats = NDArray[np.float64]
LIVE: Final = "live"  # the answers of whoever was live
ANSWERS: Final = {"drift": "gate", "sabotage": "turned"}  # why the move comes that answers the change


class Moved(NamedTuple):
    """A move of what is live; models by their names, `before` is "" for the first."""

    us: int
    before: str
    to: str
    why: str
    who: str
    reason: str


class Judged(NamedTuple):
    """What the gate said of a challenger.

    nats    logarithm of what its bets have made of one unit of money: that it loses less than who is live
    need    nats from which it may be promoted; NaN where the app does not ask for evidence
    """

    us: int
    champion: str
    challenger: str
    passed: bool
    objections: tuple[str, ...]
    nats: float
    need: float
    questions: int


class Noticed(NamedTuple):
    """A change that somebody noticed: an alarm of the log, or a racer that has reacted to its own losses."""

    us: int
    who: str
    what: str


class Phase(NamedTuple):
    """Days of the rehearsal between two moments; mean losses by racer, with those of whoever was live."""

    name: str
    from_us: int
    until_us: int
    questions: int
    losses: dict[str, float]


@dataclass(frozen=True)
class Rehearsed:
    """One rehearsal.

    what       "drift" or "sabotage"
    changed    what was done from `plan.change_us` on, in words
    report     whose racers are listed, the declared champion first
    days       closed days, history included
    """

    what: str
    app: str
    question: str
    unit: str
    seed: int
    changed: str
    plan: Plan
    report: Report
    days: Days
    moves: tuple[Moved, ...]
    verdicts: tuple[Judged, ...]
    noticed: tuple[Noticed, ...]
    events: int

    @property
    def decisive(self) -> Moved | None:
        """Return the first move by the system itself after the change, or None."""
        after = (move for move in self.moves if move.us >= self.plan.change_us and move.why == ANSWERS[self.what])
        return next(after, None)

    @property
    def answered_us(self) -> int:
        """Return from when on the decisive move counts, midnight; the end without one."""
        return (self.decisive.us // DAY_US + 1) * DAY_US if self.decisive else self.plan.end_us

    @property
    def went_live(self) -> Moved | None:
        """Return the first move of the rehearsal from the declared champion to another model, or None."""
        return next((move for move in self.moves if move.before == CHAMPION), None)

    def live(self) -> NDArray[np.int64]:
        """Return the racer that was live on each day, (days,): a move counts from the next day on (UTC)."""
        found = np.zeros(len(self.days), np.int64)
        for move in self.moves:
            found[self.days.day > move.us // DAY_US] = self.report.racers.index(move.to)
        return found

    def lost(self) -> Floats:
        """Return the summed loss of whoever was live, by day, (days,)."""
        sums: Floats = self.days.sums[np.arange(len(self.days)), self.live(), 0]
        return sums

    def between(self, from_us: int, until_us: int) -> NDArray[np.bool_]:
        """Return which whole days lie between two moments, (days,)."""
        chosen: NDArray[np.bool_] = (self.days.day >= -(-from_us // DAY_US)) & (self.days.day < until_us // DAY_US)
        return chosen

    def questions(self, from_us: int, until_us: int) -> int:
        """Return how many questions were asked on days between two moments."""
        return int(self.days.n[self.between(from_us, until_us)].sum())

    def saved(self, from_us: int, until_us: int) -> tuple[float, float]:
        """Return what those who were live lost less than the declared champion, in sum and in percent of its loss."""
        chosen = self.between(from_us, until_us)
        champion = float(self.days.sums[chosen, 0, 0].sum())
        less = champion - float(self.lost()[chosen].sum())
        return less, 100.0 * less / champion if champion else math.nan

    def phases(self) -> list[Phase]:
        """Return the mean losses before the change, until the move that answers it, after it."""
        plan, said = self.plan, "taken back" if self.what == "sabotage" else "promoted"
        edges = [("calm", plan.begin_us, plan.change_us), ("after the change", plan.change_us, plan.end_us)]
        if self.decisive:
            edges[1:] = [
                (f"until {said}", plan.change_us, self.answered_us),
                (f"after it was {said}", self.answered_us, plan.end_us),
            ]
        return [self._phase(*edge) for edge in edges]

    def _phase(self, name: str, from_us: int, until_us: int) -> Phase:
        chosen = self.between(from_us, until_us)
        n = float(self.days.n[chosen].sum())
        sums = [float(self.lost()[chosen].sum()), *self.days.sums[chosen, :, 0].sum(axis=0).tolist()]
        names = (LIVE, *self.report.racers)
        losses = {racer: one / n if n else math.nan for racer, one in zip(names, sums, strict=True)}
        return Phase(name, from_us, until_us, int(n), losses)

    def summary(self) -> dict[str, Any]:
        """Return what `evercart rehearse --json` prints; times in UTC microseconds of the log."""
        less, percent = self.saved(self.plan.change_us, self.plan.end_us)
        move = self.decisive
        return {
            "what": self.what,
            "app": self.app,
            "seed": self.seed,
            "changed": self.changed,
            "plan": asdict(self.plan),
            "events": self.events,
            "questions": self.questions(self.plan.begin_us, self.plan.end_us),
            "racers": list(self.report.racers),
            "noticed": [one._asdict() for one in self.noticed],
            "moves": [one._asdict() for one in self.moves],
            "decisive": move._asdict() if move else None,
            "verdicts": [one._asdict() for one in self.verdicts],
            "phases": [one._asdict() for one in self.phases()],
            "saved": {"sum": less, "percent": percent},
        }
