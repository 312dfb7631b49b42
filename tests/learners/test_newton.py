"""Newton's step on squares is ridge regression over all labels so far; its logistic one comes near a batch fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.labels.turns import ABANDONED, CORRECTION, SETTLED, Turns
from evercart.learners.newton import Curved, Newton
from evercart.learners.prequential import prequential

COLUMNS = (Column("a"), Column("slot", slots=9), Column("b"))


def drawn(rows: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return X, slots among it, with two numbers that go together; the sums they make."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=rows)
    x = np.column_stack([a, rng.integers(0, 9, rows), a + 0.1 * rng.normal(size=rows)]).astype(np.float32)
    return x, 2.0 + x[:, 0] - 3.0 * x[:, 2] + 0.3 * rng.normal(size=rows)


def ridge(x: NDArray[np.float32], y: NDArray[np.float64], pull: float, weight: Any = 1.0) -> NDArray[np.float64]:
    """Return the closed form, the bias last."""
    z = np.column_stack([x[:, 0], x[:, 2], np.ones(len(x))]).astype(np.float64)
    weighed = z * np.broadcast_to(weight, len(z))[:, None]
    solved: NDArray[np.float64] = np.linalg.solve(weighed.T @ z + pull * np.eye(3), weighed.T @ y)
    return solved


def learned(learner: Newton, turns: Turns) -> Curved:
    return learner.step(learner.start(), turns)[0]


def test_squares_are_ridge_regression() -> None:
    x, y = drawn(300, seed=1)
    turns = prequential(x, y)
    weight = np.where(np.arange(600) % 4 == 1, 0.5, 2.0)
    object.__setattr__(turns, "weight", weight)
    state = learned(Newton(COLUMNS, ridge=7.0), turns)
    np.testing.assert_allclose(state.weights, ridge(x, y, 7.0, weight[1::2]), rtol=1e-9)
    np.testing.assert_array_equal(state.inverse, state.inverse.T)


def test_each_guess_is_the_ridge_regression_of_what_was_before() -> None:
    x, y = drawn(40, seed=2)
    guesses = Newton(COLUMNS).step(Newton(COLUMNS).start(), prequential(x, y))[1][0::2]
    for row in (0, 1, 17, 39):
        w = ridge(x[:row], y[:row], 1.0)
        assert guesses[row] == pytest.approx(x[row, 0] * w[0] + x[row, 2] * w[1] + w[2], rel=1e-6, abs=1e-6)


def test_a_correction_leaves_what_the_right_label_would_have() -> None:
    x, y = drawn(50, seed=3)
    wrong = y.copy()
    wrong[20] += 40.0
    turns = prequential(np.concatenate([x, x[20:21]]), np.append(wrong, y[20]))
    turns.what[-1], turns.was[-1] = CORRECTION, wrong[20]
    state = learned(Newton(COLUMNS), turns)
    np.testing.assert_allclose(state.weights, ridge(x, y, 1.0), rtol=1e-7)


def test_what_was_abandoned_teaches_nothing_and_holes_count_as_zero() -> None:
    x, y = drawn(30, seed=4)
    x[5, 0] = np.nan
    filled = np.nan_to_num(x)
    turns = prequential(np.concatenate([x, x[:1]]), np.append(y, np.nan))
    turns.what[-1], turns.weight[-1] = ABANDONED, 0.0
    assert (turns.what[1:-1:2] == SETTLED).all()
    np.testing.assert_allclose(learned(Newton(COLUMNS), turns).weights, ridge(filled, y, 1.0), rtol=1e-9)


def test_logistic_comes_near_the_batch_fit() -> None:
    rng = np.random.default_rng(5)
    x, _ = drawn(20_000, seed=5)
    chance = 1.0 / (1.0 + np.exp(-(0.5 + 2.0 * x[:, 0] - 2.5 * x[:, 2])))
    y = (rng.random(len(x)) < chance).astype(np.float64)
    guesses = Newton(COLUMNS, "logistic").step(Newton(COLUMNS, "logistic").start(), prequential(x, y))[1][0::2]
    late = slice(2_000, None)
    assert float(np.mean((guesses[late] - chance[late]) ** 2)) < 2e-4


def test_reads_the_named_numbers_only() -> None:
    x, y = drawn(60, seed=6)
    state = learned(Newton(COLUMNS, use=("b",)), prequential(x, y))
    x[:, 0] = 99.0
    assert learned(Newton(COLUMNS, use=("b",)), prequential(x, y)).weights.tobytes() == state.weights.tobytes()


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"loss": "hinge"}, "newton.loss: expected squared or logistic, got 'hinge'"),
        ({"ridge": 0.0}, "newton.ridge: expected more than 0 and finite, got 0.0"),
        ({"use": ("slot",)}, "column slot: expected a number column, got 'a slot column'"),
    ],
)
def test_bad_settings_are_refused(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{text}$"):
        Newton(COLUMNS, **wrong)
