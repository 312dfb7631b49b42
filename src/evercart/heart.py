"""Heart: what writes a learner's pulse."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from evercart import pulse
from evercart.alarming import skipped
from evercart.clock import Clock
from evercart.course import Course
from evercart.pulse import Day, Pulse
from evercart.referee import Ruling

_LEAST_S: Final = 0.001


class Heart:
    """Keeps what pulses tell: how fast the last second was, what is wrong, what the referee said last.

    folder    where the pulse is written
    told      is handed each pulse
    """

    def __init__(self, folder: Path, clock: Clock, told: Callable[[Pulse], None]) -> None:
        self._folder, self._clock, self._told = folder, clock, told
        self._troubles: dict[str, str] = {}
        self._ruling: tuple[str, ...] = ()
        self._last = Pulse(clock.now_us(), 0, 0, 0.0, 0.0, {}, {}, {})
        self._wall_s, self._cpu_s = clock.wall_s(), clock.cpu_s()

    def trouble(self, of: str, text: str) -> bool:
        """Take what is wrong with a duty, "" for nothing; return whether that is news."""
        news = text != "" and self._troubles.get(of) != text
        self._troubles[of] = text
        return news

    def ruled(self, ruling: Ruling) -> None:
        """Take what the referee said, if it said something."""
        self._ruling = tuple(ruling.lines()) or self._ruling

    def beat(self, course: Course | None = None, end: int = 0) -> None:
        """Write a pulse; without a course the lease is lent, or it could not begin yet: the scores are those of before.

        end    next offset of the log
        """
        wall_s, cpu_s, last = self._clock.wall_s(), self._clock.cpu_s(), self._last
        spent_s = max(wall_s - self._wall_s, _LEAST_S)
        at = course.at if course else last.offset
        losses, today, published_us, left_out = last.losses, last.today, last.published_us, last.skipped
        if course:
            losses = {app: _told(means) for app, means in course.book.losses()[0].items()}
            found = pulse.today(course.kit.ring, course.states).items()
            today = {app: Day(one.day, one.n, _told(one.loss)) for app, one in found}
            left_out = skipped(course.kit.ring, course.states)
            published_us = dict(course.publishing.published_us) or published_us
        self._last = Pulse(
            self._clock.now_us(),
            at,
            max(end, at),
            max(at - last.offset, 0) / spent_s if last.offset else 0.0,
            (cpu_s - self._cpu_s) / spent_s,
            losses,
            today,
            published_us,
            self._ruling,
            trouble="; ".join(dict.fromkeys(text for text in self._troubles.values() if text)),
            skipped=left_out,
        )
        self._wall_s, self._cpu_s = wall_s, cpu_s
        self._told(self._last)
        pulse.write(self._folder, self._last)


def _told(means: Mapping[str, float]) -> dict[str, float]:
    """Leave out what is no number, as of a racer that fell."""
    return {racer: mean for racer, mean in means.items() if math.isfinite(mean)}
