"""Rehearse: on a copy of a shop the world changes, or a model goes bad; the copy is left to itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from evercart.app import App
from evercart.backtest import TooEarly, replay, report_of
from evercart.config import KEY_FILE, create
from evercart.daybook import day_paths
from evercart.errors import UserError, expected
from evercart.evaluate import days as day_files
from evercart.evaluate.days import Days
from evercart.learners.isolated import own
from evercart.learners.learner import Learner
from evercart.learners.sabotaged import Sabotaged
from evercart.loop import Ring
from evercart.mover import Refused
from evercart.place import FOLDER as LOG
from evercart.rehearsal.history import history
from evercart.rehearsal.page import rehearsal_page
from evercart.rehearsal.pieces import Pieces, stops
from evercart.rehearsal.plan import Plan
from evercart.rehearsal.rarer import Change, Nothing, Rarer
from evercart.rehearsal.reactions import reactions
from evercart.rehearsal.rehearsed import ANSWERS, Noticed, Rehearsed
from evercart.rehearsal.standby import Challengers, standby
from evercart.reporting import made, put
from evercart.shop import Shop
from evercart.units import DAY_US

POISONED: Final = "poisoned"  # the racer
_CALM: Final = 7  # pieces after which the ring turns while nothing is awaited
_AWAITED: Final = 42  # pieces for which an answer is awaited
SOMEBODY: Final = "somebody in this rehearsal"
Told = Callable[[str, float | None], None]


def _silent(step: str, part: float | None) -> None:
    """Tell nobody."""


def drift(
    shop: Shop,
    app: str,
    *,
    change: Change | None = None,
    challengers: Challengers | None = None,
    share: float = 0.5,
    days: float = 10.0,
    seed: int = 0,
    every_us: int = DAY_US,
    told: Told = _silent,
) -> Rehearsed:
    """Let the world of an app change, in a copy of the shop; return what came of it.

    change         what happens; `Rarer` by `share`, `days`, `seed` if not said
    challengers    who races against the champion; `standby` if not said
    every_us       how much of the log comes in between two turns of the ring, while an answer to the change is awaited;
                   before, afterwards seven times as much
    """
    chosen = shop.app(app).one_answer("rehearse")
    plan = Plan.of(shop.log, chosen.asks.kind, every_us)
    racing = replace(chosen, challengers=standby(chosen) if challengers is None else challengers)
    change = change or Rarer(chosen.asks.kind, plan.change_us, share, days, seed)
    return _Rehearsal(shop, "drift", racing, plan, change, seed, change.said, told).played()


def sabotage(
    shop: Shop,
    app: str,
    *,
    learner: Learner[Any] | None = None,
    share: float = 0.5,
    seed: int = 0,
    every_us: int = DAY_US,
    told: Told = _silent,
) -> Rehearsed:
    """Let a model that is live be taught falsehoods, in a copy of the shop; return what came of it.

    It races alone against the champion, so that nobody else can take its place.

    learner    what goes bad; the app's champion once more if not said. Unless the gate makes it live by
               itself, somebody does, by force: half of the calm before the change
    share      of the labels that are turned round
    """
    chosen = shop.app(app).one_answer("rehearse")
    plan = Plan.of(shop.log, chosen.asks.kind, every_us)
    binary = report_of(chosen).binary
    mirror = 1.0 if binary else 2.0 * _mean_label(shop, chosen, plan, told)
    poisoned = Sabotaged(learner or chosen.champion, plan.change_us, share, mirror, seed)
    racing = replace(chosen, challengers=((POISONED, poisoned),))
    said = f"{100 * share:.3g} % of the labels that {POISONED} learns, drawn by seed {seed}, are turned round: "
    said += "a yes for a no, a no for a yes" if binary else f"{mirror:.4g} {chosen.unit} minus what was true"
    return _Rehearsal(shop, "sabotage", racing, plan, Nothing(), seed, said, told).played()


def _mean_label(shop: Shop, app: App, plan: Plan, told: Told) -> float:
    """Return the mean label of what was asked in history."""
    told("mean of the labels", None)
    (stop,) = stops(shop.log, [plan.begin_us])
    batches = Ring((app,), shop.config.tick, gated=False).read(shop.log, stop=stop)
    scored = replay(replace(app, challengers=()), batches, shop.config.tick, None, shop.clock.cpu_s).scored
    if not len(scored):
        raise TooEarly(expected(f"rehearse {app.name}", "questions that were answered in the first half", "none"))
    told("mean of the labels", 1.0)
    return float(scored.y.mean())


@dataclass
class _Rehearsal:
    """One rehearsal, while it is played."""

    shop: Shop
    what: str
    app: App
    plan: Plan
    change: Change
    seed: int
    changed: str
    told: Told
    noticed: list[Noticed] = field(default_factory=list)
    _reacted: dict[tuple[str, str], int] = field(default_factory=dict)
    _answered: bool = False
    _ring: Ring | None = None

    @property
    def folder(self) -> Path:
        """Return where the copy lies."""
        return self.shop.folder / "rehearsals" / f"{self.what}-{self.app.name}"

    def played(self) -> Rehearsed:
        """Bring the log in, piece by piece; turn the ring over each; do nothing else."""
        with self._copied() as copy:
            copy.compile(self.told)
            pieces = Pieces(self.shop.log, copy.log, self.change)
            begin, *later = stops(self.shop.log, (self.plan.begin_us, *self.plan.ends))
            self.told("history", None)
            pieces.bring(begin)
            copy.checkpoints.freeze(self.plan.begin_us)
            self._turn(copy)
            self.told("history", 1.0)
            brought, turned = 0, self.plan.begin_us
            for place, (end_us, stop) in enumerate(zip(self.plan.ends, later, strict=True)):
                brought += pieces.bring(stop)
                if self._due(turned, end_us):
                    self._turn(copy)
                    if self.what == "sabotage" and turned < self.plan.live_us <= end_us:
                        _make_live(copy, self.app.name)
                    turned = end_us
                self.told(f"rehearse {self.what}", (place + 1) / len(later))
            return self._found(copy, brought)

    @contextmanager
    def _copied(self) -> Iterator[Shop]:
        """Open an empty shop with this one's settings, its log in a folder of its own; nobody is alerted."""
        try:
            shutil.rmtree(self.folder, ignore_errors=True)
            create(self.folder, self.shop.config.name)
            shutil.copy2(self.shop.folder / KEY_FILE, self.folder / KEY_FILE)
        except OSError as error:
            raise UserError(expected(str(self.folder), "a folder that can be written", error.strerror)) from error
        empty = Shop.open(self.folder, given=(self.app,), clock=self.shop.clock, told=self.shop.told)
        with replace(empty, config=replace(self.shop.config, log=LOG, webhook=None)) as copy:
            yield copy

    def _due(self, turned_us: int, end_us: int) -> bool:
        """Return whether the ring turns: after each piece while an answer to the change is awaited, else after seven.

        turned_us    when it turned last
        """
        watched = 0 < end_us - self.plan.change_us <= _AWAITED * self.plan.every_us and not self._answered
        marks = (self.plan.live_us, self.plan.change_us, self.plan.end_us)
        at_mark = any(turned_us < mark <= end_us for mark in marks)
        return watched or at_mark or end_us - turned_us >= _CALM * self.plan.every_us

    def _turn(self, copy: Shop) -> None:
        moves = copy.run().ruling.moves
        copy.shelf.prune(copy.config.checkpoint.keep, one_a_day=False)  # a day is soon over here
        late = copy.log.last_us >= self.plan.change_us
        self._answered |= late and any(move.why == ANSWERS[self.what] for move in moves)
        self._look(copy)

    def _look(self, copy: Shop) -> None:
        """Note which racers have reacted to their own losses since the last look."""
        ring = self._ring = self._ring or copy.ring()
        found = copy.checkpoints.last(ring)
        if found is None:
            return
        (lane,), (states, _) = ring.lanes(), found
        for racer in lane.models:
            for what, times in reactions(own(states[lane.racers[racer].name])).items():
                if times > self._reacted.get((racer, what), 0):
                    self._reacted[racer, what] = times
                    self.noticed.append(Noticed(copy.log.last_us, racer, what))

    def _found(self, copy: Shop, brought: int) -> Rehearsed:
        parts = [day_files.load(path)[0] for path in day_paths(copy.folder / "days" / self.app.name)]
        if not parts:
            raise TooEarly(expected(f"rehearse {self.app.name}", "a log in which it was asked, answered", "none"))
        (lane,) = copy.ring().lanes()
        told = history(copy, self.app)
        return Rehearsed(
            what=self.what,
            app=self.app.name,
            question=self.app.about,
            unit=self.app.unit,
            seed=self.seed,
            changed=self.changed,
            plan=self.plan,
            report=replace(report_of(self.app), racers=tuple(lane.racers)),
            days=Days.concat(parts),
            moves=told.moves,
            verdicts=told.verdicts,
            noticed=tuple(sorted((*self.noticed, *told.alarms))),
            events=brought,
        )


def write_page(shop: Shop, found: Rehearsed) -> Path:
    """Write the page of a rehearsal; return where it is: `reports/rehearse-WHAT-APP.html` in the shop."""
    path = shop.folder / "reports" / f"rehearse-{found.what}-{found.app}.html"
    put(path, rehearsal_page(found, shop.config.name, made(shop.clock.now_us())))
    return path


def _make_live(copy: Shop, app: str) -> None:
    """Make the model live that will go bad: the gate is asked, then overruled; nothing if it is live by now."""
    now = copy.current(app)
    if now is None or copy.shelf.model(now.model, app).name == POISONED:
        return
    try:
        copy.promote(app, POISONED, who=SOMEBODY)
    except Refused:
        copy.promote(app, POISONED, who=SOMEBODY, force=True)
