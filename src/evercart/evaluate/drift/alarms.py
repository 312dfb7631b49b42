"""Alarms: rows that say what moved, since when, by how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch
from evercart.errors import require

ADWIN, PAGE_HINKLEY, TWO_SAMPLE = 0, 1, 2
DETECTORS: Final = ("adwin", "page_hinkley", "two_sample")
PLACES, FIGURES = 4, 4  # columns that kernels fill: place, us, since, since_us; was, now, score, bound

Side = Literal["both", "up", "down"]
SIDES: Final[tuple[Side, ...]] = ("both", "up", "down")


@dataclass(frozen=True)
class Alarms(Batch):
    """What moved; nothing here is a name, `records` adds them.

    place       (rows,) int64: where it was noticed; place, time as in `Values`
    us          (rows,) int64
    since       (rows,) int64: where the detector believes that it began
    since_us    (rows,) int64
    what        (rows,) int16: which of the columns watched; 0 where there is one
    detector    (rows,) int8: index into DETECTORS
    was         (rows,) float64: the level before, in the value's unit
    now         (rows,) float64: the level since
    score       (rows,) float64: what the detector computed
    bound       (rows,) float64: what the score had to pass
    level       (rows,) float64: the chance of error the detector was set to; NaN where it has none
    """

    place: NDArray[np.int64]
    us: NDArray[np.int64]
    since: NDArray[np.int64]
    since_us: NDArray[np.int64]
    what: NDArray[np.int16]
    detector: NDArray[np.int8]
    was: NDArray[np.float64]
    now: NDArray[np.float64]
    score: NDArray[np.float64]
    bound: NDArray[np.float64]
    level: NDArray[np.float64]


def alarms(
    places: NDArray[np.int64], figures: NDArray[np.float64], detector: int, level: float, what: Any = 0
) -> Alarms:
    """Return alarms from what a detector filled in.

    places     (rows, PLACES)
    figures    (rows, FIGURES)
    what       which column each is about; one for all, or (rows,)

    >>> alarms(np.array([[9, 90, 5, 50]]), np.array([[0.1, 0.4, 0.3, 0.2]]), ADWIN, 0.01).since.tolist()
    [5]
    """
    rows = len(places)
    place, us, since, since_us = (np.ascontiguousarray(column) for column in places.T)
    was, now, score, bound = (np.ascontiguousarray(column) for column in figures.T)
    names = np.broadcast_to(np.asarray(what, np.int16), rows).copy()
    codes, levels = np.full(rows, detector, np.int8), np.full(rows, level)
    return Alarms(place, us, since, since_us, names, codes, was, now, score, bound, levels)


@cache
def none(detector: int) -> Alarms:
    """Return no alarms; nothing can be written into them, so all share them."""
    return alarms(np.empty((0, PLACES), np.int64), np.empty((0, FIGURES)), detector, np.nan)


def records(found: Alarms, names: Sequence[str], about: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return alarms as plain rows, the form of an `alarm` event or a webhook: names instead of numbers.

    names    what was watched, by `Alarms.what`
    about    what to say in every row: the app, the racer, the question's unit

    >>> one = alarms(np.array([[9, 90, 5, 50]]), np.array([[0.1, 0.4, 0.3, 0.2]]), ADWIN, 0.002)
    >>> row = records(one, ["log loss"], {"app": "spend"})[0]
    >>> row["app"], row["what"], row["detector"], row["since"], row["now"]
    ('spend', 'log loss', 'adwin', 5, 0.4)
    """
    most = int(found.what.max(initial=-1))
    require(most < len(names), "alarms.names", f"at least {most + 1} names", len(names))
    rows = []
    for i in range(len(found)):
        row = {name: getattr(found, name)[i].item() for name in vars(found)}
        row = {name: value if np.isfinite(value) else None for name, value in row.items()}  # JSON has no NaN
        row.update(what=names[row["what"]], detector=DETECTORS[row["detector"]])
        rows.append({**(about or {}), **row})
    return rows
