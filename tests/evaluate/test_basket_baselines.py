"""Baselines of the next basket against slow code that does what their names say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest

from evercart.evaluate import basket_baselines as baselines
from evercart.evaluate.basket_baselines import Tifu
from evercart.evaluate.basket_rows import WEEK_US, Baskets
from evercart.units import DAY_US

TOP = 4
Past = list[tuple[int, int, int, int]]  # us, user, basket, item of the rows before a question
Scores = dict[int, float]


def drawn(rows: int, seed: int, users: int = 6, items: int = 15) -> Baskets:
    """Draw baskets of two shoppers at a time, their lines among each other, a row of five without a shopper."""
    rng = np.random.default_rng(seed)
    us = np.sort(rng.integers(0, 30 * DAY_US, rows))
    block = np.arange(rows) // 8
    user = 1 + (block + rng.integers(0, 2, rows)) % users
    user[rng.random(rows) < 0.2] = 0
    return Baskets.of(us, user, 1 + block, rng.zipf(1.3, rows) % items, pause_us=40 * DAY_US)


def agree(baskets: Baskets, ranks: np.ndarray, scores: Callable[[Past, int], Scores], half_us: float) -> None:
    """Hold ranks against those of scores, filled up with popularity; ties leave several open."""
    rows = list(
        zip(*(column.tolist() for column in (baskets.us, baskets.user, baskets.basket, baskets.item)), strict=True)
    )
    assert len(ranks) == len(rows)
    seen_ranks = set()
    for row, (_, user, basket, item) in enumerate(rows):
        earlier = {one for _, _, other, one in rows[:row] if other == basket}
        if user < 0 or item in earlier:
            assert ranks[row] == -2
            continue
        begin = min(at for at, one in enumerate(rows) if one[2] == basket)
        past = rows[:begin]
        score = scores(past, user)
        popular: Scores = defaultdict(float)
        met = set()
        for us, _, other, one in past:
            if other < 0 or (other, one) not in met:
                popular[one] += 2.0 ** ((us - 30 * DAY_US) / half_us)
            met.add((other, one))
        order = [(1, value, one) for one, value in score.items()]
        order += [(0, value, one) for one, value in popular.items() if one not in score]
        mine = next((entry for entry in order if entry[2] == item), None)
        if mine is None:
            assert ranks[row] == -1
            continue
        best = sum((one[0], one[1]) > (mine[0], mine[1] + 2e-6) for one in order)
        worst = sum((one[0], one[1]) >= (mine[0], mine[1] - 2e-6) for one in order) - 1
        allowed = {at if at < TOP else -1 for at in range(best, worst + 1)}
        assert ranks[row] in allowed, (row, ranks[row], allowed)
        seen_ranks.add(int(ranks[row]))
    assert {-1, 0, 1} <= seen_ranks


def by_user(past: Past, user: int) -> list[set[int]]:
    """Return the shopper's baskets that have ended, the oldest first."""
    found: dict[int, set[int]] = {}
    for _, whose, basket, item in past:
        if whose == user:
            found.setdefault(basket, set()).add(item)
    return list(found.values())


@pytest.mark.parametrize("seed", [1, 2])
def test_popularity(seed: int) -> None:
    baskets = drawn(240, seed)
    agree(baskets, baselines.popularity(baskets, DAY_US, TOP), lambda past, user: {}, DAY_US)


def test_personal_top_frequency() -> None:
    baskets = drawn(300, 3)

    def scores(past: Past, user: int) -> Scores:
        times, newest = Counter[int](), dict[int, int]()
        met = set()
        for row, (_, whose, basket, item) in enumerate(past):
            if whose == user and (basket, item) not in met:
                times[item] += 1
                newest[item] = row
                met.add((basket, item))
        return {item: n + 1e-4 * newest[item] for item, n in times.items()}

    agree(baskets, baselines.frequent(baskets, top=TOP), scores, WEEK_US)


