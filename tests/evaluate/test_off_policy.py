"""Another ranker's hit rate, from lists that were drawn."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.off_policy import Estimate, hit_rate
from evercart.learners.policies.explore import Draw, Explore, Softmax, Uniform
from evercart.learners.policies.policy import Policy
from evercart.learners.policies.slate import Asked

ITEMS = np.arange(1, 13).astype(np.uint64)
K = 4


def _simulated(draw: Draw, seed: int, questions: int) -> tuple[Estimate, float, float]:
    """Return the estimate for a better ranker, the truth about it, the plain share of hits of what was shown.

    Each question has one item that is taken if it is shown; the ranker that shows knows little of it.
    """
    rng = np.random.default_rng(seed)
    wanted = rng.integers(1, 13, questions).astype(np.uint64)
    better, shown, chance = (np.zeros((questions, K), dtype) for dtype in (np.uint64, np.uint64, np.float64))
    policy = Policy((Explore((1, 2, 3, 4), draw),), k=K, seed=seed)
    for number in range(questions):
        is_it = wanted[number] == ITEMS
        one = policy.show(ITEMS, 0.5 * is_it + rng.normal(size=12), Asked(number))
        shown[number], chance[number] = one.item, one.chance
        better[number] = ITEMS[np.argsort(-(2.0 * is_it + rng.normal(size=12)))[:K]]
    taken = np.where((shown == wanted[:, None]).any(axis=1), wanted, np.uint64(0))
    truth = float((better == wanted[:, None]).any(axis=1).mean())
    return hit_rate(shown, chance, taken, better), truth, float((taken != 0).mean())


@pytest.mark.parametrize("draw", [Uniform(0.5), Softmax(1.0, least=0.3)])
def test_the_estimate_is_without_bias(draw: Draw) -> None:
    found = [_simulated(draw, seed, 300) for seed in range(12)]
    error = np.array([estimate.mean - truth for estimate, truth, _ in found])
    assert abs(error.mean()) < 3 * error.std(ddof=1) / np.sqrt(len(error))
    plain = np.array([shown - truth for _, truth, shown in found])
    assert plain.mean() < -0.1  # what was shown itself is far worse: nothing was copied from it
    covered = [estimate.low <= truth <= estimate.high for estimate, truth, _ in found]
    assert sum(covered) >= 9
    assert all(20 < estimate.effective < 300 for estimate, _, _ in found)


def test_without_exploration_the_own_list_is_its_plain_hit_rate() -> None:
    shown = np.array([[1, 2], [3, 4], [5, 0]], np.uint64)
    sure, taken = np.ones((3, 2)), np.array([2, 9, 0], np.uint64)
    assert hit_rate(shown, sure, taken, shown).mean == 1 / 3
    assert hit_rate(shown, sure, taken, np.array([[7], [7], [7]], np.uint64)).mean == 0.0


def test_what_makes_no_sense() -> None:
    one = np.array([[1]], np.uint64)
    with pytest.raises(UserError, match=r"^off_policy\.chance: expected above 0 to 1, got 0\.0$"):
        hit_rate(one, np.zeros((1, 1)), one[0], one)
    with pytest.raises(UserError, match=r"^off_policy\.questions: expected at least one, got 0$"):
        hit_rate(one[:0], np.zeros((0, 1)), one[0, :0], one[:0])
