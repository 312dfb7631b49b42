"""Off policy: what another ranker would have gained, from lists that were drawn with known chances."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require

Items = NDArray[np.uint64]


class Estimate(NamedTuple):
    """A mean with its 95 % interval.

    effective   how many questions, all weighted alike, would carry as much evidence
    """

    mean: float
    low: float
    high: float
    effective: float


def hit_rate(shown: Items, chance: NDArray[np.float64], taken: Items, target: Items) -> Estimate:
    """Return in which share of questions the item that was taken would stand on another ranker's list.

    shown    (questions, places) as they were shown; 0 where a list was shorter
    chance   (questions, places) with which each stood there; an item never has two places it could be drawn for
    taken    (questions,) what was taken of the list; 0: nothing
    target   (questions, places of the other) its lists; 0 where one was shorter

    Without bias where all items of the other's lists could have been shown, where what is taken hangs on which
    items are shown rather than on the place; an item that had no chance counts as never taken.

    Source: Horvitz and Thompson, JASA 47, 1952, equation 9; on lists Swaminathan et al., "Off-policy evaluation
    for slate recommendation", NeurIPS 2017, section 2 (their inverse propensity score, place by place).

    >>> one = np.array([[7], [8]], np.uint64)
    >>> hit_rate(one, np.array([[0.5], [1.0]]), np.array([7, 0], np.uint64), one).mean
    1.0
    """
    require(len(shown) > 0, "off_policy.questions", "at least one", len(shown))
    stood = shown != 0
    require(bool((chance[stood] > 0).all() and (chance <= 1).all()), "off_policy.chance", "above 0 to 1", chance.min())
    wanted = (shown[:, :, None] == target[:, None, :]).any(axis=2) & stood
    weight = np.where(wanted, 1.0 / np.where(stood, chance, 1.0), 0.0)
    gain = (weight * (shown == taken[:, None])).sum(axis=1)
    spread = 1.96 * float(gain.std(ddof=1)) / np.sqrt(len(gain)) if len(gain) > 1 else np.inf
    mean, most = float(gain.mean()), weight.max(axis=1)
    squares = float((most * most).sum())
    effective = float(most.sum()) ** 2 / squares if squares > 0 else 0.0
    return Estimate(mean, mean - spread, mean + spread, effective)
