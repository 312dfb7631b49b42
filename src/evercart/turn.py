"""Turn: the ring over what is new in the log, saved as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evercart.checkpoints import Checkpoints
from evercart.clock import Clock
from evercart.config import Checkpointing
from evercart.durable import WRITING, make_folder
from evercart.errors import UserError, expected, require
from evercart.evaluate import days as day_files
from evercart.evaluate.days import Days
from evercart.lease import Grant
from evercart.log import Log
from evercart.log.faults import plainly
from evercart.loop import Ring, Said, Stopwatch, whole_ticks

_GUESS_S = 0.03  # CPU that a checkpoint costs, until one was made
_FROM_THE_LOG = "; beginning again at the start of the log"


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
    every    how often a checkpoint is made
    grant    the right to learn, without which nothing is saved
    """

    ring: Ring
    log: Log
    checkpoints: Checkpoints
    days: Path
    every: Checkpointing
    clock: Clock
    grant: Grant

    def turn(self, told: Callable[[Progress], None]) -> Turned:
        """Go on from the last checkpoint to the last closed tick; a kill costs what came after a checkpoint."""
        watch = Stopwatch(self.clock.cpu_s)
        states, at, tally = self._resumed()
        began, pace = at, Pace(self.every, self.clock, at)
        for events in whole_ticks(self.log.read(at, columns=self.ring.reads), self.ring.tick):
            tally.add(self.ring.step(states, events, watch))
            at = int(events.offset[-1]) + 1
            self.grant.renew(self.clock.now_us())
            if pace.due(at):
                with pace.saving(at):
                    self._save(states, tally, at)
            told(Progress(at, self.log.next_offset, at - began, sum(watch.spent.values()), *tally.losses()))
        if at > pace.saved:
            self._save(states, tally, at)
        return Turned(at - began, at, self.log.next_offset - at, watch.spent)

    def _save(self, states: dict[str, Any], tally: Tally, at: int) -> None:
        with self.grant.committing():
            tally.save(at)  # first: days beyond the last checkpoint are dropped on resuming, never missing
            self.checkpoints.save(self.ring, states, at, days=tally.files(), token=self.grant.token)

    def _resumed(self) -> tuple[dict[str, Any], int, Tally]:
        """Return the newest states whose files are all whole, their offset, their days; drop what lies beyond."""
        found: tuple[dict[str, Any], int, Tally] | None = None
        for saved in self.checkpoints.whole(self.log.next_offset):
            try:
                tally = Tally(self.days, self.ring, saved.next_offset, saved.about["days"])
            except UserError as error:
                self.checkpoints.told(f"{error}; going on from what was saved before it")
                continue
            found = self.checkpoints.states(self.ring, saved), saved.next_offset, tally
            break
        states, at, tally = found or (self.ring.start(), 0, Tally(self.days, self.ring, 0, {}))
        if found is None and self.checkpoints.paths():
            self.checkpoints.told(expected(str(self.checkpoints.folder), "a whole checkpoint", "none") + _FROM_THE_LOG)
        with self.grant.committing():
            self.checkpoints.drop_after(at)
            tally.drop_beyond(at)
        return states, at, tally


class Pace:
    """When the next checkpoint is due; its clocks decide what a restart costs, never what is learned."""

    def __init__(self, every: Checkpointing, clock: Clock, at: int) -> None:
        self._every, self._clock = every, clock
        self.saved, self._cost_s = at, _GUESS_S
        self._saved_cpu_s, self._saved_s = clock.cpu_s(), clock.wall_s()

    def due(self, at: int) -> bool:
        """Return whether so many events, worth their cost, or so much time have passed."""
        if self._clock.wall_s() - self._saved_s >= self._every.seconds:
            return True
        worth = self._clock.cpu_s() - self._saved_cpu_s >= self._cost_s / self._every.share
        return at - self.saved >= self._every.events and worth

    @contextmanager
    def saving(self, at: int) -> Iterator[None]:
        """Measure what a checkpoint costs."""
        began_s = self._clock.cpu_s()
        yield
        self.saved, self._saved_cpu_s, self._saved_s = at, self._clock.cpu_s(), self._clock.wall_s()
        self._cost_s = self._saved_cpu_s - began_s


class Tally:
    """The closed days of each app, in files that go with the checkpoints.

    files    how many of each app the checkpoint at this offset goes with
    """

    def __init__(self, folder: Path, ring: Ring, at: int, files: dict[str, int]) -> None:
        self._folder, self._ring = folder, ring
        self._new: dict[str, list[Days]] = {app.name: [] for app in ring.apps}
        self._old = {app.name: self._kept(app.name, at, files.get(app.name, 0)) for app in ring.apps}
        self._files = {name: len(kept) for name, kept in self._old.items()}

    def _kept(self, app: str, at: int, files: int) -> list[Days]:
        kept = [day_files.load(path)[0] for path in day_paths(self._folder / app) if int(path.stem) <= at]
        require(len(kept) == files, f"{self._folder / app}", f"{files} files up to offset {at}", len(kept))
        return kept

    def drop_beyond(self, at: int) -> None:
        """Remove days that closed after an offset, with files that were never finished."""
        for app in self._old:
            for path in (self._folder / app).glob("*"):
                if path.name.endswith(WRITING) or int(path.stem) > at:
                    path.unlink()

    def files(self) -> dict[str, int]:
        """Return how many files each app has."""
        return dict(self._files)

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
                with plainly(folder):
                    make_folder(folder)
                    day_files.save(folder / f"{at:016d}.arrow", Days.concat(days), {})
                self._files[name] += 1
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


def day_paths(folder: Path) -> list[Path]:
    """Return an app's files of days, oldest first."""
    return sorted(folder.glob(f"{'[0-9]' * 16}.arrow"))
