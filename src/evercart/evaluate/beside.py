"""Beside: the plain baselines of each task by name, each as fresh as the last row."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate import baselines, basket_baselines
from evercart.evaluate.baselines import Trails
from evercart.evaluate.basket_rows import Baskets
from evercart.evaluate.hits import Hits
from evercart.evaluate.recommended import APP, CLICKS, Ranked
from evercart.events.batch import Events
from evercart.units import DAY_US, SECOND_US

_WARM: Final = 64  # rows that are ranked beforehand, so that no measured second is spent on compiling
Ints = NDArray[np.int64]
Told = Callable[[str, float | None], None]


class Asked(NamedTuple):
    """What baselines are to know of a question's task."""

    task: str
    by: str
    gap_s: float
    top: int


def beside(
    asked: Asked, rows: Events, hits: Hits, cpu_s: Callable[[], float], told: Told = lambda step, part: None
) -> dict[str, Ranked]:
    """Return the ranks of the answers by each baseline of the task.

    rows    of the log, of the kind that is asked about
    """
    log: Any
    if asked.task == CLICKS:
        log, at = Trails.of(rows.logged_us, rows[asked.by], rows["item"]), hits.number
    else:
        gap_us = round(asked.gap_s * SECOND_US)
        log = Baskets.of(rows.logged_us, rows["user"], rows["session"], rows["item"], gap_us)
        at = np.searchsorted(rows.offset, hits.offset)
    found = {}
    for name, rank in (of_clicks if asked.task == CLICKS else of_baskets)(asked.top).items():
        told(f"{APP}: {name}", None)
        rank(log.head(_WARM))
        began_s = cpu_s()
        found[name] = Ranked(np.maximum(rank(log)[at], -1), cpu_s() - began_s)
        told(f"{APP}: {name}", 1.0)
    return found


def of_clicks(top: int) -> dict[str, Callable[[Trails], Ints]]:
    """Return the baselines of the next click; ranks are by the click that is asked from."""
    return {
        **{f"vmis-knn, last {n}": partial(baselines.vmis, last=n, top=top) for n in (2, 3, 10)},
        **{f"item-cosine, last {n}": partial(baselines.cosine, last=n, top=top) for n in (1, 3)},
        "transitions": partial(baselines.transitions, top=top),
        "popularity, half-life a day": partial(baselines.popularity, half_us=float(DAY_US), top=top),
        "own items, newest first": partial(baselines.newest_own, top=top),
    }


def of_baskets(top: int) -> dict[str, Callable[[Baskets], Ints]]:
    """Return the baselines of the next basket; ranks are by the row that answers."""
    return {
        "personal top frequency": partial(basket_baselines.frequent, top=top),
        "personal frequency, half-life 90 days": partial(basket_baselines.frequent, half_us=90.0 * DAY_US, top=top),
        "personal recency": partial(basket_baselines.frequent, half_us=float(DAY_US), top=top),
        "popularity, half-life a day": partial(basket_baselines.popularity, half_us=float(DAY_US), top=top),
        "tifu-knn": partial(basket_baselines.tifu, top=top),
        **{f"item-cosine, last {n}": partial(basket_baselines.cosine, last=n, top=top) for n in (1, 5)},
    }
