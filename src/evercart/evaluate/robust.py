"""Robust: how much of what is detected is still detected once frauds are made to look good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform

Floats = NDArray[np.float64]
_DRAWS: Final = 2_000  # of the frauds, for an interval


@dataclass(frozen=True)
class Robust:
    """Scores of some frauds, as they were, then as they were made again.

    clean, struck    (frauds,) scores
    bar              (frauds,) the score from which on there is an alert on that day
    good             (payments,) scores of payments that are no fraud
    all_frauds       how many frauds there are beside those, of which these were drawn
    cost             (frauds,) what each was made again for, in major units
    ways             what was changed of each
    """

    clean: Floats
    struck: Floats
    bar: Floats
    good: Floats
    all_frauds: int
    cost: Floats
    ways: tuple[tuple[str, ...], ...]

    def summary(self) -> dict[str, Any]:
        """Return recall at the same alerts, average precision, each clean beside attacked; costs; what was changed.

        `kept_interval` is a 95 % interval of `kept`, frauds drawn again.
        """
        recall, attacked = float((self.clean >= self.bar).mean()), float((self.struck >= self.bar).mean())
        used = [way for ways in self.ways for way in set(ways)]
        return {
            "recall": round(recall, 4),
            "recall_attacked": round(attacked, 4),
            "kept": round(attacked / recall, 4) if recall else None,
            "kept_interval": self._interval() if recall else None,
            "ap": round(self._precision(self.clean), 4),
            "ap_attacked": round(self._precision(self.struck), 4),
            "mean_cost": round(float(self.cost.mean()), 2),
            "ways": {way: round(used.count(way) / len(self.ways), 4) for way in sorted(set(used))},
        }

    def _interval(self) -> list[float]:
        """Return the bounds of the 95 % bootstrap interval of what is kept of the recall."""
        n, caught, still = len(self.clean), self.clean >= self.bar, self.struck >= self.bar
        rows = (uniform(0, np.arange(_DRAWS * n), "robust") * n).astype(np.int64).reshape(_DRAWS, n)
        drawn = still[rows].sum(axis=1) / np.maximum(caught[rows].sum(axis=1), 1)
        return [round(float(bound), 4) for bound in np.quantile(drawn, [0.025, 0.975])]

    def _precision(self, scores: Floats) -> float:
        """Return the average precision, were all frauds as those drawn."""
        good = np.sort(self.good)
        false = len(good) - np.searchsorted(good, scores)
        true = self.all_frauds * (scores[None] >= scores[:, None]).mean(axis=1)
        return float((true / (true + false)).mean())


def bars(us_day: NDArray[np.int64], guess: Floats, rows: NDArray[np.int64], alert_rate: float) -> Floats:
    """Return the score from which on payments of a row's day get an alert, (rows,).

    us_day    (payments,) the day of each, never falling
    guess     (payments,) scores, NaN where none was made
    """
    found = np.empty(len(rows))
    for at, day in enumerate(us_day[rows].tolist()):
        first, end = np.searchsorted(us_day, [day, day + 1])
        found[at] = np.nanquantile(guess[first:end], 1 - alert_rate)
    return found
