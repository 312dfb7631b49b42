"""Stretch: a learner's way from one checkpoint on, for as long as it may hold the lease."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from evercart import aside
from evercart.control import frozen_too_early
from evercart.course import Course
from evercart.errors import Passing
from evercart.events.batch import Events
from evercart.heart import Heart
from evercart.rhythm import Every
from evercart.shop import Shop
from evercart.ticks import Ticks

JUDGE_S: Final = 10.0  # between two judgements
TIDY_S: Final = 5.0  # between two looks whether live rows are to be sealed
JUDGE_SHARE: Final = 0.01  # of the time, at most
PULSE_S: Final = 1.0
LOOK_S: Final = 0.05  # between two looks at the log
_TWICE: Final = 2  # a log that has grown so much may have outgrown its control


class Stretch:
    """Steps over ticks as they close; does its other duties in between, each when it is due.

    stop       whether it is to end
    tell       sends what the log says to whoever asked to be told
    reached    how far was learned before: weights that have seen less are not published

    It ends when `stop` says so, when somebody asks for the lease, or when `anew` says that all is to be learned again,
    since the apps have changed with what the log holds, or the control had stopped too early. What fails in a way that
    may pass is tried again, with patience, while the other duties go on.
    """

    def __init__(
        self,
        shop: Shop,
        course: Course,
        heart: Heart,
        stop: Callable[[], bool],
        tell: Callable[[], None],
        reached: int = 0,
    ) -> None:
        self._shop, self._course, self._heart, self._stop, self._reached = shop, course, heart, stop, reached
        kit, self._clock = course.kit, shop.clock
        self._ticks = Ticks(kit.ring, kit.log, course.at, self._clock.wall_s)
        self.anew = False
        self._kinds: set[int] = set()
        self._stepped, self._published, self._judged, self._looked = False, True, -1, max(course.at, 1)
        self._follow = self._duty("follow", self._take)
        self._between = (
            self._duty("lease", lambda: kit.grant.renew(self._clock.even_us())),
            self._duty("alarms", course.warn),
            self._duty("checkpoint", self._save),
            self._duty("publish", self._publish),
            self._duty("webhook", tell, PULSE_S),
            self._duty("pulse", lambda: heart.beat(course, self._ticks.end), PULSE_S),
        )
        self._level = (
            self._duty("heartbeat", lambda: self._ticks.beat(self._clock.now_us())),
            self._duty("judge", self._judge, JUDGE_S, JUDGE_SHARE),
            self._duty("seal", kit.log.tidy, TIDY_S),
        )

    def _duty(self, name: str, do: Callable[[], object], seconds: float = 0.0, share: float = 1.0) -> Every:
        def told(text: str) -> None:
            if self._heart.trouble(name, text):
                self._shop.told(f"{text}; to be tried again")

        return Every(do, seconds, self._clock.wall_s, share=share, told=told)

    @property
    def _ended(self) -> bool:
        return self._stop() or self.anew or self._course.torn or aside.wanted(self._shop.folder)

    def go(self) -> None:
        """Learn until the end; make a checkpoint there, unless there is nothing that it could hold."""
        while not self._ended:
            self._stepped = False
            self._follow.on_time()
            self._keep()
            if not self._stepped:
                for duty in self._level:
                    duty.on_time()
                self._clock.rest_s(LOOK_S)
        if self._course.unsaved and not (self.anew or self._course.torn):
            self._course.save()

    def _keep(self) -> None:
        for duty in self._between:
            duty.on_time()

    def _take(self) -> None:
        """Step over what has closed."""
        if not self._ticks.due():
            return
        self._stepped = True
        try:
            for events in self._course.parts(self._ticks.closed()):
                self._course.step(events)
                self._published = False
                self._look(events)
                self._keep()
                if self._ended:
                    break
        except Passing:
            self._ticks.again(self._course.at)
            raise

    def _save(self) -> None:
        if self._course.unsaved and self._course.due:
            self._course.save()

    def _publish(self) -> None:
        if not self._published and self._course.at >= self._reached:
            self._published = self._course.publish()

    def _judge(self) -> None:
        """Let the referee judge what was learned since it did so last."""
        if self._course.at != self._judged:
            self._heart.ruled(self._course.rule())
            self._judged = self._course.at

    def _look(self, events: Events) -> None:
        """See whether the ring still suits the log: kinds that are new in it, or its length, may change that."""
        kinds = set(np.unique(events.kind).tolist())
        if not kinds <= self._kinds:
            self._kinds |= kinds
            self._learn_anew(self._shop.apps != self._course.kit.ring.apps, "what its log holds asks for other apps")
        if self._course.at >= _TWICE * self._looked:
            self._looked = self._course.at
            frozen_us = self._course.kit.ring.frozen_us
            early = frozen_too_early(self._course.kit.log, self._course.kit.ring.apps, frozen_us)
            self._learn_anew(early, "its control had stopped before it learned anything")

    def _learn_anew(self, needed: bool, why: str) -> None:
        if needed and not self.anew:
            self._shop.told(f"shop {self._shop.config.name}: {why}; learning all of its log again")
        self.anew |= needed
