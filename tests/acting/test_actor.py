"""What is let through is drawn with the chance that is logged."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.acting.actor import Actor, Explore, LetThrough, Risks, label_weights
from evercart.acting.costs import APPROVE, CHALLENGE, DECLINE, REVIEW, Costs, cheapest, expected_costs
from evercart.acting.reviews import Reviews
from evercart.errors import UserError
from evercart.fold import fingerprint
from evercart.units import DAY_US

N = 20_000
RNG = np.random.default_rng(5)
RISKS = Risks(
    np.arange(N), np.sort(RNG.integers(0, 5 * DAY_US, N)), RNG.beta(0.2, 1.0, N), RNG.lognormal(8, 1, N).astype(int)
)
ACTOR = Actor(through=LetThrough(200.0, 0.01, 0.5), seed=3)


def test_with_time_for_all_reviews_it_is_the_cheapest_action() -> None:
    acted = Actor(reviews=Reviews(N)).step(Reviews(N).start(), RISKS)[1]
    np.testing.assert_array_equal(acted.action, cheapest(RISKS.chance, RISKS.amount, Costs()))
    assert (acted.chance == 1).all()


def test_without_reviews_the_next_best_is_taken() -> None:
    acted = Actor(reviews=Reviews(0)).step(Reviews(0).start(), RISKS)[1]
    assert set(acted.action.tolist()) == {APPROVE, CHALLENGE, DECLINE}


def test_the_chance_logged_is_the_chance_drawn() -> None:
    acted = ACTOR.step(ACTOR.start(), RISKS)[1]
    stopped = (acted.wished == DECLINE) | (acted.wished == CHALLENGE)
    let = acted.action != acted.wished
    assert (acted.action[let] == APPROVE).all()
    assert not let[~stopped].any()
    assert (acted.chance[~stopped] == 1).all()
    chance = np.where(let, acted.chance, 1 - acted.chance)[stopped]
    assert (chance >= 0.01).all() and (chance <= 0.5).all()
    for low, high in ((0.01, 0.02), (0.02, 0.1), (0.1, 0.5), (0.49, 0.51)):
        some = (chance >= low) & (chance < high)
        error = np.sqrt(chance[some].sum()) / some.sum()
        assert abs(let[stopped][some].mean() - chance[some].mean()) < 4 * error


def test_each_action_is_explored_with_the_chance_logged() -> None:
    explore = Explore(100.0, 0.01, 0.2)
    acted = Actor(through=explore, seed=4).step(ACTOR.start(), RISKS)[1]
    chances = explore.chances(expected_costs(RISKS.chance, RISKS.amount, Costs()), acted.wished)
    np.testing.assert_allclose(chances.sum(1), 1.0)
    np.testing.assert_array_equal(acted.chance, chances[np.arange(N), acted.action])
    for action in range(4):
        each = acted.action == action
        assert abs(each.sum() - chances[:, action].sum()) < 4 * np.sqrt((chances * (1 - chances))[:, action].sum() + 1)
    other = chances[acted.wished != REVIEW][:, REVIEW]
    assert (other == 0.01).all()
    assert (chances[acted.wished != DECLINE][:, DECLINE] == 0).all()


def test_weighed_labels_add_up_to_all_labels() -> None:
    label = (RNG.random(N) < RISKS.chance).astype(float)
    found, plain = [], []
    for seed in range(30):
        acted = Actor(through=ACTOR.through, seed=seed).step(ACTOR.start(), RISKS)[1]
        found.append((label_weights(acted) * label).sum())
        plain.append((label_weights(acted) > 0) @ label)
    assert abs(np.mean(found) - label.sum()) < 3 * np.std(found) / np.sqrt(30)
    assert np.mean(plain) < 0.7 * label.sum()


def test_reviewed_labels_count_once_challenged_ones_do_not() -> None:
    acted = ACTOR.step(ACTOR.start(), RISKS)[1]
    weights = label_weights(acted)
    assert (weights[acted.action == REVIEW] == 1).all()
    assert (weights[(acted.action == CHALLENGE) | (acted.action == DECLINE)] == 0).all()


def test_however_cut_it_does_the_same() -> None:
    whole, acted = ACTOR.step(ACTOR.start(), RISKS)
    state, parts = ACTOR.start(), []
    for first in range(0, N, 777):
        state, part = ACTOR.step(state, RISKS.rows(slice(first, first + 777)))
        parts.append(part)
    for at, column in enumerate(acted):
        np.testing.assert_array_equal(np.concatenate([part[at] for part in parts]), column)
    assert fingerprint(state) == fingerprint(whole)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((-1.0, 0.1, 0.5), "let_through.spend_minor: expected at least 0, got -1.0"),
        (
            (1.0, 0.0, 0.5),
            "let_through.least, most: expected more than 0, least up to most, less than 1, got (0.0, 0.5)",
        ),
    ],
)
def test_wrong_chances_are_told(given: tuple[float, float, float], text: str) -> None:
    with pytest.raises(UserError) as caught:
        LetThrough(*given)
    assert str(caught.value) == text
