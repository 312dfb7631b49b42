"""A policy is learned from draws; it acts only where the log proves that it loses less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evercart.acting.actor import Actor, Explore
from evercart.acting.costs import APPROVE, CHALLENGE, DECLINE, Costs
from evercart.acting.learned import LEARNED, THRESHOLD, Policy, learned
from evercart.acting.learning import Learning
from evercart.acting.lived import Lived
from evercart.acting.reviews import Reviews
from evercart.testing.acted import SLOTS, Payments, payments
from evercart.units import DAY_S

WRONG = Costs(challenge_loses=0.6, challenge_stops=0.1)  # stated; really few give up, most frauds fail
TRUE = replace(WRONG, challenge_loses=0.02, challenge_stops=0.9)
LEARNING = Learning((), 7 * DAY_S)


def log(seed: int, days: int, actor: Actor, true: Costs = TRUE) -> tuple[Lived, Payments]:
    """Return the decisions of an actor who states some costs where others are true."""
    found = payments(seed, days, a_day=300)
    acted = replace(actor, seed=seed).step(actor.start(), found.risks)[1]
    rng = np.random.default_rng(seed)
    bad = rng.random(len(found)) < found.chance
    stops = np.where(bad, true.challenge_stops, true.challenge_loses)
    made = np.where(acted.action == CHALLENGE, rng.random(len(found)) >= stops, acted.action != DECLINE)
    yes = np.ones(len(found), np.bool_)
    told = (made, (bad & made).astype(np.int64), ~yes, yes)
    return Lived(found.place, found.us, found.chance, found.amount, acted.action, acted.chance, *told), found


def policy(found: Lived, actor: Actor, slot: np.ndarray | None = None) -> Policy:
    slot = np.zeros((len(found), 0), np.int64) if slot is None else slot
    return learned(found, slot, SLOTS if slot.shape[1] else (), actor, LEARNING)


DRAWS = Actor(WRONG, Reviews(0), Explore(100.0, 0.02))


@pytest.fixture(scope="module")
def told() -> Policy:
    return policy(log(1, 60, DRAWS)[0], DRAWS)


def test_one_that_is_proved_better_acts(told: Policy) -> None:
    assert (told.lives, told.objection, told.unseen) == (LEARNED, "", 0)
    low, high = told.gain.interval()
    assert 0 < told.sure < low < told.gain.mean < high and told.gain.groups == 60
    assert 0 < told.differs < told.decisions
    said = told.summary()
    assert said["acts"] == "learned" and said["low"] == low and said["days"] == 60


def test_what_it_gains_is_true(told: Policy) -> None:
    """On other days, by what is true of each action."""
    found = payments(77, 40, a_day=300)
    rows = np.arange(len(found))
    bad = found.chance * (found.amount + WRONG.fraud_minor)
    good = (1 - found.chance) * (WRONG.margin * found.amount + WRONG.insult_minor)
    asked = TRUE.challenge_minor + (1 - TRUE.challenge_stops) * bad - (1 - TRUE.challenge_loses) * good
    truth = np.stack([bad - good, asked, 0 * bad + 1e9, 0 * bad], 1)
    threshold = replace(DRAWS, through=None).step(DRAWS.start(), found.risks)[1].action
    cases = found.asked()
    cases = replace(cases, slot=np.zeros((len(cases), 0), np.int64))
    known = told.bandit.start()._replace(models=told.models)
    other = told.bandit.step(known, cases)[1].acted.action
    gained = (truth[rows, threshold] - truth[rows, other]).mean()
    assert gained > 0 and told.gain.interval(0.999)[0] < 1.5 * gained


def test_without_draws_the_log_cannot_tell() -> None:
    plain = replace(DRAWS, through=None)
    mixed = log(2, 40, DRAWS)[0]
    half = np.arange(len(mixed)) < len(mixed) // 2
    threshold = log(2, 40, plain)[0]
    found = replace(
        mixed,
        **{
            name: np.where(half, getattr(mixed, name), getattr(threshold, name)) for name in ("action", "made", "fraud")
        },
        drawn=np.where(half, mixed.drawn, 1.0),
    )
    told = policy(found, plain)
    assert told.lives == THRESHOLD and told.unseen > 0
    assert told.objection == (
        f"chances of actions: expected draws of what either policy would do, got 'none for {told.unseen:,}'"
    )
    nothing = policy(threshold, plain)
    assert nothing.lives == THRESHOLD


def test_few_days_prove_nothing() -> None:
    told = policy(log(3, 5, DRAWS)[0], DRAWS)
    assert told.objection == "gain off policy: expected that of at least 20 groups, got 5"


def test_no_decisions() -> None:
    found = log(3, 1, DRAWS)[0]
    told = policy(replace(found, closed=np.zeros(len(found), np.bool_)), DRAWS)
    assert told.objection == "live decisions: expected some of which nothing more is waited for, got 'none'"
    assert told.summary()["gain_minor"] is None and told.lives == THRESHOLD


def test_a_context_is_learned_too() -> None:
    found, truth = log(4, 30, DRAWS)
    told = policy(found, DRAWS, truth.slot)
    assert told.decisions == len(found) and told.bandit.slots == SLOTS
    assert APPROVE == 0