def test_personal_decayed_frequency() -> None:
    baskets = drawn(300, 4)

    def scores(past: Past, user: int) -> Scores:
        found: Scores = defaultdict(float)
        met = set()
        for us, whose, basket, item in past:
            if whose == user and (basket, item) not in met:
                found[item] += 2.0 ** ((us - 30 * DAY_US) / (5 * DAY_US))
                met.add((basket, item))
        return dict(found)

    agree(baskets, baselines.frequent(baskets, 5 * DAY_US, TOP), scores, WEEK_US)


def _vector(ended: list[set[int]], how: Tifu) -> Scores:
    """Return TIFU's vector as the paper writes it: groups from the first basket on, the last may be shorter."""
    groups = [ended[at : at + how.group] for at in range(0, len(ended), how.group)]
    vector: Scores = defaultdict(float)
    for back, group in enumerate(reversed(groups)):
        for since, basket in enumerate(reversed(group)):
            for item in basket:
                vector[item] += how.within**since / len(group) * how.across**back / len(groups)
    return dict(vector)


@pytest.mark.parametrize("how", [Tifu(3, 0.9, 0.6, 2, 0.5, 1, 99), Tifu(2, 1.0, 0.8, 1, 0.2, 1, 99), Tifu(own=1.0)])
def test_tifu(how: Tifu) -> None:
    baskets = drawn(300, 5)

    def scores(past: Past, user: int) -> Scores:
        users = sorted({whose for _, whose, _, _ in past if whose >= 0})
        begun = {whose: by_user(past, whose) for whose in users}
        going = {}  # of others the newest basket still goes on
        for whose in users:
            going[whose] = begun[whose] if whose == user else begun[whose][:-1]
        vectors = {whose: _vector(ended, how) for whose, ended in going.items() if ended}
        if user not in vectors:
            return {}
        mine = vectors.pop(user)

        def far(other: Scores) -> float:
            return sum((mine.get(item, 0) - other.get(item, 0)) ** 2 for item in {*mine, *other})

        nearest = sorted(vectors, key=lambda whose: far(vectors[whose]))[: how.nearest]
        found: Scores = defaultdict(float)
        for item, value in mine.items():
            found[item] += how.own * value
        for whose in nearest if how.own < 1 else []:
            for item, value in vectors[whose].items():
                found[item] += (1 - how.own) * value / len(nearest)
        return dict(found)

    agree(baskets, baselines.tifu(baskets, how, TOP), scores, WEEK_US)


def test_neighbours_may_be_a_few_baskets_old() -> None:
    baskets = drawn(400, 7)
    fresh, old = (baselines.tifu(baskets, Tifu(nearest=1, own=0.1, renewed=each), TOP) for each in (1, 9))
    assert 0.5 < np.mean(fresh == old) < 1.0


@pytest.mark.parametrize("last", [1, 3])
def test_item_cosine(last: int) -> None:
    baskets = drawn(300, 6)

    def scores(past: Past, user: int) -> Scores:
        held: dict[int, set[int]] = defaultdict(set)
        for _, _, basket, item in past:
            if basket >= 0:
                held[basket].add(item)
        times = Counter(item for items in held.values() for item in items)
        found: Scores = defaultdict(float)
        for items in by_user(past, user)[-last:]:
            for one in items:
                for other in times:
                    both = sum(one in each and other in each for each in held.values())
                    if both:
                        found[other] += both / sqrt(times[one] * times[other])
        return dict(found)

    agree(baskets, baselines.cosine(baskets, last, TOP), scores, WEEK_US)


def test_a_basket_of_thousands_of_lines() -> None:
    rows = 5_000
    item = np.tile(np.arange(rows // 2), 2)
    baskets = Baskets.of(np.repeat([0, 1], rows // 2), np.ones(rows), np.repeat([1, 2], rows // 2), item)
    for ranks in (
        baselines.popularity(baskets),
        baselines.frequent(baskets),
        baselines.tifu(baskets),
        baselines.cosine(baskets),
    ):
        assert (ranks[: rows // 2] == -1).all()
        assert sorted(ranks[rows // 2 :][ranks[rows // 2 :] >= 0].tolist()) == list(range(20))


def test_none_at_all() -> None:
    nothing = np.zeros(0, np.int64)
    baskets = Baskets.of(nothing, nothing, nothing, nothing)
    assert len(baselines.popularity(baskets)) == len(baselines.tifu(baskets)) == 0
