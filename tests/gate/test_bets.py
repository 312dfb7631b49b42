"""Money on all stakes at once."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from evercart.gate.bets import STAKES, lay, log_sum, money


def test_no_stake_can_be_lost_whole() -> None:
    assert 0 < STAKES.min() < STAKES.max() < 1


@pytest.mark.parametrize("likely", [None, 0.9, 0.1, 0.0013])
def test_money_is_one_in_all(likely: float | None) -> None:
    assert log_sum(money(likely)) == pytest.approx(0.0, abs=1e-12)


def test_a_fair_game_leaves_the_mean_alone() -> None:
    paths = list(itertools.product([-0.5, 1.0], [1.0, -1.0, 0.5], [-0.25, 0.75]))
    chances = [
        (2 / 3 if a < 0 else 1 / 3) * {1.0: 0.2, -1.0: 0.4, 0.5: 0.4}[b] * (0.75 if c < 0 else 0.25)
        for a, b, c in paths
    ]
    mean = 0.0
    for path, chance in zip(paths, chances, strict=True):
        wealth = money(None)
        for gain in path:
            lay(wealth, STAKES, gain)
        mean += chance * wealth.sum()
    assert mean == pytest.approx(1.0)


def test_money_neither_ends_nor_overflows() -> None:
    wealth = money(None)
    for gain in [-1.0] * 5_000 + [1.0] * 20_000:
        last = lay(wealth, STAKES, gain)
        assert math.isfinite(last)
    assert last > 600
    assert np.all(wealth > 0)
