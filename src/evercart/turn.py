"""Turn: the ring over what is new in the log, saved as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from evercart.alarming import Alarming
from evercart.asks.logged import reader
from evercart.checkpoints import Checkpoints
from evercart.clock import Clock
from evercart.config import Checkpointing
from evercart.costs import Costs
from evercart.daybook import Daybook
from evercart.errors import UserError, expected
from evercart.lease import Grant
from evercart.log import Log
from evercart.loop import Ring, Stopwatch, whole_ticks
from evercart.publish.shelf import Shelf
from evercart.publishing import Publishing
from evercart.referee import Referee, Ruling, follow
from evercart.succession import Remembered, States, cut_after_orders, obey, orders

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
    ruling     what the gate said, once the ring had caught up
    """

    events: int
    next_offset: int
    waiting: int
    cpu_s: dict[str, float]
    ruling: Ruling = field(default_factory=Ruling)


@dataclass(frozen=True)
class Turner:
    """Turns a ring over a log.

    days     folder of the closed days, by app
    live     folder of the weights that answer
    every    how often a checkpoint is made
    grant    the right to learn, without which nothing is saved
    """

    ring: Ring
    log: Log
    checkpoints: Checkpoints
    shelf: Shelf
    days: Path
    live: Path
    every: Checkpointing
    clock: Clock
    grant: Grant

    def turn(self, told: Callable[[Progress], None]) -> Turned:
        """Go on from the last checkpoint to the last closed tick, then judge; a kill costs what was not saved."""
        follow(self.log, self.shelf)
        states, at, book = self._resumed()
        watch, costs, us = Stopwatch(self.clock.cpu_s), Costs(self.ring, self.shelf, self.clock.cpu_s), 0
        publishing = Publishing(self.ring, self.shelf, self.live, self.clock.now_us, self.checkpoints.told)
        past = Remembered(self.ring, self.log, self.shelf, at)
        began, pace = at, Pace(self.every, self.clock, at)
        kept, alarming = reader(self.log), Alarming(self.ring, self.log)
        batches = whole_ticks(self.ring.read(self.log, at), self.ring.tick)
        for events in past.cut(cut_after_orders(batches, self.ring.tick)):
            said = self.ring.step(states, events, watch, kept)
            book.add(said)
            costs.add(said)
            alarming.add(said)
            at, us = int(events.offset[-1]) + 1, int(events.logged_us[-1])
            past.note(states, at)
            obey(self.ring, states, orders(self.log, events), past)
            self.grant.renew(self.clock.now_us())
            if pace.due(at):
                with pace.saving(at):
                    alarming.write(self.clock.now_us())
                    self._save(states, book, at, publishing, us, costs)
            publishing.live(states, at, costs.known)
            told(Progress(at, self.log.next_offset, at - began, sum(watch.spent.values()), *book.losses()))
        waiting = self.log.next_offset - at
        alarming.write(self.clock.now_us())
        if at > pace.saved:
            self._save(states, book, at, publishing, us, costs)
        return Turned(at - began, at, waiting, watch.spent, self._rule(states, at, costs))

    def _save(self, states: States, book: Daybook, at: int, publishing: Publishing, us: int, costs: Costs) -> None:
        with self.grant.committing():
            book.save(at)  # first: days beyond the last checkpoint are dropped on resuming, never missing
            scores = {stage: {"guess_us": one} for stage, one in costs.measured(states).items()}
            for stage, loss in book.by_stage().items():
                scores.setdefault(stage, {})["loss"] = loss
            publishing.shelve(states, at, us, scores)
            self.checkpoints.save(self.ring, states, at, days=book.files(), token=self.grant.token)

    def _rule(self, states: States, at: int, costs: Costs) -> Ruling:
        with self.grant.committing():
            return Referee(self.ring, self.log, self.shelf, self.clock.now_us).rule(states, at, costs.known)

    def _resumed(self) -> tuple[States, int, Daybook]:
        """Return the newest states whose files are all whole, their offset, their days; drop what lies beyond."""
        found: tuple[States, int, Daybook] | None = None
        for saved in self.checkpoints.whole(self.log.next_offset):
            try:
                book = Daybook(self.days, self.ring, saved.next_offset, saved.about["days"])
            except UserError as error:
                self.checkpoints.told(f"{error}; going on from what was saved before it")
                continue
            found = self.checkpoints.states(self.ring, saved), saved.next_offset, book
            break
        states, at, book = found or (self.ring.start(), 0, Daybook(self.days, self.ring, 0, {}))
        if found is None and self.checkpoints.paths():
            self.checkpoints.told(expected(str(self.checkpoints.folder), "a whole checkpoint", "none") + _FROM_THE_LOG)
        with self.grant.committing():
            self.checkpoints.drop_after(at)
            book.drop_beyond(at)
        return states, at, book


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
