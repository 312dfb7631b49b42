"""Standing: how a shop is at this moment, gathered for the pages."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from evercart import pulse as pulses
from evercart.annals import LATELY_US, Entry
from evercart.app import App
from evercart.lane import CHAMPION, Lane
from evercart.publishing import FOLDER as LIVE
from evercart.serve.pages.course import Course, Courses
from evercart.serve.pages.history import Histories
from evercart.serve.pages.kept import per_service
from evercart.serve.pages.measures import lined_up

if TYPE_CHECKING:
    from evercart.pulse import Pulse
    from evercart.serve.service import Service

_FRESH_S: Final = 0.4  # a look serves all who ask within this time
_RATE_S: Final = 10.0  # over which events a second are counted
STALE_S: Final = 10.0  # after which a learner that says nothing is missed
FAR_BEHIND: Final = 50_000  # events
WEEK: Final = 7  # days
FEW: Final = 10  # questions; fewer are no score yet


class Judged(NamedTuple):
    """A day of an app: mean losses by racer over `n` questions; `open` while more of it are to be judged."""

    day: str
    n: int
    loss: Mapping[str, float]
    open: bool


@dataclass(frozen=True)
class AppStanding:
    """How one app is.

    app        as it is declared
    racers     the one that is live first
    order      the same in the order of the course's columns
    live       model that answers; "" before the first
    judged     the newest day of which anything is known
    overall    mean loss over all closed days, by racer
    course     its closed days
    published_us   when the weights that answer were published; None where no learner says
    """

    app: App
    racers: tuple[str, ...]
    order: tuple[str, ...]
    live: str
    judged: Judged | None
    overall: Mapping[str, float]
    course: Course
    published_us: int | None

    @property
    def own(self) -> str:
        """Return the racer the others are held against."""
        return self.racers[0]

    @property
    def week(self) -> Judged | None:
        """Return the newest day with the six before it."""
        one = self.judged
        if one is None:
            return None
        last = self.course if one.open else self.course.rows(slice(None, -1))
        sums = np.array([one.loss[racer] for racer in self.order]) * one.n
        n, sums = last.lately(WEEK, one.n, sums)
        return Judged(one.day, n, dict(zip(self.order, (sums / max(1, n)).tolist(), strict=True)), one.open)


@dataclass(frozen=True)
class Standing:
    """How a shop is at this moment.

    now_us       of the shop's clock
    speed        of that clock beside the wall's
    live         whether the log keeps the time, or holds history only
    events_s     rows a second of late; None before two looks
    learned      next offset of what the last checkpoint knows
    pulse_s      how long ago the learner was heard of, in wall seconds; None where it never was
    alarms       of the last seven days of log time, newest first
    """

    now_us: int
    speed: float
    next_offset: int
    last_us: int
    live: bool
    events_s: float | None
    learned: int
    pulse: Pulse | None
    pulse_s: float | None
    held: int
    alarms: tuple[Entry, ...] = ()
    apps: tuple[AppStanding, ...] = field(default=())

    @property
    def behind(self) -> int:
        """Return how many events are not learned yet."""
        return max(0, self.next_offset - (self.pulse.offset if self.pulse else self.learned))

    @property
    def learning(self) -> bool:
        """Return whether a learner was heard of just now."""
        return self.pulse_s is not None and self.pulse_s <= STALE_S

    @property
    def simulated(self) -> bool:
        """Return whether the shop's clock is no real one."""
        return self.speed != 1


