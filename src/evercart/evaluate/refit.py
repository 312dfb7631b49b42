"""Refit: the honest opponent, which reads all history again to fit the best batch model so far.

It stands outside the ring, being the one declared exemption from flat time. Its guess for a question comes
from the last fit before it was asked, and that fit saw no label that settled at or after its own moment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.history import History
from evercart.evaluate.losses import Loss
from evercart.units import DAY_US, MISSING

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
Clock = Callable[[], float]  # seconds of CPU, as the caller measures them


class Fit(Protocol):
    """A batch model; `Any` is its own form of X, and of what it fitted."""

    def ready(self, x: NDArray[np.float32]) -> Any:
        """Return X in another form, once for all fits; nothing may be estimated from it here."""
        ...

    def fit(self, ready: Any, rows: Rows, y: Floats, was: Any | None) -> Any:
        """Return the model fitted on some rows, (rows,) with labels (rows,); `was` is the one before."""
        ...

    def guess(self, model: Any, ready: Any, rows: Rows) -> Floats:
        """Return (rows,) guesses."""
        ...


class Refitted(NamedTuple):
    """What a refitted opponent would have guessed."""

    number: NDArray[np.int64]  # (questions,)
    guess: Floats  # (questions,); `empty` before the first label
    fits: int
    cpu_s: float
    model: Any = None  # of the last fit
    then: Any = None  # of the last fit up to `then_us`


@dataclass(frozen=True)
class Refit:
    """Fit again every `every_us` of log time, counted from 1970-01-01.

    closed    learn only from questions with no older one still open (see `History.known`)
    empty     what is guessed before the first label
    """

    fit: Fit
    every_us: int = 7 * DAY_US
    closed: bool = True
    empty: float = 0.5

    def __post_init__(self) -> None:
        require(self.every_us > 0, "refit.every_us", "more than 0", self.every_us)

    def guesses(
        self,
        history: History,
        cpu_s: Clock,
        since_us: int | None = None,
        told: Callable[[float], None] | None = None,
        then_us: int | None = None,
    ) -> Refitted:
        """Return the guess for every question asked from `since_us` on; the others get `empty`.

        told       is called after each fit with the part of the questions that are done, in [0, 1]
        then_us    a moment whose model is returned, too
        """
        began = cpu_s()
        ready = self.fit.ready(history.x)
        out = np.full(len(history), self.empty)
        period = history.us // self.every_us
        model, then, fits = None, None, 0
        for first, stop in _runs(period, 0 if since_us is None else int(np.searchsorted(history.us, since_us))):
            moment = int(period[first]) * self.every_us
            known = history.known(moment, self.closed)
            if len(known):
                model = self.fit.fit(ready, known, history.labels(known, moment), model)
                fits += 1
                then = model if then_us is not None and moment <= then_us else then
                out[first:stop] = self.fit.guess(model, ready, np.arange(first, stop))
            if told:
                told(stop / len(history))
        return Refitted(history.number, out, fits, cpu_s() - began, model, then)

    def newest(self, history: History) -> NDArray[np.int64]:
        """Return when the newest label was known that the fit behind each guess had seen, or MISSING, (questions,)."""
        newest = np.full(len(history), MISSING)
        period = history.us // self.every_us
        for first, stop in _runs(period, 0):
            moment = int(period[first]) * self.every_us
            known = history.known(moment, self.closed)
            if len(known):
                late = history.late_us[known]
                newest[first:stop] = max(
                    history.settled_us[known].max(), late.max(initial=MISSING, where=late < moment)
                )
        return newest


def _runs(period: NDArray[np.int64], begin: int) -> list[tuple[int, int]]:
    starts = [*(np.flatnonzero(np.diff(period)) + 1), len(period)]
    edges = [begin, *(int(start) for start in starts if start > begin)]
    return list(pairwise(edges))


class Choice(NamedTuple):
    """The opponent that was chosen, with what each candidate lost per question."""

    refit: Refit
    losses: tuple[float, ...]
    cpu_s: float


def first_quarter(us: NDArray[np.int64]) -> int:
    """Return the moment at which a quarter of the log's span has passed.

    >>> first_quarter(np.array([0, 100]))
    25
    """
    return int(us[0] + (us[-1] - us[0]) // 4)


def choose(candidates: Sequence[Refit], history: History, loss: Loss, until_us: int, cpu_s: Clock) -> Choice:
    """Return the candidate that would have lost least before `until_us`, the first one of equals.

    Judged are the questions of the later half of that time, in the order of asking up to the oldest one still
    open at its end, each with the label as it stood at the close. Nothing after `until_us` is read.
    """
    require(len(candidates) > 0, "choose.candidates", "at least one", candidates)
    began = cpu_s()
    early = history.rows(slice(0, int(np.searchsorted(history.us, until_us))))
    if not len(early):
        return Choice(candidates[0], (float("nan"),) * len(candidates), cpu_s() - began)
    half_us = int(early.us[0] + (until_us - early.us[0]) // 2)
    judged = early.known(until_us, closed=True)
    judged = judged[early.us[judged] >= half_us]
    losses = []
    for candidate in candidates:
        guess = candidate.guesses(early, cpu_s, half_us).guess[judged]
        losses.append(float(loss.each(early.y[judged], guess).mean()) if len(judged) else float("nan"))
    best = int(np.nanargmin(losses)) if np.isfinite(losses).any() else 0
    return Choice(candidates[best], tuple(losses), cpu_s() - began)
