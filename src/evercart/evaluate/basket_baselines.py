"""Basket baselines: plain ways to foresee a shopper's next basket, each as fresh as the last purchase.

Each takes the purchases of a log with dense numbers; for each row it returns the place, from 0, of the row's item in
the list that was shown just before its basket: -1 where it is not in it, -2 where the row answers nothing, since its
item is already in the basket, or nobody is named. A list shorter than `top` is filled up with what sells most, in
every baseline alike, so that new shoppers are answered too.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.basket_rows import WEEK_US, Baskets, Best, best_of, offer, sell, show
from evercart.kernel import kernel, lean

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_DENSE: Final = 4096  # items between which all pairs are counted


def popularity(baskets: Baskets, half_us: float = WEEK_US, top: int = 20) -> Ints:
    """Popularity that halves every `half_us`."""
    return _popularity(baskets, float(half_us), best_of(baskets, top))


@kernel
def _popularity(baskets: Baskets, half_us: float, best: Best) -> Ints:
    rank = np.full(len(baskets.us), -2)
    for row in range(len(rank)):
        basket = baskets.basket[row]
        if basket >= 0 and baskets.begins[basket] == row:
            show(baskets, best, 0, basket, rank)
        if basket < 0 or baskets.first[row]:
            sell(best, baskets.item[row], (baskets.us[row] - baskets.us[0]) / half_us)
    return rank


def frequent(baskets: Baskets, half_us: float = np.inf, top: int = 20, filled_us: float = WEEK_US) -> Ints:
    """The shopper's items by the number of baskets they were in, each halved every `half_us`; of equal ones the newest.

    With no decay this is the personal top frequency; with next to none left after a basket, the personal recency.
    """
    return _frequent(baskets, float(half_us), float(filled_us), best_of(baskets, top))


@kernel
def _frequent(baskets: Baskets, half_us: float, filled_us: float, best: Best) -> Ints:
    rank, score = np.full(len(baskets.us), -2), np.full(len(baskets.pair_item), -np.inf)
    newest = np.zeros(len(score), np.int64)
    for row in range(len(rank)):
        basket, halves = baskets.basket[row], (baskets.us[row] - baskets.us[0]) / half_us
        if basket >= 0 and baskets.begins[basket] == row:
            user, size = baskets.user[row], 0
            for pair in range(baskets.pairs[user], baskets.pairs[user + 1]):
                if score[pair] > -np.inf:  # a newer one of equal score stands first
                    worth = score[pair] + 1e-9 * newest[pair] / len(rank)
                    size = offer(best, size, baskets.pair_item[pair], worth)
            show(baskets, best, size, basket, rank)
        if basket < 0 or baskets.first[row]:
            sell(best, baskets.item[row], (baskets.us[row] - baskets.us[0]) / filled_us)
        if basket >= 0 and baskets.first[row]:
            pair = baskets.pair[row]
            old = score[pair]
            score[pair] = halves if old == -np.inf else halves + np.log2(1.0 + np.exp2(old - halves))
            newest[pair] = row
    return rank


class Tifu(NamedTuple):
    """The settings of TIFU-kNN; those given were the best of a dozen on the first 20 weeks of the Complete Journey."""

    group: int = 7  # baskets of a group
    within: float = 1.0  # decay from basket to basket of a group
    across: float = 0.95  # decay from group to group
    nearest: int = 200  # neighbours
    own: float = 0.3  # weight of the shopper's own vector
    renewed: int = 4  # baskets of the shopper after which the neighbours are sought anew
    heads: int = 32  # largest entries of a vector that neighbours are sought by, that are averaged over them


class _Vectors(NamedTuple):
    """What is known of each shopper, of each (shopper, item)."""

    closed: Floats  # (pairs,) sum over the groups that are full, as of the group of the last purchase
    opened: Floats  # (pairs,) sum over the last purchase's group, as of that purchase
    last: Ints  # (pairs,) number of the shopper's basket, or -1
    value: NDArray[np.float32]  # (pairs,) the vector
    size: Ints  # (users,) baskets
    length: Floats  # (users,) squared
    head: NDArray[np.int32]  # (users, heads) the pairs of the largest values
    heads: Ints  # (users,)
    near: NDArray[np.int32]  # (users, nearest) the neighbours
    nears: Ints  # (users,)


def tifu(baskets: Baskets, how: Tifu = Tifu(), top: int = 20, filled_us: float = WEEK_US) -> Ints:  # noqa: B008
    """TIFU-kNN: decayed personal frequencies, with those of the nearest shoppers by Euclidean distance.

    Online form: every vector is that of all baskets that have ended by the moment of the question (the basket
    that is being bought joins as the shopper's next one begins); groups fill from the first basket on, so a new
    basket only rescales what was. Neighbours are sought among all shoppers, anew after a few of the shopper's
    baskets, by the largest entries of vectors; these, as they are at the moment, are averaged over the neighbours.
    The shopper's own vector counts whole.

    Source: Hu et al., "Modeling personalized item frequency information for next-basket recommendation", SIGIR
    2020, section 4.
    """
    order = np.argsort(baskets.pair_item, kind="stable")
    holders = np.searchsorted(baskets.pair_item[order], np.arange(baskets.items + 1))
    users, pairs = len(baskets.pairs) - 1, len(baskets.pair_item)
    owner = np.repeat(np.arange(users), np.diff(baskets.pairs))
    vectors = _Vectors(
        *(np.zeros(pairs), np.zeros(pairs), np.full(pairs, -1), np.zeros(pairs, np.float32)),
        *(np.zeros(users, np.int64), np.zeros(users)),
        *(np.zeros((users, min(how.heads, baskets.items)), np.int32), np.zeros(users, np.int64)),
        *(np.zeros((users, min(how.nearest, users)), np.int32), np.zeros(users, np.int64)),
    )
    by_item = order.astype(np.int32), owner[order].astype(np.int32), holders
    return _tifu(baskets, how, by_item, vectors, float(filled_us), best_of(baskets, top))


@kernel
def _tifu(
    baskets: Baskets,
    how: Tifu,
    by_item: tuple[NDArray[np.int32], NDArray[np.int32], Ints],
    vectors: _Vectors,
    filled_us: float,
    best: Best,
) -> Ints:
    rank, going = np.full(len(baskets.us), -2), np.full(len(vectors.size), -1)  # the basket that goes on
    alike, far = np.zeros(len(going), np.float32), np.empty(len(going))
    mean, listed = np.zeros(baskets.items), np.empty(baskets.items, np.int64)
    for row in range(len(rank)):
        basket = baskets.basket[row]
        if basket >= 0 and baskets.begins[basket] == row:
            user, size = baskets.user[row], 0
            if going[user] >= 0:
                _end(baskets, how, vectors, going[user], user)
            going[user] = basket
            offered = _near(baskets, how, by_item, vectors, user, (alike, far), (mean, listed))
            for at in range(offered):
                size = offer(best, size, listed[at], mean[listed[at]])
                mean[listed[at]] = 0.0
            show(baskets, best, size, basket, rank)
        if basket < 0 or baskets.first[row]:
            sell(best, baskets.item[row], (baskets.us[row] - baskets.us[0]) / filled_us)
    return rank


@lean
def _whole(how: Tifu, vectors: _Vectors, pair: int, group: int) -> float:
    """Return what all groups up to the last purchase's, now full, are worth as of a later group."""
    last = vectors.last[pair]
    full = vectors.opened[pair] * how.within ** (how.group - 1 - last % how.group) / how.group
    return float((full + vectors.closed[pair]) * how.across ** (group - last // how.group))


@kernel
def _end(baskets: Baskets, how: Tifu, vectors: _Vectors, basket: int, user: int) -> None:
    """Add a shopper's basket; set the shopper's vector with its length, its head."""
    number = vectors.size[user]
    vectors.size[user] += 1
    group, at = number // how.group, number % how.group
    for place in range(baskets.starts[basket], baskets.starts[basket + 1]):
        row = baskets.row[place]
        if not baskets.first[row]:
            continue
        pair = baskets.pair[row]
        last = vectors.last[pair]
        if last >= 0 and last // how.group == group:
            vectors.opened[pair] = vectors.opened[pair] * how.within ** (number - last) + 1.0
        else:
            vectors.closed[pair] = _whole(how, vectors, pair, group) if last >= 0 else 0.0
            vectors.opened[pair] = 1.0
        vectors.last[pair] = number
    vectors.length[user] = 0.0
    begin, end = baskets.pairs[user], baskets.pairs[user + 1]
    for pair in range(begin, end):
        last = vectors.last[pair]
        if last >= 0:
            if last // how.group == group:
                value = vectors.opened[pair] * how.within ** (number - last) / (at + 1) + vectors.closed[pair]
            else:
                value = _whole(how, vectors, pair, group)
            vectors.value[pair] = value / (group + 1)
            vectors.length[user] += vectors.value[pair] ** 2
    heads = min(vectors.head.shape[1], end - begin)
    limit = np.partition(vectors.value[begin:end], end - begin - heads)[end - begin - heads]
    vectors.heads[user] = 0
    for pair in range(begin, end):
        if vectors.value[pair] >= limit and vectors.value[pair] > 0.0 and vectors.heads[user] < heads:
            vectors.head[user, vectors.heads[user]] = pair
            vectors.heads[user] += 1


@kernel
def _near(
    baskets: Baskets,
    how: Tifu,
    by_item: tuple[NDArray[np.int32], NDArray[np.int32], Ints],
    vectors: _Vectors,
    user: int,
    work: tuple[NDArray[np.float32], Floats],
    mixed: tuple[Floats, Ints],
) -> int:
    """Set the mixed vector: the shopper's own with the neighbours'; return how many items are listed."""
    mean, listed = mixed
    if vectors.size[user] == 0:
        return 0
    offered = 0
    for pair in range(baskets.pairs[user], baskets.pairs[user + 1]):
        if vectors.value[pair] > 0.0:
            listed[offered] = baskets.pair_item[pair]
            mean[listed[offered]] = how.own * vectors.value[pair]
            offered += 1
    if how.own >= 1.0:
        return offered
    if (vectors.size[user] - 1) % how.renewed == 0:
        _seek(baskets, by_item, vectors, user, work)
    for other in vectors.near[user, : vectors.nears[user]]:
        for i in range(vectors.heads[other]):
            pair = vectors.head[other, i]
            item = baskets.pair_item[pair]
            if mean[item] == 0.0:
                listed[offered] = item
                offered += 1
            mean[item] += (1.0 - how.own) / vectors.nears[user] * vectors.value[pair]
    return offered


@kernel
def _seek(
    baskets: Baskets,
    by_item: tuple[NDArray[np.int32], NDArray[np.int32], Ints],
    vectors: _Vectors,
    user: int,
    work: tuple[NDArray[np.float32], Floats],
) -> None:
    """Find the shopper's neighbours by Euclidean distance."""
    (order, owner, holders), (alike, far) = by_item, work
    alike[:] = 0.0
    for i in range(vectors.heads[user]):
        pair = vectors.head[user, i]
        item, value = baskets.pair_item[pair], vectors.value[pair]
        for at in range(holders[item], holders[item + 1]):
            alike[owner[at]] += value * vectors.value[order[at]]
    known = 0
    for other in range(len(far)):
        far[other] = np.inf
        if vectors.size[other] > 0 and other != user:
            far[other] = vectors.length[other] - 2.0 * alike[other]
            known += 1
    nearest, taken = min(vectors.near.shape[1], known), 0
    limit = np.partition(far, max(nearest, 1) - 1)[max(nearest, 1) - 1]
    for other in range(len(far)):
        if far[other] <= limit and far[other] < np.inf and taken < nearest:
            vectors.near[user, taken] = other
            taken += 1
    vectors.nears[user] = taken


def cosine(baskets: Baskets, last: int = 1, top: int = 20, filled_us: float = WEEK_US) -> Ints:
    """Item-cosine over baskets, summed over the items of the shopper's last baskets, those included.

    Counted line by line, between the 4,096 items that the whole log holds most often: knowing them beforehand can
    only help this baseline.
    """
    counts = np.bincount(baskets.item, minlength=baskets.items)
    chosen = np.argsort(-counts, kind="stable")[:_DENSE]
    dense = np.full(baskets.items, -1)
    dense[chosen] = np.arange(len(chosen))
    return _cosine(baskets, (dense, chosen), last, float(filled_us), best_of(baskets, top))


@kernel
def _cosine(baskets: Baskets, among: tuple[Ints, Ints], last: int, filled_us: float, best: Best) -> Ints:
    dense, chosen = among
    rank, users = np.full(len(baskets.us), -2), len(baskets.pairs) - 1
    both = np.zeros((len(chosen), len(chosen)), np.float32)
    root, score = np.zeros(len(chosen), np.float32), np.zeros(len(chosen), np.float32)
    recent = np.full((users, last), -1)
    filled = np.zeros(len(baskets.begins), np.int64)  # places of a basket that are in
    for row in range(len(rank)):
        basket, item = baskets.basket[row], baskets.item[row]
        if basket >= 0 and baskets.begins[basket] == row:
            user, size = baskets.user[row], 0
            score[:] = 0.0
            for place in range(last):
                if recent[user, place] >= 0:
                    _add_alike(baskets, recent[user, place], dense, both, root, score)
            for one in range(len(chosen)):
                if score[one] > 0.0:
                    size = offer(best, size, chosen[one], score[one] * root[one])
            show(baskets, best, size, basket, rank)
            for place in range(last - 1, 0, -1):
                recent[user, place] = recent[user, place - 1]
            recent[user, 0] = basket
        if basket < 0 or baskets.first[row]:
            sell(best, item, (baskets.us[row] - baskets.us[0]) / filled_us)
        if basket >= 0:
            start = baskets.starts[basket]
            if baskets.first[row] and dense[item] >= 0:
                one = dense[item]
                for at in range(start, start + filled[basket]):
                    other = baskets.row[at]
                    if baskets.first[other] and dense[baskets.item[other]] >= 0:
                        both[one, dense[baskets.item[other]]] += 1.0
                        both[dense[baskets.item[other]], one] += 1.0
                both[one, one] += 1.0
                root[one] = 1.0 / np.sqrt(both[one, one])
            filled[basket] += 1
    return rank


@kernel
def _add_alike(
    baskets: Baskets,
    basket: int,
    dense: Ints,
    both: NDArray[np.float32],
    root: NDArray[np.float32],
    score: NDArray[np.float32],
) -> None:
    """Add how often each item was bought with those of a basket, but for the item's own root."""
    for at in range(baskets.starts[basket], baskets.starts[basket + 1]):
        one = dense[baskets.item[baskets.row[at]]]
        if one >= 0 and baskets.first[baskets.row[at]]:
            weight, row = root[one], both[one]
            for other in range(len(score)):
                score[other] += weight * row[other]
