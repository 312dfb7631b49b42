"""Staleness: how old the newest label was that the answering weights had learned."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.labels.turns import ASKED, Turns
from evercart.units import HOUR_S, MISSING, SECOND_US

Times = NDArray[np.int64]


class Staleness(NamedTuple):
    """Hours of log time from when the newest learned label was known to when the question was asked.

    Questions answered before the first label was learned are left out; NaN where there is no other.
    """

    mean_h: float
    p95_h: float


def staleness(asked_us: Times, newest_us: Times) -> Staleness:
    """Return mean with 95th percentile over questions.

    asked_us     (questions,) when each was asked
    newest_us    (questions,) when the newest label was known that the weights behind its guess had learned, or MISSING

    >>> staleness(np.array([7_200_000_000]), np.array([0]))
    Staleness(mean_h=2.0, p95_h=2.0)
    """
    had = newest_us != MISSING
    if not had.any():
        return Staleness(float("nan"), float("nan"))
    hours = (asked_us[had] - newest_us[had]) / (HOUR_S * SECOND_US)
    return Staleness(float(hours.mean()), float(np.quantile(hours, 0.95)))


def newest_learned(turns: Turns, until: Times) -> Times:
    """Return when the newest label was learned before a tick, or MISSING, for each question, (questions,).

    until    (rows of turns,) the tick before which the weights had learned all that guess about each row
    """
    taught = (turns.what != ASKED) & ~np.isnan(turns.y)
    ticks, us = turns.tick[taught], turns.us[taught]
    at = np.searchsorted(ticks, until[turns.what == ASKED])
    newest: Times = np.append(MISSING, us)[at]
    return newest
