"""BG/NBD finds the truth again, foretells what comes."""

from __future__ import annotations

import numpy as np
import pytest
from living import BUYING, population
from scipy.special import hyp2f1

from evercart.learners.lifetime import purchases
from evercart.learners.lifetime.lifetime import fit


def test_the_true_parameters_are_found_again() -> None:
    some = population(4_000)
    start = np.array(purchases.PRIOR)
    found = fit(lambda at: purchases.loss(at, some.again, some.last, some.age), purchases.PRIOR, start)
    r, alpha, a, b = found
    assert r / alpha == pytest.approx(BUYING[0] / BUYING[1], rel=0.1)  # visits a day
    assert a / (a + b) == pytest.approx(BUYING[2] / BUYING[2:].sum(), rel=0.1)  # chance of leaving
    np.testing.assert_allclose(found, BUYING, rtol=0.25)
    assert purchases.loss(found, *some[:3]) < purchases.loss(BUYING, *some[:3])


def test_what_is_expected_comes_on_average() -> None:
    some = population(4_000, seed=8)
    each = np.array([purchases.expected(BUYING, x, t, age, 90.0) for x, t, age, _ in zip(*some, strict=True)])
    for low, high in ((0, 1), (1, 4), (4, 1000)):
        few = (some.again >= low) & (some.again < high)
        error = some.later[few].std() / np.sqrt(few.sum())
        assert abs(each[few].mean() - some.later[few].mean()) < 3 * error


@pytest.mark.parametrize("days", [1.0, 90.0, 2000.0])
def test_the_formula_is_that_of_the_paper(days: float) -> None:
    r, alpha, a, b = BUYING
    for x, last, age in ((0.0, 0.0, 50.0), (3.0, 20.0, 60.0), (40.0, 99.0, 100.0)):
        z = days / (alpha + age + days)
        series = hyp2f1(r + x, b + x, a + b + x - 1, z)
        visits = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / (alpha + age + days)) ** (r + x) * series)
        here = 1 / (1 + (x > 0) * a / (b + max(x, 1) - 1) * ((alpha + age) / (alpha + last)) ** (r + x))
        assert purchases.chance_here(BUYING, x, last, age) == pytest.approx(here)
        assert purchases.expected(BUYING, x, last, age, days) == pytest.approx(visits * here, rel=1e-8)


def test_it_is_finite_at_the_edges() -> None:
    for a in (1.0, 1e-6, 1e4):
        for x in (0.0, 1.0, 5_000.0):
            params = np.array([1e3, 1e-3, a, 1e-3])
            found = purchases.expected(params, x, 0.0, 0.0, 90.0)
            assert np.isfinite(found)
            assert found >= 0
