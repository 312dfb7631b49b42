"""Baselines against slow code that does what their names say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import log, sqrt

import numpy as np
import pytest

from evercart.evaluate import baselines
from evercart.evaluate.baselines import Trails
from evercart.units import DAY_US, SECOND_US

Scores = dict[int, float]


def _trails(rows: int, seed: int, sessions: int = 14, items: int = 12) -> Trails:
    rng = np.random.default_rng(seed)
    us = np.sort(rng.integers(0, 3 * DAY_US, rows))
    return Trails.of(us, rng.integers(0, sessions, rows), rng.zipf(1.4, rows) % items)


def _ranks(trails: Trails, scores: Callable[[list[tuple[int, int]]], Scores], top: int) -> list[tuple[int, int]]:
    """Return by question the best, the worst rank that ties leave open; -1 for none."""
    clicks = list(zip(trails.session.tolist(), trails.item.tolist(), strict=True))
    found = []
    for row, wanted in enumerate(trails.following.tolist()):
        if wanted < 0:
            found.append((-2, -2))
            continue
        score = scores(clicks[: row + 1])
        score.pop(clicks[row][1], None)
        if wanted not in score:
            found.append((-1, -1))
            continue
        mine = score.pop(wanted)
        best = sum(value > mine + 1e-9 for value in score.values())
        worst = sum(value >= mine - 1e-9 for value in score.values())
        found.append((best if best < top else -1, worst if worst < top else -1))
    return found


def _agree(ranks: np.ndarray, found: Sequence[tuple[int, int]]) -> None:
    assert len(ranks) == len(found)
    for rank, (best, worst) in zip(ranks.tolist(), found, strict=True):
        assert rank in (best, worst) or (best < rank and (rank < worst or worst == -1)), (rank, best, worst)
    assert any(rank > 0 for rank in ranks)
    assert any(rank == -1 for rank in ranks)


def _sessions(clicks: list[tuple[int, int]]) -> dict[int, list[int]]:
    paths: dict[int, list[int]] = defaultdict(list)
    for session, item in clicks:
        paths[session].append(item)
    return paths


def test_trails_know_what_follows() -> None:
    trails = Trails.of(np.arange(5), np.array([9, 4, 9, 4, 9]), np.array([30, 10, 30, 20, 10]))
    assert trails.session.tolist() == [0, 1, 0, 1, 0]
    assert trails.item.tolist() == [2, 0, 2, 1, 0]
    assert trails.following.tolist() == [2, 1, 0, -1, -1]
    assert (trails.session_starts.tolist(), trails.item_starts.tolist()) == ([0, 3, 5], [0, 2, 3, 5])
    assert trails.head(2).following.tolist() == [-1, -1]


@pytest.mark.parametrize("seed", [1, 2])
def test_transitions(seed: int) -> None:
    trails = _trails(300, seed)

    def scores(clicks: list[tuple[int, int]]) -> Scores:
        current = clicks[-1][1]
        steps = Counter(after for path in _sessions(clicks).values() for one, after in pairwise(path) if one == current)
        return dict(steps)

    _agree(baselines.transitions(trails, top=4), _ranks(trails, scores, 4))


@pytest.mark.parametrize("last", [1, 3])
def test_item_cosine(last: int) -> None:
    trails = _trails(300, 3)

    def scores(clicks: list[tuple[int, int]]) -> Scores:
        paths = _sessions(clicks)
        sets = [set(path) for path in paths.values()]
        held = Counter(item for one in sets for item in one)
        recent = list(dict.fromkeys(paths[clicks[-1][0]][::-1]))[:last]
        found: Scores = defaultdict(float)
        for one in recent:
            for other in held:
                both = sum(one in each and other in each for each in sets)
                if both and other != one:
                    found[other] += both / sqrt(held[one] * held[other])
        return dict(found)

    _agree(baselines.cosine(trails, last, top=4), _ranks(trails, scores, 4))


def test_popularity() -> None:
    trails = _trails(400, 4, items=20)
    half_us = DAY_US / 4

    def scores(clicks: list[tuple[int, int]]) -> Scores:
        found: Scores = defaultdict(float)
        for us, (_, item) in zip(trails.us.tolist(), clicks, strict=False):
            found[item] += 2.0 ** ((us - 3 * DAY_US) / half_us)
        return dict(found)

    _agree(baselines.popularity(trails, half_us, top=4), _ranks(trails, scores, 4))


def test_popularity_outlives_many_half_lives() -> None:
    us = np.arange(4_000) * 3_600 * SECOND_US
    trails = Trails.of(us, np.arange(4_000) % 2, np.arange(4_000) // 2 % 3)
    ranks = baselines.popularity(trails, 60 * SECOND_US)
    assert set(ranks[10:-2].tolist()) == {1}  # an item comes back as soon as two others were clicked


def test_own_items_the_newest_first() -> None:
    trails = _trails(400, 5)

    def scores(clicks: list[tuple[int, int]]) -> Scores:
        path = _sessions(clicks)[clicks[-1][0]]
        return {item: float(place) for place, item in enumerate(path)}

    _agree(baselines.newest_own(trails, top=4), _ranks(trails, scores, 4))


@pytest.mark.parametrize(("m", "k"), [(500, 500), (3, 2)])
def test_vmis(m: int, k: int) -> None:
    trails = _trails(400, 6, sessions=30)

    def scores(clicks: list[tuple[int, int]]) -> Scores:
        here = clicks[-1][0]
        paths = _sessions(clicks)
        moved = {session: row for row, (session, _) in enumerate(clicks)}
        begun: dict[int, list[int]] = defaultdict(list)
        for session, item in dict.fromkeys(clicks):
            begun[item].append(session)
        recent, alike, nearest = paths[here][-3:], Counter[int](), {}
        for back, item in enumerate(reversed(recent)):
            if item in recent[len(recent) - back :]:
                continue
            for other in begun[item][::-1][:m]:
                if other != here:
                    alike[other] += (len(recent) - back) / len(recent)
                    nearest.setdefault(other, back + 1)
        chosen = sorted(alike, key=lambda one: -moved[one])[:m]
        chosen = sorted(chosen, key=lambda one: -alike[one])[:k]
        found: Scores = defaultdict(float)
        for other in chosen:
            for item in set(paths[other]):
                found[item] += alike[other] * (1 - 0.1 * nearest[other]) * log(len(paths) / len(begun[item]))
        return {item: value for item, value in found.items() if value > 0}

    _agree(baselines.vmis(trails, m, k, top=4), _ranks(trails, scores, 4))


def test_an_index_may_be_a_night_old() -> None:
    trails = Trails.of(np.arange(4), np.array([1, 1, 2, 2]), np.array([5, 6, 5, 6]))
    assert baselines.vmis(trails).tolist() == [-1, -2, 0, -2]
    assert baselines.vmis(trails, indexed=np.zeros(4, np.int64)).tolist() == [-1, -2, -1, -2]


@pytest.mark.parametrize("items", [1, 10_000])
def test_a_session_of_ten_thousand_clicks(items: int) -> None:
    """On one item, on as many: time and room stay bounded."""
    rows = 10_000
    trails = Trails.of(np.arange(2 * rows), np.repeat([0, 1], rows), np.tile(np.arange(rows) % items, 2))
    half = slice(rows, 2 * rows - 1)
    for ranks in (
        baselines.vmis(trails),
        baselines.transitions(trails),
        baselines.cosine(trails),
        baselines.newest_own(trails),
        baselines.popularity(trails, float(DAY_US)),
    ):
        assert np.isin(ranks, (-2, -1)).all() or (items > 1)
        assert (ranks[half] >= -1).all()
    assert (baselines.transitions(trails)[half] == (0 if items > 1 else -1)).all()
