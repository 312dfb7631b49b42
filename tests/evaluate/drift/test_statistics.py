"""Statistics agree with SciPy's, or with what is written in the books."""

import numpy as np
import pytest
from scipy import stats

from evercart.evaluate.drift.statistics import chi_square_beyond, discoveries, g_test, kolmogorov_smirnov, psi

RNG = np.random.default_rng(1)


@pytest.mark.parametrize("free", [1, 2, 9, 63, 500])
def test_chi_square_is_scipys(free):
    for x in free * np.array([0.01, 0.5, 0.9, 1.0, 1.1, 2.0, 5.0]):
        assert chi_square_beyond(float(x), free) == pytest.approx(stats.chi2.sf(x, free), rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("moved", [0.0, 0.03, 0.1])
def test_kolmogorov_smirnov_is_scipys(moved):
    a, b = RNG.normal(size=5000), RNG.normal(size=4000) + moved
    edges = np.sort(np.concatenate([a, b]))
    counts = [np.bincount(np.searchsorted(edges, x), minlength=len(edges)) for x in (a, b)]
    want = stats.ks_2samp(a, b, method="asymp")
    distance, p = kolmogorov_smirnov(*counts)
    assert distance == pytest.approx(want.statistic)
    z = distance * np.sqrt(5000 * 4000 / 9000)
    assert p == pytest.approx(stats.kstwobign.sf(z), rel=1e-6, abs=1e-12)


def test_the_g_test_is_scipys_but_for_the_correction():
    table = RNG.integers(50, 90, (2, 20))
    want = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    ratio, p = g_test(table[0], table[1])
    assert ratio == pytest.approx(want.statistic, rel=0.02)
    assert ratio < want.statistic
    assert p == pytest.approx(want.pvalue, rel=0.1)


@pytest.mark.parametrize("test", [g_test, kolmogorov_smirnov])
def test_p_values_of_equal_samples_are_rarely_small(test):
    share = np.arange(1.0, 31.0)
    draws = RNG.multinomial(3000, share / share.sum(), size=(400, 2))
    small = np.mean([test(*pair)[1] < 0.05 for pair in draws])
    assert small < 0.085


def test_cells_empty_in_both_say_nothing():
    assert g_test(np.array([5, 0]), np.array([9, 0])) == (0.0, 1.0)
    assert g_test(np.array([30, 0, 40]), np.array([20, 0, 60])) == g_test(np.array([30, 40]), np.array([20, 60]))


def test_the_index_is_the_books_formula():
    old, new = np.array([100, 300, 600]), np.array([200, 300, 500])
    share, then = (old + 0.5) / 1001.5, (new + 0.5) / 1001.5
    assert psi(old, new, groups=100) == pytest.approx(((then - share) * np.log(then / share)).sum())


def test_the_index_is_finite_where_a_group_is_empty():
    assert 1 < psi(np.array([500, 500, 0]), np.array([0, 0, 1000]), 10) < 20


def test_discoveries_are_those_of_benjamini_and_hochberg():
    p = np.append(RNG.random(40), RNG.random(10) * 1e-3)
    want = stats.false_discovery_control(p) <= 0.05
    np.testing.assert_array_equal(discoveries(p, 0.05), want)
    assert not discoveries(np.array([0.5, 0.9]), 0.05).any()
    assert discoveries(np.empty(0), 0.05).shape == (0,)
