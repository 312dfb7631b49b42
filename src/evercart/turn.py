"""Turn: the ring over what is new in the log, saved as it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evercart.checkpoints import Checkpoints
from evercart.errors import require
from evercart.evaluate import days as day_files
from evercart.evaluate.days import Days
from evercart.log import Log
from evercart.loop import Ring, Said, Stopwatch, whole_ticks


@dataclass
class Progress:
    """How far a turn has come; losses are means over closed days, by app and racer."""

    events: int  # of the log, done
    total: int
    turned: int  # in this turn
    cpu_s: float
    losses: dict[str, dict[str, float]] = field(default_factory=dict)
    today: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Turned:
    """What a turn did: events it took, the offset it stands at, CPU seconds by stage.

    waiting    events of the last tick, which closes with the next row that is logged
    """

    events: int
    next_offset: int
    waiting: int
    cpu_s: dict[str, float]


@dataclass(frozen=True)
class Turner:
    """Turns a ring over a log.

    days     folder of the closed days, by app
    every    events between two checkpoints
    """

    ring: Ring
    log: Log
    checkpoints: Checkpoints
    days: Path
    every: int
    cpu_s: Callable[[], float]

    def turn(self, told: Callable[[Progress], None]) -> Turned:
        """Go on from the last checkpoint to the last closed tick; a kill costs what came after a checkpoint."""
        watch = Stopwatch(self.cpu_s)
        states, at = self.checkpoints.last(self.ring) or (self.ring.start(), 0)
        require(at <= self.log.next_offset, "checkpoint", f"an offset of the log, up to {self.log.next_offset}", at)
        tally = Tally(self.days, self.ring, at)
        began = saved = at
        for events in whole_ticks(self.log.read(at, columns=self.ring.reads), self.ring.tick):
            tally.add(self.ring.step(states, events, watch))
            at = int(events.offset[-1]) + 1
            if at - saved >= self.every:
                self._save(states, tally, at)
                saved = at
            told(Progress(at, self.log.next_offset, at - began, sum(watch.spent.values()), *tally.losses()))
        if at > saved:
            self._save(states, tally, at)
        return Turned(at - began, at, self.log.next_offset - at, watch.spent)

    def _save(self, states: dict[str, Any], tally: Tally, at: int) -> None:
        tally.save(at)  # first: days beyond the last checkpoint are dropped on resuming, never missing
        self.checkpoints.save(self.ring, states, at)


class Tally:
    """The closed days of each app, in files that go with the checkpoints."""

    def __init__(self, folder: Path, ring: Ring, at: int) -> None:
        self._folder, self._ring = folder, ring
        self._new: dict[str, list[Days]] = {app.name: [] for app in ring.apps}
        self._old = {app.name: self._kept(app.name, at) for app in ring.apps}

    def _kept(self, app: str, at: int) -> list[Days]:
        kept = []
        for path in sorted((self._folder / app).glob("*.arrow")):
            if int(path.stem) <= at:
                kept.append(day_files.load(path)[0])
            else:
                path.unlink()
        return kept

    def add(self, said: dict[str, Said]) -> None:
        """Take the days that closed in a batch."""
        for name, one in said.items():
            if len(one.days):
                self._new[name].append(one.days)

    def save(self, at: int) -> None:
        """Write the days that closed since the last save."""
        for name, days in self._new.items():
            if days:
                folder = self._folder / name
                folder.mkdir(parents=True, exist_ok=True)
                day_files.save(folder / f"{at:016d}.arrow", Days.concat(days), {})
                self._old[name] += days
                self._new[name] = []

    def days(self, app: str) -> list[Days]:
        """Return all closed days of an app, in parts."""
        return [*self._old[app], *self._new[app]]

    def losses(self) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
        """Return the mean loss over all closed days and over the last one, by app and racer."""
        overall: dict[str, dict[str, float]] = {}
        today: dict[str, dict[str, float]] = {}
        for lane in self._ring.lanes():
            parts = self.days(lane.app.name)
            if parts:
                loss, n = sum(part.sums[:, :, 0].sum(axis=0) for part in parts), sum(part.n.sum() for part in parts)
                last = parts[-1]
                overall[lane.app.name] = dict(zip(lane.racers, (loss / n).tolist(), strict=True))
                newest = (last.sums[-1, :, 0] / last.n[-1]).tolist()
                today[lane.app.name] = dict(zip(lane.racers, newest, strict=True))
        return overall, today
