"""L-BFGS reaches the minimum."""

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der

from evercart.evaluate.lbfgs import minimum


def test_against_scipy_on_a_bent_valley():
    start = np.array([0.0, 0.5, 2.0, 0.0])
    found = minimum(lambda x: (float(rosen(x)), rosen_der(x)), start, 500, 1e-8)
    other = minimize(rosen, start, jac=rosen_der, method="L-BFGS-B", options={"gtol": 1e-8, "ftol": 1e-15})
    assert found.x == pytest.approx(np.ones(4), abs=1e-6)
    assert found.slope < 1e-5
    assert found.passes < 2 * other.nfev


def test_a_badly_scaled_bowl():
    scale = np.geomspace(1e-3, 1e3, 30)
    found = minimum(lambda x: (float(0.5 * (scale * x * x).sum()), scale * x), np.ones(30), 5_000, 1e-6)
    assert found.value < 1e-6


def test_passes_are_a_bound():
    calls = []

    def count(x):
        calls.append(1)
        return float(rosen(x)), rosen_der(x)

    found = minimum(count, np.array([-1.2, 1.0]), 7, 1e-8)
    assert len(calls) == found.passes == 7


def test_at_the_minimum_nothing_moves():
    found = minimum(lambda x: (float((x * x).sum()), 2 * x), np.zeros(3), 10, 1e-8)
    assert found.passes == 1
