"""QReviews: which payments a day's few reviews go to, by Q-learning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.values import Values
from evercart.units import DAY_US, HOUR_S, SECOND_US

_HOURS: Final = 24
_HOUR_US: Final = HOUR_S * SECOND_US
_EAGER: Final = 10.0  # the first days count less, as they were lived by prices yet unknown


class Worth(NamedTuple):
    """What reviews left are worth from each hour on."""

    value: NDArray[np.float64]  # (25, a_day + 1) minor units, by hour, reviews left; after the last hour 0
    saved: NDArray[np.float64]  # (24, a_day + 1) today: what an hour saved, had it begun with so many left
    ends: NDArray[np.int64]  # (24, a_day + 1) how many were left when it ended
    now: NDArray[np.int64]  # (4,) today, -1 before the first; reviews done today; the hour; days learned


@dataclass(frozen=True)
class QReviews:
    """Review a payment where it saves more than the review would be worth later that day.

    a_day    reviews of a day, UTC
    rate     the least share by which a day moves what is known; the first days move it more

    The state of Q is (hour, reviews left, what a review would save): Q(review) = saving + V(now, left - 1), Q(not) =
    V(now, left), V between two full hours lying between theirs. Payments come whatever is done, so each tells of
    every number of reviews that might be left, and nothing need be explored. V(hour, left) moves towards what the
    hour saved by the greedy rule, plus V of the next hour; as a day ends its hours are learned from the last to the
    first, so what an evening is worth is known in the morning. State: 600 (a_day + 1) bytes.

    Source: Watkins and Dayan, "Q-learning", Machine Learning 8, 1992, with backups over an hour: Sutton and Barto,
    "Reinforcement learning", 2nd edition, chapter 7; replayed backwards: Lin, Machine Learning 8, 1992, section 3.

    >>> hours = np.arange(4) * _HOUR_US + _HOUR_US // 2
    >>> days = Values(np.arange(8), np.append(hours, hours + DAY_US), np.tile([5.0, -1.0, 9.0, 7.0], 2))
    >>> QReviews(a_day=2).step(QReviews(2).start(), days)[1].tolist()
    [True, False, True, False, False, False, True, True]
    """

    a_day: int = 100
    rate: float = 0.1
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(0 <= self.a_day <= 10_000, "q_reviews.a_day", "0 to 10,000", self.a_day)
        require(0 < self.rate <= 1, "q_reviews.rate", "more than 0, at most 1", self.rate)

    def start(self) -> Worth:
        """Return reviews that are worth nothing later."""
        left = np.arange(self.a_day + 1)
        zeros = np.zeros((_HOURS, len(left)))
        value = np.zeros((_HOURS + 1, len(left)))
        return Worth(value, zeros, np.tile(left, (_HOURS, 1)), np.array([-1, 0, 0, 0], np.int64))

    def step(self, state: Worth, batch: Values) -> tuple[Worth, NDArray[np.bool_]]:
        """Return which payments are reviewed; a value is what a review saves, in minor units."""
        return state, _walk(self.a_day, self.rate, state, batch.us, batch.value)


@kernel
def _walk(
    a_day: int, rate: float, state: Worth, us: NDArray[np.int64], value: NDArray[np.float64]
) -> NDArray[np.bool_]:
    chosen, now = np.zeros(len(us), np.bool_), state.now
    price = np.zeros(a_day + 1)  # what a review is worth later, by how many are left
    for row in range(len(us)):
        day = us[row] // DAY_US
        if day > now[0]:
            if now[0] >= 0:
                _learn(state, rate)
            now[0], now[1], now[2] = day, 0, 0
        if not value[row] > 0:
            continue
        now[2] = max(now[2], us[row] % DAY_US // _HOUR_US)
        hour = now[2]
        part = min(max((us[row] % DAY_US - hour * _HOUR_US) / _HOUR_US, 0.0), 1.0)
        for left in range(1, a_day + 1):
            begins = state.value[hour, left] - state.value[hour, left - 1]
            price[left] = begins + part * (state.value[hour + 1, left] - state.value[hour + 1, left - 1] - begins)
        own = a_day - now[1]
        if own > 0 and value[row] > price[own]:
            chosen[row] = True
            now[1] += 1
        for left in range(1, a_day + 1):
            at = state.ends[hour, left]
            if at > 0 and value[row] > price[at]:
                state.saved[hour, left] += value[row]
                state.ends[hour, left] = at - 1
    return chosen


@kernel
def _learn(state: Worth, rate: float) -> None:
    """Learn a day, from its last hour to its first; forget it."""
    state.now[3] += 1
    moves = max(rate, _EAGER / (_EAGER - 1.0 + state.now[3]))
    for back in range(_HOURS):
        hour = _HOURS - 1 - back
        for left in range(state.value.shape[1]):
            aim = state.saved[hour, left] + state.value[hour + 1, state.ends[hour, left]]
            state.value[hour, left] += moves * (aim - state.value[hour, left])
            state.saved[hour, left] = 0.0
            state.ends[hour, left] = left
