"""Plan: what is rehearsed when, in the time of the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from evercart.errors import UserError, expected, require
from evercart.events.kinds import number
from evercart.log import Log
from evercart.units import DAY_US

_LEAST: Final = 16  # pieces of a rehearsal that can show anything


@dataclass(frozen=True)
class Plan:
    """When what happens.

    begin_us     what came before it is brought in at once: the shop's history as it is
    change_us    when the world changes, or a model goes bad
    end_us       the rehearsal is over
    every_us     how much comes in between two turns of the ring

    >>> plan = Plan(begin_us=0, change_us=5, end_us=20, every_us=1)
    >>> plan.ends[0], plan.ends[-1], plan.live_us
    (1, 20, 2)
    """

    begin_us: int
    change_us: int
    end_us: int
    every_us: int = DAY_US

    def __post_init__(self) -> None:
        require(self.every_us > 0, "plan.every_us", "more than 0", self.every_us)
        forward = self.begin_us <= self.change_us < self.end_us
        require(forward, "plan.change_us", f"a time from {self.begin_us} up to {self.end_us}", self.change_us)

    @classmethod
    def of(cls, log: Log, kind: str, every_us: int) -> Self:
        """Return a plan for a log: the first half of the time with rows of a kind is history, then a calm eighth.

        Everything happens between two pieces; where these are whole days, at midnight (UTC).
        """
        require(every_us > 0, "every", "more than 0 days", every_us / DAY_US)
        first = last = None
        for events in log.read(0, kinds={number(kind)}):
            first = int(events.logged_us[0]) if first is None else first
            last = int(events.logged_us[-1])
        if first is None or last is None:
            raise UserError(expected("rehearse", f"a log with {kind} events", "none"))
        begin = -(-(first + (last - first) // 2) // every_us)
        pieces = last // every_us + 1 - begin
        if pieces < _LEAST:
            rule = f"a log whose second half is at least {_LEAST} times as long as what comes in at once"
            raise UserError(expected("rehearse", rule, f"{max(pieces, 0)} times"))
        return cls(begin * every_us, (begin + pieces // 4) * every_us, (begin + pieces) * every_us, every_us)

    @property
    def ends(self) -> tuple[int, ...]:
        """Return when each piece ends, in order."""
        return tuple(min(at + self.every_us, self.end_us) for at in range(self.begin_us, self.end_us, self.every_us))

    @property
    def live_us(self) -> int:
        """Return when somebody makes a model live that is going to be bad, unless the gate has: half of the calm on."""
        calm = (self.change_us - self.begin_us) // self.every_us
        return self.begin_us + calm // 2 * self.every_us
