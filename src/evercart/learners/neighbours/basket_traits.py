"""Basket traits: what is said of one candidate in the eyes of a shopper who arrives, as numbers for a ranker.

No trait tells which item it is; all tell how often, how lately, in what rhythm it was bought: by this shopper, by
those who bought it, in this place, by all.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import lean
from evercart.learners.neighbours.habits import FADE, Habits, Rules, cell, rate
from evercart.learners.neighbours.purchases import log_days
from evercart.recent import NONE
from evercart.units import DAY_US

OWN: Final = (
    *("own", "log_times", "log_days_since", "log_baskets_since", "in_last", "in_last_two", "once", "faded"),
    *("long", "short", "share_of_baskets", "share_lately", "log_gap", "gap_spread", "overdue", "late", "in_time"),
    *("overdue_in_baskets", "rising", "here_again", "base", "lift", "chance", "nearness"),
)
ITEM: Final = (
    *("popular", "popular_lately", "popular_now", "rising_lately", "rising_now", "log_buyers", "returning"),
    *("returns", "item_lift", "log_age", "log_unsold", "item_late", "item_in_time", "here", "here_share"),
    *("log_share", "mix", "sells"),
)
_USER: Final = ("log_baskets", "log_size", "log_lines", "again", "log_away", "log_usual_away", "user_lift")
TRAITS: Final = (*OWN, *ITEM, *_USER)
NEARNESS: Final = len(OWN) - 1
_AT_ITEM: Final = len(OWN)
SELLS: Final = _AT_ITEM + len(ITEM) - 1
_AT_USER: Final = _AT_ITEM + len(ITEM)
_NEAR: Final = 0.7  # how far, in log time, from its usual day a purchase still counts as in time
_WHOLE: Final = 5.0  # baskets that are added to those a share is of
_PRIOR: Final = 0.3  # of the variance of log gaps, as of `_FEW` gaps more
_FEW: Final = 2.0


@lean
def near(late: float) -> float:
    """Return 1 on the usual day, 0 far off; `late` is in log time."""
    return float(np.exp(-0.5 * (late / _NEAR) ** 2))


@lean
def lateness(gap: float, gap2: float, gaps: float, late_us: int) -> tuple[float, float, float]:
    """Return how late a purchase is against the usual log days between them, the mean of these, their spread."""
    mean = gap / gaps
    spread = np.sqrt((max(gap2 - gaps * mean * mean, 0.0) + _PRIOR * _FEW) / (gaps + _FEW))
    return log_days(late_us) - mean, mean, float(spread)


@lean
def describe_user(state: Habits, owner: int, now: int, to: NDArray[np.float32]) -> None:
    """Write what is said of the shopper, the same for each candidate."""
    user, at = state.user[owner], _AT_USER
    to[at] = 0.3 * np.log(float(user.baskets))
    to[at + 1] = 0.2 * np.log(float(user.size))
    to[at + 2] = 0.3 * np.log1p(user.lines)
    to[at + 3] = user.again
    to[at + 4] = 0.3 * np.log1p((now - user.last_us) / DAY_US)
    to[at + 5] = 0.3 * user.gap
    to[at + 6] = np.log((user.taken + 3.0) / (user.expected + 3.0))


@lean
def describe_own(
    state: Habits, rules: Rules, owner: int, pair: int, place: np.uint64, now: int, to: NDArray[np.float32]
) -> float:
    """Write how the shopper stands to an item bought before; return its share of the shopper's baskets of late."""
    user, one = state.user[owner], state.pair[pair]
    us = now - state.pairs.links[pair].last_us
    days, since = us / DAY_US, user.baskets - one.last
    long = np.exp2(one.long - now / rules.long_us)
    short = np.exp2(one.short - now / rules.short_us)
    share = float(long / (np.exp2(user.long - now / rules.long_us) + 1.0))
    base = np.log(rate(state, cell(since, one.times)))
    lift = np.log((one.times - 0.5) / (one.expected + 0.5))
    to[0] = 1.0
    to[1] = 0.5 * np.log(float(one.times))
    to[2] = 0.3 * np.log1p(days)
    to[3] = 0.4 * np.log1p(float(since))
    to[4] = 1.0 if since == 0 else 0.0
    to[5] = 1.0 if since <= 1 else 0.0
    to[6] = 1.0 if one.times == 1 else 0.0
    to[7] = 0.5 * one.faded * FADE**since
    to[8] = np.log1p(long)
    to[9] = np.log1p(short)
    to[10] = 3.0 * one.times / (user.baskets - one.first + _WHOLE)
    to[11] = 3.0 * share
    if one.times > 1:
        late, mean, spread = lateness(one.gap, one.gap2, one.times - 1.0, us)
        to[12] = 0.3 * mean
        to[13] = spread
        to[14] = min(days / (np.exp(mean) + 0.5), 5.0)
        to[15] = min(max(0.5 * late / spread, -3.0), 3.0)
        to[16] = near(late)
        to[17] = min((since + 1.0) * (one.times - 1.0) / (one.last - one.first + 0.5), 5.0)
    to[18] = 3.0 * short / (np.exp2(user.short - now / rules.short_us) + 0.5) - to[11]
    to[19] = 1.0 if one.place == place and place != 0 else 0.0
    to[20] = 0.3 * base + 1.0
    to[21] = 0.5 * lift
    to[22] = 0.3 * (base + 0.7 * lift + 0.5 * item_lift(state, one.item)) + 1.0
    return share


