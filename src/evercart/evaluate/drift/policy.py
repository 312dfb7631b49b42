"""Policy: what is to be done about an alarm, as data for whoever does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from evercart.errors import require
from evercart.evaluate.drift.alarms import Alarms
from evercart.learners.learner import Learner
from evercart.learners.reacting import Detector, Reacting
from evercart.units import DAY_S, SECOND_US

Action = Literal["alert", "raise_rate", "start_challenger"]


@dataclass(frozen=True)
class Instruction:
    """One thing to do.

    alarm      row of the alarms that it answers
    place      where it was decided, as in `Values`
    us         when
    keep       raise_rate: share of the past that each look leaves
    span       raise_rate: how many looks
    from_us    start_challenger: the log's time from which the challenger learns
    """

    action: Action
    alarm: int
    place: int
    us: int
    keep: float | None = None
    span: int | None = None
    from_us: int | None = None


class Policy(Protocol):
    """What turns alarms into instructions; it does nothing by itself."""

    def __call__(self, found: Alarms) -> tuple[Instruction, ...]:
        """Return what is to be done about each alarm, in their order."""
        ...


@dataclass(frozen=True)
class OnlyAlert:
    """Tell people, change nothing."""

    def __call__(self, found: Alarms) -> tuple[Instruction, ...]:
        """Return one alert an alarm."""
        return tuple(Instruction("alert", i, *_when(found, i)) for i in range(len(found)))


@dataclass(frozen=True)
class RaiseRate:
    """Let the learner hold its past less firmly for a while; read as in `Reacting`.

    A fold takes no orders from outside the log, so the reaction itself is the wrapper that `around` makes; the
    instructions say, for the record, what it did.
    """

    keep: float = 0.25
    span: int = 2
    every: int = 4096

    def __post_init__(self) -> None:
        require(0 < self.keep < 1, "raise_rate.keep", "more than 0 and less than 1", self.keep)
        require(self.span >= 1, "raise_rate.span", "at least 1", self.span)
        require(self.every >= 1, "raise_rate.every", "at least 1", self.every)

    def around(self, learner: Learner[Any], detector: Detector, **more: Any) -> Reacting[Any]:
        """Return the learner that does it; `more` as `Reacting` takes it."""
        return Reacting(learner, detector, keep=self.keep, span=self.span, every=self.every, **more)

    def __call__(self, found: Alarms) -> tuple[Instruction, ...]:
        """Return one instruction an alarm."""
        rows = range(len(found))
        return tuple(Instruction("raise_rate", i, *_when(found, i), keep=self.keep, span=self.span) for i in rows)


@dataclass(frozen=True)
class StartChallenger:
    """Begin a new model that learns from where the change began, from `least_s` before the alarm at the latest.

    rest_s    after an instruction, alarms within so many seconds ask for no further challenger

    >>> from evercart.evaluate.drift.alarms import ADWIN, alarms
    >>> import numpy as np
    >>> found = alarms(np.array([[9, 90_000_000, 5, 50_000_000]]), np.zeros((1, 4)), ADWIN, 0.002)
    >>> StartChallenger(least_s=60)(found)[0].from_us
    30000000
    """

    least_s: float = DAY_S
    rest_s: float = DAY_S

    def __post_init__(self) -> None:
        require(self.least_s > 0, "start_challenger.least_s", "more than 0", self.least_s)
        require(self.rest_s >= 0, "start_challenger.rest_s", "at least 0", self.rest_s)

    def __call__(self, found: Alarms) -> tuple[Instruction, ...]:
        """Return an instruction for each alarm that does not follow another too closely, within these alarms."""
        told: list[Instruction] = []
        for i in range(len(found)):
            place, us = _when(found, i)
            if not told or us - told[-1].us > self.rest_s * SECOND_US:
                start = min(int(found.since_us[i]), us - round(self.least_s * SECOND_US))
                told.append(Instruction("start_challenger", i, place, us, from_us=start))
        return tuple(told)


def _when(found: Alarms, row: int) -> tuple[int, int]:
    return int(found.place[row]), int(found.us[row])
