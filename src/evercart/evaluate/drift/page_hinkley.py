"""PageHinkley: a sum of distances from the mean, which climbs once the mean has moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.drift import alarms as of
from evercart.evaluate.drift.alarms import FIGURES, PLACES, SIDES, Alarms, Side
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.values import Values


class Sums(NamedTuple):
    """One sum that looks for a rise, one that looks for a fall; each with where it last turned."""

    seen: NDArray[np.int64]  # (1,) values since the last alarm
    mean: NDArray[np.float64]  # (1,)
    sums: NDArray[np.float64]  # (2, 4) sum, its lowest value, how many values, which mean they had then
    turned: NDArray[np.int64]  # (2, 2) place, us of the first value after it


class _Rule(NamedTuple):
    delta: float
    threshold: float
    keep: float
    least: int
    side: int


@dataclass(frozen=True)
class PageHinkley:
    """Say so once values have lain beyond their mean, by more than `delta` each, by `threshold` in sum.

    delta        a distance from the mean that is allowed, in the value's unit; half the shift that matters is best
    threshold    of the sum, in the value's unit; for independent values of standard deviation s the mean time
                 between false alarms grows as exp(2 * delta * threshold / s^2)
    keep         share of the sum that stays from value to value
    least        values before the first alarm
    side         which changes are looked for

    An alarm begins anew. `since` is the first value after the sum's lowest point, the estimate of the change by
    maximum likelihood. State: 112 bytes.

    Source: Page, "Continuous inspection schemes", Biometrika 41, 1954; Hinkley, "Inference about the change-point
    from cumulative sum tests", Biometrika 58, 1971.

    >>> values = Values(np.arange(200), np.arange(200), np.repeat([0.0, 2.0], 100))
    >>> _, found = PageHinkley(threshold=10.0).step(PageHinkley().start(), values)
    >>> found.place.tolist(), found.since.tolist()
    ([105], [100])
    """

    delta: float = 0.005
    threshold: float = 50.0
    keep: float = 0.9999
    least: int = 30
    side: Side = "both"
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(self.delta >= 0, "page_hinkley.delta", "at least 0", self.delta)
        require(self.threshold > 0, "page_hinkley.threshold", "more than 0", self.threshold)
        require(0 < self.keep <= 1, "page_hinkley.keep", "more than 0 and at most 1", self.keep)
        require(self.least >= 1, "page_hinkley.least", "at least 1", self.least)
        require(self.side in SIDES, "page_hinkley.side", "one of " + " ".join(SIDES), self.side)

    def start(self) -> Sums:
        """Return sums of nothing."""
        return Sums(np.zeros(1, np.int64), np.zeros(1), np.zeros((2, 4)), np.zeros((2, 2), np.int64))

    def step(self, state: Sums, batch: Values) -> tuple[Sums, Alarms]:
        """Return an alarm at each value where a sum passed the threshold; what is not finite is passed over."""
        rule = _Rule(self.delta, self.threshold, self.keep, self.least, SIDES.index(self.side))
        most = len(batch) // self.least + 1
        places, figures = np.empty((most, PLACES), np.int64), np.empty((most, FIGURES))
        found = _watch(rule, state, batch.place, batch.us, batch.value, places, figures)
        if not found:
            return state, of.none(of.PAGE_HINKLEY)
        return state, of.alarms(places[:found], figures[:found], of.PAGE_HINKLEY, np.nan)


@kernel
def _watch(
    rule: _Rule,
    state: Sums,
    place: NDArray[np.int64],
    us: NDArray[np.int64],
    value: NDArray[np.float64],
    places: NDArray[np.int64],
    figures: NDArray[np.float64],
) -> int:
    found = 0
    for i in range(len(value)):
        if not np.isfinite(value[i]):
            continue
        state.seen[0] += 1
        state.mean[0] += (value[i] - state.mean[0]) / state.seen[0]
        passed = -1
        for down in range(2):
            height = _climb(rule, state, down, place[i], us[i], value[i])
            looked_for = rule.side == 0 or rule.side == 1 + down
            if passed < 0 and looked_for and height > rule.threshold and state.seen[0] >= rule.least:
                passed = down
                _tell(rule, state, down, height, places[found], figures[found])
        if passed >= 0:
            places[found, 0], places[found, 1] = place[i], us[i]
            found += 1
            state.seen[0] = 0
            state.mean[0] = 0.0
            state.sums[:] = 0.0
            state.turned[:] = 0
    return found


@kernel
def _climb(rule: _Rule, state: Sums, down: int, place: int, us: int, value: float) -> float:
    """Add a value to one of the sums; return how far that stands above its lowest point."""
    one, seen = state.sums[down], state.seen[0]
    away = value - state.mean[0]
    one[0] = rule.keep * one[0] + (-away if down else away) - rule.delta
    if seen == 1 or one[0] < one[1]:
        one[1], one[2], one[3] = one[0], float(seen), state.mean[0]
    elif seen == int(one[2]) + 1:
        state.turned[down, 0], state.turned[down, 1] = place, us
    return float(one[0] - one[1])


@kernel
def _tell(
    rule: _Rule, state: Sums, down: int, height: float, places: NDArray[np.int64], figures: NDArray[np.float64]
) -> None:
    one, seen = state.sums[down], float(state.seen[0])
    places[2], places[3] = state.turned[down, 0], state.turned[down, 1]
    figures[0] = one[3]
    figures[1] = (seen * state.mean[0] - one[2] * one[3]) / (seen - one[2])
    figures[2], figures[3] = height, rule.threshold
