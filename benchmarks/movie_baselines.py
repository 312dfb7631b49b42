"""Plain rankings of movies a shopper has not liked yet, each updated after every like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NEVER = 1 << 30  # the rank of what nobody liked before: it could not be shown


@kernel
def _rank(score: Floats, seen: NDArray[np.bool_], truth: int) -> int:
    """Return how many unseen items stand above the truth; of equal ones the lower number stands first."""
    above = 0
    for item in range(len(score)):
        if not seen[item] and item != truth:
            above += score[item] > score[truth] or (score[item] == score[truth] and item < truth)
    return above


@kernel
def popularity(user: Ints, item: Ints, us: Ints, half_us: float) -> Ints:
    """Rank by likes, each halved in weight every `half_us`; infinite: plain counts."""
    users, items = user.max() + 1, item.max() + 1
    seen, score = np.zeros((users, items), np.bool_), np.zeros(items)
    known = np.zeros(items, np.bool_)
    ranks = np.empty(len(user), np.int64)
    for row in range(len(user)):
        if row:
            score *= 0.5 ** ((us[row] - us[row - 1]) / half_us)
        ranks[row] = _rank(score, seen[user[row]], item[row]) if known[item[row]] else NEVER
        seen[user[row], item[row]] = known[item[row]] = True
        score[item[row]] += 1.0
    return ranks


@kernel
def cosine(user: Ints, item: Ints, fading: float) -> Ints:
    """Rank by the sum of cosines with all the user's items, weighted `fading` to the power of newer ones.

    A user without a like gets the popular. Source: Papagelis et al., ISMIS 2005; Sarwar et al., WWW 2001.
    """
    users, items = user.max() + 1, item.max() + 1
    both, times = np.zeros((items, items)), np.zeros(items)
    path, steps = np.zeros((users, items), np.int64), np.zeros(users, np.int64)
    seen = np.zeros((users, items), np.bool_)
    ranks = np.empty(len(user), np.int64)
    for row in range(len(user)):
        mine, now = path[user[row], : steps[user[row]]], item[row]
        score = times.copy() if len(mine) == 0 else np.zeros(items)
        weight = 1.0
        for back in range(len(mine)):
            anchor = mine[len(mine) - 1 - back]
            for other in range(items):
                if both[anchor, other] > 0:
                    score[other] += weight * both[anchor, other] / np.sqrt(times[anchor] * times[other])
            weight *= fading
        ranks[row] = _rank(score, seen[user[row]], now) if times[now] > 0 else NEVER
        for anchor in mine:
            both[anchor, now] += 1
            both[now, anchor] += 1
        path[user[row], steps[user[row]]] = now
        steps[user[row]] += 1
        times[now] += 1
        seen[user[row], now] = True
    return ranks


@kernel
def transitions(user: Ints, item: Ints, last: int, fading: float) -> Ints:
    """Rank by what followed, or came before, the user's last likes within 20 likes of others, the nearer the more."""
    users, items = user.max() + 1, item.max() + 1
    near, times = np.zeros((items, items)), np.zeros(items)
    path, steps = np.zeros((users, items), np.int64), np.zeros(users, np.int64)
    seen = np.zeros((users, items), np.bool_)
    ranks = np.empty(len(user), np.int64)
    for row in range(len(user)):
        mine, now = path[user[row], : steps[user[row]]], item[row]
        score, weight = 1e-6 * times, 1.0
        for back in range(min(last, len(mine))):
            score += weight * near[mine[len(mine) - 1 - back]] / np.sqrt(times + 5.0)
            weight *= fading
        ranks[row] = _rank(score, seen[user[row]], now) if times[now] > 0 else NEVER
        for back in range(min(20, len(mine))):
            anchor = mine[len(mine) - 1 - back]
            near[anchor, now] += 1.0 / (1 + back)
            near[now, anchor] += 0.7 / (1 + back)
        path[user[row], steps[user[row]]] = now
        steps[user[row]] += 1
        times[now] += 1
        seen[user[row], now] = True
    return ranks


@kernel
def factors(user: Ints, item: Ints, width: int, rate: float, shrink: float, seed: int) -> Ints:
    """Rank by incremental matrix factorization, one step of gradient a like.

    Source: Vinagre, Jorge and Gama, "Fast incremental matrix factorization for recommendation with positive-only
    feedback", UMAP 2014, algorithm 1.
    """
    np.random.seed(seed)  # of the compiled code's own generator
    users, items = user.max() + 1, item.max() + 1
    of_user, of_item = 0.1 * np.random.randn(users, width), 0.1 * np.random.randn(items, width)
    seen, known = np.zeros((users, items), np.bool_), np.zeros(items, np.bool_)
    ranks = np.empty(len(user), np.int64)
    for row in range(len(user)):
        one, other = of_user[user[row]], of_item[item[row]]
        if known[item[row]]:
            far = np.abs(1.0 - of_item @ one)
            far[~known] = np.inf
            ranks[row] = _rank(-far, seen[user[row]], item[row])
        else:
            ranks[row] = NEVER
        miss = 1.0 - one @ other
        before = one.copy()
        one += rate * (miss * other - shrink * one)
        other += rate * (miss * before - shrink * other)
        seen[user[row], item[row]] = known[item[row]] = True
    return ranks