@lean
def item_lift(state: Habits, item: int) -> float:
    """Return the logarithm of how often an item comes back against what is to be expected."""
    return float(np.log((state.item[item].taken + 2.0) / (state.item[item].expected + 2.0)))


@lean
def describe_item(
    state: Habits, rules: Rules, item: int, shelf: int, known: tuple[int, float], now: int, to: NDArray[np.float32]
) -> None:
    """Write how an item stands to all.

    shelf    its slot in the place of the question, or NONE
    known    when this shopper bought it, 0: never; its share of the shopper's baskets
    """
    thing, at, (last_us, own) = state.item[item], _AT_ITEM, known
    long = np.exp2(thing.long - now / rules.long_us) * DAY_US / rules.long_us  # purchases a day, but for a factor
    short = np.exp2(thing.short - now / rules.short_us) * DAY_US / rules.short_us
    trend = np.exp2(thing.trend - now / rules.trend_us) * DAY_US / rules.trend_us
    share = np.exp2(thing.long - state.all[0])  # of all baskets
    to[at] = 0.5 * np.log1p(10.0 * long)
    to[at + 1] = 0.5 * np.log1p(10.0 * short)
    to[at + 2] = 0.5 * np.log1p(10.0 * trend)
    to[at + 3] = np.log((short + 0.05) / (long + 0.05))
    to[at + 4] = np.log((trend + 0.2) / (short + 0.2))
    to[at + 5] = 0.2 * np.log1p(float(thing.buyers))
    to[at + 6] = 2.0 * thing.returned / (thing.buyers + 3.0)
    to[at + 7] = 2.0 * thing.gaps / (thing.bought + 5.0)
    to[at + 8] = item_lift(state, item)
    to[at + 9] = 0.2 * np.log1p((now - thing.since_us) / DAY_US)
    to[at + 10] = 0.3 * np.log1p((now - state.items.links[item].last_us) / DAY_US)
    if last_us != 0 and thing.gaps > 0:
        late, _, spread = lateness(thing.gap, thing.gap2, float(thing.gaps), now - last_us)
        to[at + 11] = min(max(0.5 * late / spread, -3.0), 3.0)
        to[at + 12] = near(late)
    if shelf != NONE:
        here = np.exp2(state.shelf[shelf].often - now / rules.long_us)
        to[at + 13] = 0.5 * np.log1p(here)
        to[at + 14] = 2.0 * here / (np.exp2(thing.long - now / rules.long_us) + 5.0)
    to[at + 15] = np.log(min(share, 1.0) + 1e-4) + 5.0
    to[at + 16] = np.log(0.5 * own + 0.5 * min(share, 1.0) + 1e-3) + 4.0
