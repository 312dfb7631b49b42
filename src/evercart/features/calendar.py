"""Calendar: the hour or the day of a question, on the clock on the wall of a zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column
from evercart.features.needs import Need
from evercart.features.seen import Seen
from evercart.units import DAY_US
from evercart.zones import local_us, zone

Form = Literal["slots", "circle"]
_MONDAY: Final = 3 * DAY_US  # the epoch was a Thursday


@dataclass(frozen=True)
class _Cycle:
    """A place on a cycle of the wall clock.

    form    "slots": the whole step the clock is in; "circle": sine, cosine of the exact place
    """

    zone: str = "UTC"
    form: Form = "slots"

    name: ClassVar[str]
    steps: ClassVar[int]
    period_us: ClassVar[int]

    def __post_init__(self) -> None:
        zone(self.zone)
        require(self.form in ("slots", "circle"), f"{self.name}.form", "slots or circle", self.form)

    @property
    def outputs(self) -> tuple[Column, ...]:
        """Return a slot column, or two numbers."""
        if self.form == "slots":
            return (Column(self.name, slots=self.steps),)
        return (Column(f"{self.name}_sin"), Column(f"{self.name}_cos"))

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return nothing: the question says it all."""
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        """Return nothing: every batch carries the clock."""
        return ()

    def values(self, seen: Seen) -> tuple[NDArray[Any], ...]:
        """Return where on the cycle each question stands."""
        place = (local_us(seen.asked.logged_us, self.zone) + _MONDAY) % self.period_us
        if self.form == "slots":
            return (place // (self.period_us // self.steps),)
        turn = place * (2.0 * np.pi / self.period_us)
        return (np.sin(turn), np.cos(turn))


@dataclass(frozen=True)
class HourOfDay(_Cycle):
    """The hour, slots 0 to 23.

    >>> HourOfDay("Europe/Berlin").outputs[0].slots
    24
    """

    name = "hour_of_day"
    steps = 24
    period_us = DAY_US


@dataclass(frozen=True)
class DayOfWeek(_Cycle):
    """The day, slots 0 (Monday) to 6."""

    name = "day_of_week"
    steps = 7
    period_us = 7 * DAY_US


@dataclass(frozen=True)
class HourOfWeek(_Cycle):
    """The hour since Monday 0:00, slots 0 to 167."""

    name = "hour_of_week"
    steps = 168
    period_us = 7 * DAY_US
