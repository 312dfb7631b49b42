"""A ridge regression that fades is the one over rows that weigh less."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.remember.fading import Fades, refaded
from evercart.remember.growing import Growing
from evercart.remember.lda import Lda
from evercart.remember.ridge import Ridge


def test_it_is_the_solution_of_weighed_rows() -> None:
    rng, ridge = np.random.default_rng(1), 0.3
    rows, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 2))

    def solved(weight: float) -> tuple[np.ndarray, np.ndarray]:
        inverse = np.linalg.inv(weight * rows.T @ rows + ridge * np.eye(5))
        return inverse, weight * inverse @ rows.T @ y

    for one, other in zip(refaded(*solved(1.0), ridge, 0.25), solved(0.25), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10)


@pytest.mark.parametrize("model", [Lda(2, 2), Ridge(2, 2, 8), Growing(2, 16)])
def test_heads_fade(model: object) -> None:
    assert isinstance(model, Fades)
