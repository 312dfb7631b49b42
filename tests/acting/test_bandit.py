"""A bandit begins as the cost threshold, then learns where the stated costs are wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evercart.acting.actor import Actor, Explore
from evercart.acting.bandit import Bandit, Cases
from evercart.acting.costs import DECLINE
from evercart.acting.q_reviews import QReviews
from evercart.acting.reviews import Reviews
from evercart.errors import UserError
from evercart.testing.acted import SLOTS, Payments, outcome, payments, stated

LOG, TEST = payments(1, days=50), payments(2, days=20)
COSTS = stated(LOG)
THRESHOLD = Actor(COSTS, Reviews(20))
BANDIT = Bandit(SLOTS, THRESHOLD)


def _lost(found: Payments, action: np.ndarray) -> float:
    return float(found.lost[np.arange(len(found)), action].mean())


def _learned(bandit: Bandit) -> np.ndarray:
    """Return what a bandit does on other days after it has seen what came of the log's."""
    logger = replace(THRESHOLD, through=Explore())
    acted = logger.step(logger.start(), LOG.risks)[1]
    cases = LOG.settled(acted.action, outcome(LOG, acted.action, 4))
    state, _ = bandit.step(bandit.start(), cases)
    return bandit.step(state, TEST.asked())[1].acted.action


def test_who_has_seen_nothing_is_the_cost_threshold() -> None:
    chosen = BANDIT.step(BANDIT.start(), TEST.asked())[1]
    plain = THRESHOLD.step(THRESHOLD.start(), TEST.risks)[1]
    assert (chosen.acted.action == plain.action).mean() > 0.9999  # but for sums that a rounding parts


def test_it_comes_to_lose_less_than_the_threshold() -> None:
    plain = _lost(TEST, THRESHOLD.step(THRESHOLD.start(), TEST.risks)[1].action)
    best = _lost(TEST, TEST.lost.argmin(1))
    learned = _lost(TEST, _learned(BANDIT))
    assert best < learned < plain - 0.3 * (plain - best)
    by_q = _lost(TEST, _learned(Bandit(SLOTS, Actor(COSTS, QReviews(20)))))
    assert by_q < plain - 0.3 * (plain - best)


def test_who_believes_the_stated_costs_firmly_learns_little() -> None:
    firm = _learned(replace(BANDIT, ridge=1e12))
    assert (firm == THRESHOLD.step(THRESHOLD.start(), TEST.risks)[1].action).mean() > 0.99


def test_declining_loses_nothing_beside_itself() -> None:
    assert (BANDIT.step(BANDIT.start(), TEST.asked())[1].lost[:, DECLINE] == 0).all()


def _one(**changes: object) -> Cases:
    cases = LOG.rows(slice(1)).settled(np.zeros(1, np.int64), np.zeros(1))
    return replace(cases, **changes)


def test_what_makes_no_sense() -> None:
    with pytest.raises(UserError, match=r"^bandit\.lost: expected finite numbers, got \[nan\]$"):
        BANDIT.step(BANDIT.start(), _one(lost=np.full(1, np.nan)))
    with pytest.raises(UserError, match=r"^bandit\.slot: expected 0 to 3, got \[4\]$"):
        BANDIT.step(BANDIT.start(), _one(slot=np.array([[4, 0, 0, 0]])))
    with pytest.raises(UserError, match=r"^bandit\.slots: expected at least 1 each, got \(2, 0\)$"):
        Bandit((2, 0))