class Looker:
    """Looks at a shop for all pages; one look at a time, shared by all who ask meanwhile."""

    def __init__(self, service: Service) -> None:
        self._shop, self._lock = service.shop, Lock()
        self._histories = histories_of(service)
        self._courses = Courses(Path(self._shop.folder) / "days")
        self._seen = deque[tuple[float, int]]()
        self._looked: tuple[float, Standing] | None = None
        self._lanes: tuple[tuple[bool, int], tuple[Lane, ...]] | None = None

    def look(self) -> Standing:
        """Return how the shop is; blocks."""
        with self._lock:
            now_s = self._shop.clock.wall_s()
            if self._looked is None or now_s - self._looked[0] > _FRESH_S:
                self._looked = (now_s, self._look(now_s))
            return self._looked[1]

    def forget(self) -> None:
        """Look anew next time: something was moved."""
        with self._lock:
            self._looked = None

    def lanes(self) -> tuple[Lane, ...]:
        """Return the stages of all apps; anew once the log has doubled, as apps follow from what it holds."""
        at = (self._learned() > 0, self._shop.log.next_offset.bit_length())
        if self._lanes is None or self._lanes[0] != at:
            self._lanes = (at, tuple(self._shop.ring().lanes()))
        return self._lanes[1]

    def _look(self, now_s: float) -> Standing:
        shop, log = self._shop, self._shop.log
        now_us, next_offset, last_us = shop.clock.now_us(), log.next_offset, log.last_us
        pulse = pulses.read(Path(shop.folder) / LIVE)
        apps = tuple(self._app(lane, pulse) for lane in self.lanes())
        entries = [entry for one in apps for entry in self._histories.of(one.app.name) if entry.what == "alarm"]
        late = sorted((one for one in entries if one.us > last_us - LATELY_US), key=lambda one: -one.us)
        return Standing(
            now_us=now_us,
            speed=shop.clock.speed,
            next_offset=next_offset,
            last_us=last_us,
            live=log.live_from is not None,
            events_s=self._rate(now_s, next_offset),
            learned=self._learned(),
            pulse=pulse,
            pulse_s=max(0.0, shop.clock.real_s(now_us - pulse.us)) if pulse else None,
            held=sum(shop.quarantine.counts().values()),
            alarms=tuple(late),
            apps=apps,
        )

    def _learned(self) -> int:
        """Return where the newest checkpoint stands, by its name: whether it is whole is for who goes on from it."""
        paths = self._shop.checkpoints.paths()
        return int(paths[-1].stem) if paths else 0

    def _rate(self, now_s: float, next_offset: int) -> float | None:
        self._seen.append((now_s, next_offset))
        while len(self._seen) > 2 and now_s - self._seen[0][0] > _RATE_S:
            self._seen.popleft()
        then_s, before = self._seen[0]
        return (next_offset - before) / (now_s - then_s) if now_s - then_s > _FRESH_S else None

    def _app(self, lane: Lane, pulse: Pulse | None) -> AppStanding:
        name, racers = lane.app.name, lane.race.fold.names  # type: ignore[attr-defined]
        current = self._shop.shelf.current(name)
        live = next((one.name for one in self._shop.shelf.models(name) if current and one.id == current.model), "")
        own = live if live in racers else CHAMPION
        course = self._courses.of(name, len(racers))
        return AppStanding(
            app=lane.app,
            racers=lined_up(racers, own),
            order=racers,
            live=live,
            judged=_judged(name, racers, course, pulse),
            overall=dict(zip(racers, course.overall(), strict=True)) if len(course) else {},
            course=course,
            published_us=pulse.published_us.get(name) if pulse else None,
        )


def _judged(app: str, racers: tuple[str, ...], course: Course, pulse: Pulse | None) -> Judged | None:
    """Return the day that is being judged once there is enough of it, else the last one that closed."""
    last = course.last(racers)
    today = pulse.today.get(app) if pulse else None
    known = today is not None and today.n > 0 and set(racers) <= set(today.loss)
    if known and today and (last is None or (today.day > last[0] and (today.n >= FEW or _apart(last[0], today.day)))):
        return Judged(today.day, today.n, today.loss, True)
    return Judged(*last, open=False) if last else None


def _apart(closed: str, open_day: str) -> bool:
    """Return whether days lie between: they closed, too, but are not saved yet."""
    return date.fromisoformat(open_day) - date.fromisoformat(closed) > timedelta(days=1)


histories_of = per_service(lambda service: Histories(service.shop))
looker_of = per_service(Looker)
