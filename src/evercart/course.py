"""Course: a learner's way along the log, with all that it holds in memory on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from evercart.alarming import Alarming
from evercart.asks.logged import beforehand, reader
from evercart.clock import Clock
from evercart.config import Checkpointing
from evercart.costs import Costs
from evercart.daybook import Daybook
from evercart.errors import UserError, expected
from evercart.events.batch import Events
from evercart.kit import Kit
from evercart.loop import Stopwatch
from evercart.publishing import Publishing
from evercart.referee import Referee, Ruling, follow
from evercart.succession import Remembered, States, cut_after_orders, obey, orders

_GUESS_S: Final = 0.03  # CPU that a checkpoint costs, until one was made
_FROM_THE_LOG: Final = "; beginning again at the start of the log"


@dataclass
class Progress:
    """How far a turn has come; losses are means over closed days, by app and racer."""

    events: int  # of the log, done
    total: int
    turned: int  # in this turn
    cpu_s: float
    losses: dict[str, dict[str, float]] = field(default_factory=dict)
    today: dict[str, dict[str, float]] = field(default_factory=dict)


class Course:
    """The states of all folds at an offset, with what is kept beside them; it begins at the last checkpoint.

    at, us    next offset, log time of the row before it; 0 until the first step
    began     next offset at the beginning
    torn      whether a step was begun but not ended: the states are of no use any more
    """

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        follow(kit.log, kit.shelf)
        self.states, self.at, self.book = _resumed(kit)
        self.began, self.us, self.torn = self.at, 0, False
        self.watch = Stopwatch(kit.clock.cpu_s)
        self.publishing = Publishing(kit.ring, kit.shelf, kit.live, kit.clock.now_us, kit.checkpoints.told)
        self._costs = Costs(kit.ring, kit.shelf, kit.clock.cpu_s)
        self._past = Remembered(kit.ring, kit.log, kit.shelf, self.at)
        self._pace = Pace(kit.every, kit.clock, self.at)
        self._alarming = Alarming(kit.ring, kit.log)
        self._referee = Referee(kit.ring, kit.log, kit.shelf, kit.clock.now_us)
        self._read = reader(kit.log)

    def parts(self, batches: Iterator[Events]) -> Iterator[Events]:
        """Cut batches of whole ticks where something is to be obeyed, or to be noted, after them."""
        return self._past.cut(cut_after_orders(batches, self.kit.ring.tick))

    def step(self, events: Events) -> None:
        """Take a part once round the ring, then obey what it says of who is live.

        All that the log has to say to it is read before anything moves: where that fails the states still stand.
        """
        kit = self.kit
        kept, said_to = beforehand(self._read, events), orders(kit.log, events)
        self.torn = True
        said = kit.ring.step(self.states, events, self.watch, kept)
        self.book.add(said)
        self._costs.add(said)
        self._alarming.add(said)
        self.at, self.us = int(events.offset[-1]) + 1, int(events.logged_us[-1])
        self._past.note(self.states, self.at)
        obey(kit.ring, self.states, said_to, self._past)
        self._alarming.look(self.states, self.us)
        self.torn = False

    @property
    def unsaved(self) -> bool:
        """Return whether something was learned since the last checkpoint."""
        return self.at > self._pace.saved

    @property
    def due(self) -> bool:
        """Return whether a checkpoint is to be made."""
        return self._pace.due(self.at)

    def save(self) -> None:
        """Make a checkpoint, with all that goes with one: alarms, closed days, revisions on the shelf."""
        kit = self.kit
        with self._pace.saving(self.at):
            self.warn()
            kit.log.sync()  # no state may outlive the rows it was learned from
            with kit.grant.committing():
                self.book.save(self.at)  # first: days beyond the last checkpoint are dropped on resuming, never missing
                scores = {stage: {"guess_us": one} for stage, one in self._costs.measured(self.states).items()}
                for stage, loss in self.book.by_stage().items():
                    scores.setdefault(stage, {})["loss"] = loss
                self.publishing.shelve(self.states, self.at, self.us, scores)
                kit.checkpoints.save(kit.ring, self.states, self.at, days=self.book.files(), token=kit.grant.token)

    def publish(self) -> bool:
        """Let the weights that are live answer, those of each app that are due; return whether all were."""
        return self.publishing.live(self.states, self.at, self._costs.known)

    def warn(self) -> None:
        """Write the alarms that were raised into the log."""
        self._alarming.write(self.kit.clock.now_us())

    def rule(self) -> Ruling:
        """Let the referee judge."""
        with self.kit.grant.committing():
            return self._referee.rule(self.states, self.at, self._costs.known)

    def progress(self) -> Progress:
        """Return how far it has come."""
        total, spent = self.kit.log.next_offset, sum(self.watch.spent.values())
        return Progress(self.at, total, self.at - self.began, spent, *self.book.losses())


def _resumed(kit: Kit) -> tuple[States, int, Daybook]:
    """Return the newest states whose files are all whole, their offset, their days; drop what lies beyond."""
    found: tuple[States, int, Daybook] | None = None
    checkpoints, ring = kit.checkpoints, kit.ring
    for saved in checkpoints.whole(kit.log.next_offset):
        try:
            book = Daybook(kit.days, ring, saved.next_offset, saved.about["days"])
        except UserError as error:
            checkpoints.told(f"{error}; going on from what was saved before it")
            continue
        found = checkpoints.states(ring, saved), saved.next_offset, book
        break
    states, at, book = found or (ring.start(), 0, Daybook(kit.days, ring, 0, {}))
    if found is None and checkpoints.paths():
        checkpoints.told(expected(str(checkpoints.folder), "a whole checkpoint", "none") + _FROM_THE_LOG)
    with kit.grant.committing():
        checkpoints.drop_after(at)
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
