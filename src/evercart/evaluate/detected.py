"""Detected: scores of payments beside plain ones, week by week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.cards import WEEK_D, card_precision, undetected
from evercart.evaluate.metrics import average_precision, roc_auc
from evercart.units import DAY_S, DAY_US

Mask = NDArray[np.bool_]
K: Final = 100  # cards that can be looked at in a day
BOOK_WEEK_US: Final = 1_533_686_400_000_000  # 2018-08-08, UTC: the week of the results of the Fraud Detection Handbook
_START: Final = 0.25  # of the payments, which are not judged: the frozen control learns from them


@dataclass(frozen=True)
class Detected:
    """A test, then train run over payments.

    us         (payments,) times, rising
    label      (payments,) 1 fraud, 0 not, below: never told
    card       (payments,) whose precision is taken; None: each payment stands for itself
    delay_s    how long after a payment its label was known
    guesses    by racer, the app's champion first, (payments,) scores, NaN where none was made
    cpu_s      by racer, then by stage
    about      how the table was read
    costs      by way to act, what it cost; empty where that was not looked at
    attacked   what attacks did, by racer, with their terms; empty where none was tried
    """

    us: NDArray[np.int64]
    label: NDArray[np.int64]
    card: NDArray[np.uint64] | None
    delay_s: float
    guesses: dict[str, NDArray[np.float64]]
    cpu_s: dict[str, float]
    about: dict[str, Any]
    is_handbook: bool = False
    costs: dict[str, Any] = field(default_factory=dict)
    attacked: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def day(self) -> NDArray[np.int64]:
        """Return the day of each payment, UTC."""
        return self.us // DAY_US

    @cached_property
    def known(self) -> Mask:
        """Return which payments are judged at all: those with a label, guessed by all."""
        scored = np.all([np.isfinite(guess) for guess in self.guesses.values()], axis=0)
        return np.asarray((self.label >= 0) & scored)

    @cached_property
    def later(self) -> Mask:
        """Return which payments are judged in the summary."""
        return self.known & (np.arange(len(self.us)) >= _START * len(self.us))

    def scores(self, racer: str, rows: Mask) -> dict[str, float | None]:
        """Return how well a racer ranks some payments; None where they are all good, or all fraud."""
        y, guess = self.label[rows].astype(np.float64), self.guesses[racer][rows]
        if not 0 < y.sum() < len(y):
            return {"ap": None, "auc": None, f"card_precision@{K}": None}
        card = self._cards[rows]
        precision = card_precision(self.day[rows], card, y > 0, guess, K)
        found = {"ap": average_precision(y, guess), "auc": roc_auc(y, guess), f"card_precision@{K}": precision}
        return {name: round(value, 4) for name, value in found.items()}

    def weeks(self) -> Iterator[tuple[int, Mask]]:
        """Yield the first day of each whole week that is judged, from the last one backwards in steps of seven."""
        if not self.later.any():
            return
        first, last = int(self.day[self.later].min()), int(self.day[self.later].max())
        start = int(BOOK_WEEK_US // DAY_US) if self.is_handbook else first
        start -= (start - first) // WEEK_D * WEEK_D
        for begin in range(start, last - WEEK_D + 2, WEEK_D):
            yield begin, self.later & (self.day >= begin) & (self.day < begin + WEEK_D)

    def book_week(self) -> dict[str, Any]:
        """Return the scores of the week of the book's results, on its set of payments, then on all of them."""
        first, delay_d = int(BOOK_WEEK_US // DAY_US), round(self.delay_s / DAY_S)
        week = self.known & (self.day >= first) & (self.day < first + WEEK_D)
        own = week & undetected(self.day, self._cards, self.label == 1, first, delay_d)
        return {**self._told(own), "undropped": self._told(week)}

    def summary(self) -> dict[str, Any]:
        """Return all of it for `--json`."""
        said: dict[str, Any] = {"app": "fraud", **self.about}
        if self.is_handbook:
            said["handbook_week"] = self.book_week()
        racers = {name: self.scores(name, self.later) for name in self.guesses}
        said["later"] = {
            "payments": int(self.later.sum()),
            "frauds": int((self.label[self.later] == 1).sum()),
            **racers,
        }
        said["weeks"] = [{"from": _date(begin), **self._told(rows)} for begin, rows in self.weeks()]
        said["mean_of_weeks"] = self._means(said["weeks"])
        if self.costs:
            said["costs"] = self.costs
        if self.attacked:
            said["attacked"] = self.attacked
        said["cpu_s"] = {name: round(value, 2) for name, value in self.cpu_s.items()}
        return said

    def _told(self, rows: Mask) -> dict[str, Any]:
        """Return the champion's scores, then those of the others by name."""
        first, *others = self.guesses
        count = {"payments": int(rows.sum()), "frauds": int((self.label[rows] == 1).sum())}
        return {**count, **self.scores(first, rows), **{name: self.scores(name, rows) for name in others}}

    def _means(self, weeks: list[dict[str, Any]]) -> dict[str, float]:
        """Return each racer's mean average precision over the weeks that have frauds."""
        first, *others = self.guesses
        found = {
            first: [week["ap"] for week in weeks],
            **{name: [week[name]["ap"] for week in weeks] for name in others},
        }
        told = {name: [value for value in values if value is not None] for name, values in found.items()}
        return {name: round(float(np.mean(values)), 4) for name, values in told.items() if values}

    @cached_property
    def _cards(self) -> NDArray[np.uint64]:
        return np.arange(len(self.us), dtype=np.uint64) if self.card is None else self.card


def _date(day: int) -> str:
    return str(np.datetime64(day, "D"))
