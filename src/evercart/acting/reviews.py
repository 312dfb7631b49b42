"""Reviews: which payments a day's few reviews go to, decided payment by payment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.values import Values
from evercart.units import DAY_US, HOUR_S, SECOND_US

_HOURS: Final = 24
_HOUR_US: Final = HOUR_S * SECOND_US
_OCTAVE: Final = 4  # bins of savings, each wider than the last by a fourth of an octave
_BINS: Final = 96  # up to 2^24 minor units
_CALM: Final = 20.0  # savings that a day has to differ by before it counts as busier than others


class Days(NamedTuple):
    """How many savings of which size there were, by hour."""

    past: NDArray[np.float64]  # (24, bins) sum over whole days, older ones fading
    days: NDArray[np.float64]  # (1,) how many days that sum holds, faded alike
    today: NDArray[np.float64]  # (24, bins)
    now: NDArray[np.int64]  # (2,) today, -1 before the first; reviews done today


class Reviewing(Protocol):
    """Says which payments a day's few reviews go to: a fold."""

    @property
    def a_day(self) -> int:
        """Return how many reviews a day has, UTC."""
        ...

    def start(self) -> Any:
        """Return the state before the first payment."""
        ...

    def step(self, state: Any, batch: Values) -> tuple[Any, NDArray[np.bool_]]:
        """Return which payments are reviewed; a value is what a review saves, in minor units."""
        ...


@dataclass(frozen=True)
class Reviews:
    """Review a payment where fewer greater savings are to be expected today than reviews are left.

    a_day    reviews of a day, UTC
    keep     of what is known of the days before, from day to day

    What is to be expected is the mean of the days before from this hour on, as much more or less as today had so
    far. On the first day, what it had so far goes on. So the least saving that is worth a review falls where a day
    turns out calm, rises where it is busy, is 0 at its end. Nothing after a payment is looked at. State: 37 kB.

    Source: Arlotto and Gurvich, "Uniformly bounded regret in the multisecretary problem", Stochastic Systems 9(3),
    2019, whose known distribution is here the one seen.

    >>> day = Values(np.arange(4), np.arange(4) * _HOUR_US, np.array([5.0, -1.0, 9.0, 7.0]))
    >>> Reviews(a_day=2).step(Reviews().start(), day)[1].tolist()
    [True, False, True, False]
    """

    a_day: int = 100
    keep: float = 0.8
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(self.a_day >= 0, "reviews.a_day", "at least 0", self.a_day)
        require(0 <= self.keep < 1, "reviews.keep", "at least 0 and less than 1", self.keep)

    def start(self) -> Days:
        """Return no days."""
        shape = (_HOURS, _BINS)
        return Days(np.zeros(shape), np.zeros(1), np.zeros(shape), np.array([-1, 0], np.int64))

    def step(self, state: Days, batch: Values) -> tuple[Days, NDArray[np.bool_]]:
        """Return which payments are reviewed; a value is what a review saves, in minor units."""
        return state, _walk(self.a_day, self.keep, state, batch.us, batch.value)


@kernel
def _walk(a_day: int, keep: float, state: Days, us: NDArray[np.int64], value: NDArray[np.float64]) -> NDArray[np.bool_]:
    past, days, today, now = state
    chosen, hour = np.zeros(len(us), np.bool_), -1
    rest, current = np.zeros(past.shape[1]), np.zeros(past.shape[1])
    so_far, had = 0.0, today.sum()
    for row in range(len(us)):
        day = us[row] // DAY_US
        if day > now[0]:
            if now[0] >= 0:
                past[:] = keep * past + today
                days[0] = keep * days[0] + 1
            today[:] = had = 0.0
            now[0], now[1], hour = day, 0, -1
        if not value[row] > 0:
            continue
        second = us[row] % DAY_US
        if second // _HOUR_US != hour:  # what later hours hold stays as it is for an hour
            hour = second // _HOUR_US
            so_far = _usual(past, days[0], hour, rest, current)
        left = 1.0 - second % _HOUR_US / _HOUR_US
        place = _OCTAVE * np.log2(1.0 + value[row])
        bin = min(int(place), len(rest) - 1)
        if now[1] < a_day:
            above = max(bin + 1.0 - place, 0.0)  # share of its own bin that lies above
            if days[0] > 0:
                busy = (had + _CALM) / (so_far + (1 - left) * current.sum() + _CALM)
                more = busy * _more(rest, current, left, bin, above)
            else:
                gone = max(second, _HOUR_US)
                more = (DAY_US - second) / gone * (today[:, bin + 1 :].sum() + above * today[:, bin].sum())
            if more < a_day - now[1]:
                chosen[row] = True
                now[1] += 1
        today[hour, bin] += 1
        had += 1
    return chosen


@kernel
def _usual(
    past: NDArray[np.float64], days: float, hour: int, rest: NDArray[np.float64], current: NDArray[np.float64]
) -> float:
    """Write what a day holds after an hour, within it; return how much before it."""
    rest[:] = 0
    current[:] = 0
    if days == 0:
        return 0.0
    for later in range(hour + 1, len(past)):
        rest += past[later] / days
    current += past[hour] / days
    return float(past[:hour].sum() / days)


@kernel
def _more(rest: NDArray[np.float64], current: NDArray[np.float64], left: float, bin: int, above: float) -> float:
    """Return how many greater savings the rest of a usual day has."""
    more = above * (rest[bin] + left * current[bin])
    for one in range(bin + 1, len(rest)):
        more += rest[one] + left * current[one]
    return float(more)
