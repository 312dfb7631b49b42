"""Gamma-gamma finds the truth again, draws a shopper's mean towards that of all."""

from __future__ import annotations

import numpy as np
import pytest
from living import SPENDING

from evercart.learners.lifetime import spending
from evercart.learners.lifetime.lifetime import fit


def test_the_true_parameters_are_found_again() -> None:
    rng = np.random.default_rng(2)
    p, q, gamma = SPENDING
    visits, own = rng.integers(1, 20, 5_000).astype(float), rng.gamma(q, 1 / gamma, 5_000)
    mean = rng.gamma(p * visits, 1 / own) / visits
    prior = (4.0, 4.0, 3 * float(mean.mean()))
    found = fit(lambda at: spending.loss(at, visits, mean), prior, np.array(prior))
    np.testing.assert_allclose(found, SPENDING, rtol=0.15)
    each = np.array([spending.worth(found, *one) for one in zip(visits, mean, strict=True)])
    assert each.mean() == pytest.approx((p / own).mean(), rel=0.02)
    assert ((each - p / own) ** 2).mean() < ((mean - p / own) ** 2).mean()


def test_until_it_is_known_a_shopper_s_own_mean_stands() -> None:
    assert spending.worth(np.zeros(3), 2.0, 7.5) == 7.5
    assert spending.worth(SPENDING, 1e9, 7.5) == pytest.approx(7.5)
