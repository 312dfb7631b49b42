"""The simplex finds valleys, the same ones each time."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.learners.lifetime.simplex import Point, lowest


def rosenbrock(at: Point) -> float:
    return float(100 * (at[1] - at[0] ** 2) ** 2 + (1 - at[0]) ** 2)


def test_a_bent_valley() -> None:
    found = lowest(rosenbrock, np.array([-1.2, 1.0]), 0.5, most=1_000, near=1e-12)
    assert found == pytest.approx([1, 1], abs=1e-4)
    assert (lowest(rosenbrock, np.array([-1.2, 1.0]), 0.5, most=1_000, near=1e-12) == found).all()


def test_it_stops_in_time() -> None:
    calls: list[int] = []

    def counted(at: Point) -> float:
        calls.append(1)
        return rosenbrock(at)

    lowest(counted, np.zeros(2), 0.5, most=20)
    assert 20 <= len(calls) <= 24
