"""Traits of content: how an item stands to a session by what is declared of it, as numbers for a ranker."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.features.encoders.sketch import cosine
from evercart.kernel import kernel, lean
from evercart.learners.neighbours.board import PRIOR, Board
from evercart.learners.neighbours.content_pools import BRAND, CATEGORY, Pools
from evercart.units import DAY_US, SECOND_US

TRAITS: Final = (
    *("same_category", "category_share", "same_brand", "brand_share", "cosine_last", "cosine_mean"),
    *(
        "log_age",
        "log_since_first",
        "day_old",
        "week_old",
        "log_clicks",
        "unclicked",
        "rate",
        "rate_of_pool",
        "rate_of_best",
    ),
    *("price_gap", "dearer", "own", "log_anchors", "prior", "prior_nearness"),
)
_EVER: Final = 1e-9  # clicks that no item has fewer of


class Sight(NamedTuple):
    """How sessions, items are looked at, as kernels take it."""

    fading: float
    half_us: float
    shrink: float


@kernel
def look(state: Pools, scores: Board, sight: Sight) -> float:
    """Return the mean of log price over the session's items, NaN where none has one."""
    total = weights = 0.0
    weight = 1.0
    for at in range(scores.counts[2]):
        price = state.item[scores.path[at]].price
        if price > 0:
            total += weight * np.log(price)
            weights += weight
        weight *= sight.fading
    return total / weights if weights > 0 else np.nan


@lean
def _share(state: Pools, scores: Board, fading: float, item: int, place: int) -> float:
    """Return how much of the session stands in the same pool."""
    pool = state.stands[item, place]
    same = weights = 0.0
    weight = 1.0
    for at in range(scores.counts[2]):
        weights += weight
        if pool != 0 and state.stands[scores.path[at], place] == pool:
            same += weight
        weight *= fading
    return same / weights


@lean
def _likeness(state: Pools, scores: Board, fading: float, item: int) -> float:
    """Return the mean cosine of an item's title to those of the session."""
    like = weights = 0.0
    weight = 1.0
    for at in range(scores.counts[2]):
        like += weight * cosine(state.sketch[item], state.sketch[scores.path[at]])
        weights += weight
        weight *= fading
    return like / weights


@lean
def _rate(state: Pools, sight: Sight, item: int, now: int) -> float:
    """Return the decayed clicks an item would have if it went on as it began, shrunk to the mean of its category."""
    thing, pool = state.item[item], state.stands[item, CATEGORY] - 1
    halves = now / sight.half_us
    clicks = np.exp2(thing.popular - halves) if thing.clicks > 0 else 0.0
    mean = 0.0
    if pool >= 0 and state.pool[pool].clicks > 0:
        mean = np.exp2(state.pool[pool].popular - halves) / state.pool[pool].items
    lived = 1.0 - np.exp2(-(now - thing.since_us) / sight.half_us)
    return float((clicks + sight.shrink * mean + _EVER) / (lived + sight.shrink))


@kernel
def worth(state: Pools, scores: Board, sight: Sight, item: int, now: int) -> float:
    """Return the score of a candidate, on the scale of log2."""
    score = np.log2(_rate(state, sight, item, now))
    score += 3.0 * _share(state, scores, sight.fading, item, CATEGORY)
    score += 1.0 * _share(state, scores, sight.fading, item, BRAND)
    return float(score + 4.0 * _likeness(state, scores, sight.fading, item))


@kernel
def describe(
    state: Pools,
    scores: Board,
    sight: Sight,
    now: int,
    mean_price: float,
    best: NDArray[np.int32],
    found: int,
    x: NDArray[np.float32],
) -> None:
    """Write the traits of the candidates in rows `best` of the board, best first, to x (found, traits)."""
    most = _EVER
    for rank in range(found):
        most = max(most, _rate(state, sight, scores.item[best[rank]], now))
    for rank in range(found):
        item, to = scores.item[best[rank]], x[rank]
        to[:] = np.float32(0.0)
        _stands(state, scores, sight, item, to)
        _goes(state, sight, item, now, most, to)
        price = state.item[item].price
        if price > 0 and not np.isnan(mean_price):
            gap = np.log(price) - mean_price
            to[15], to[16] = min(abs(gap), 3.0), 1.0 if gap > 0 else 0.0
        for at in range(1, scores.counts[2]):
            if scores.path[at] == item:
                to[17] = 1.0
        to[18] = np.log(scores.counts[2])
        to[19] = 0.2 * (scores.score[best[rank], PRIOR] - scores.score[best[0], PRIOR])
        to[20] = 1.0 / (1.0 + rank)


@lean
def _stands(state: Pools, scores: Board, sight: Sight, item: int, to: NDArray[np.float32]) -> None:
    """Say how an item stands to the session's last one, to all of it."""
    last = scores.path[0]
    for place, at in ((CATEGORY, 0), (BRAND, 2)):
        pool = state.stands[item, place]
        to[at] = 1.0 if pool != 0 and pool == state.stands[last, place] else 0.0
        to[at + 1] = _share(state, scores, sight.fading, item, place)
    to[4] = cosine(state.sketch[item], state.sketch[last])
    to[5] = _likeness(state, scores, sight.fading, item)


@lean
def _goes(state: Pools, sight: Sight, item: int, now: int, most: float, to: NDArray[np.float32]) -> None:
    """Say how an item goes: since when, how often clicked, how that compares."""
    thing, pool = state.item[item], state.stands[item, CATEGORY] - 1
    age, rate = now - thing.since_us, _rate(state, sight, item, now)
    to[6] = 0.15 * np.log1p(age / SECOND_US)
    to[7] = 0.15 * np.log1p((now - thing.first_us) / SECOND_US) if thing.clicks > 0 else 0.0
    to[8] = 1.0 if age < DAY_US else 0.0
    to[9] = 1.0 if age < 7 * DAY_US else 0.0
    to[10] = 0.3 * np.log1p(thing.clicks)
    to[11] = 1.0 if thing.clicks == 0 else 0.0
    to[12] = 0.3 * np.log2(1.0 + rate)
    if pool >= 0 and state.pool[pool].clicks > 0:
        mean = np.exp2(state.pool[pool].popular - now / sight.half_us) / state.pool[pool].items
        to[13] = 0.3 * max(-10.0, min(10.0, np.log2(rate / mean)))
    to[14] = rate / most
