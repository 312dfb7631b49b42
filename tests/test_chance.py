"""Chance that survives replay."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from evercart.chance import normal, normal_at, stream, uniform, uniform_at
from evercart.hashing import U64

PLACES = np.arange(50_000)


def test_a_number_depends_on_its_place_alone() -> None:
    assert uniform(7, PLACES, "a")[[10, 3]].tolist() == uniform(7, np.array([10, 3]), "a").tolist()
    assert uniform(7, PLACES[:6].reshape(2, 3), "a").shape == (2, 3)


def test_seed_and_purpose_give_other_numbers() -> None:
    base = uniform(7, PLACES, "a")
    for other in (uniform(8, PLACES, "a"), uniform(7, PLACES, "b"), uniform(7, PLACES + 1, "a")):
        assert (base == other).sum() == 0
        assert abs(np.corrcoef(base, other)[0, 1]) < 0.02


@pytest.mark.parametrize("purpose", ["start", "day/visit", "look/item", "x", ""])
def test_numbers_are_uniform_for_every_purpose(purpose: str) -> None:
    for seed in (0, 1, 2**63):
        drawn = uniform(seed, PLACES, purpose)
        assert 0 <= drawn.min() < drawn.max() < 1
        assert stats.kstest(drawn, "uniform").pvalue > 1e-4


def test_normal_numbers_are_normal() -> None:
    assert stats.kstest(normal(3, PLACES, "n"), "norm").pvalue > 1e-3
    assert normal(3, PLACES, "n")[:5].tolist() == normal(3, PLACES[:5], "n").tolist()


def test_the_numbers_never_change() -> None:
    """What was drawn is in logs: a replay years later must draw the same."""
    assert uniform(1, np.arange(3), "start").tolist() == [0.13906926477446602, 0.15644855158371263, 0.6036723096603295]


def test_kernels_draw_the_same_numbers() -> None:
    """A stream handed back to Python is a plain int; kernels take it as a word."""
    places = PLACES[:200]
    drawn = [uniform_at(U64(stream(7, "a")), int(place)) for place in places]
    assert drawn == uniform(7, places, "a").tolist()
    radius, angle = U64(stream(7, "a/radius")), U64(stream(7, "a/angle"))
    normals = [normal_at(radius, angle, int(place)) for place in places]
    np.testing.assert_allclose(normals, normal(7, places, "a"), rtol=1e-12, atol=1e-15)
