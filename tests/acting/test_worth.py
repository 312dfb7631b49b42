"""What acting saved is told without bias where actions were drawn; where nothing was drawn that is told, too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evercart.acting.actor import Actor, Explore, LetThrough
from evercart.acting.costs import ACTIONS, APPROVE, DECLINE, Costs
from evercart.acting.lived import Lived
from evercart.acting.reviews import Reviews
from evercart.acting.worth import worth
from evercart.testing.acted import payments, stated

COSTS = stated(payments(900, 60))


def log(seed: int, actor: Actor, days: int = 40) -> tuple[Lived, object]:
    """Return decisions whose losses are those of the simulation, of approved frauds in full."""
    found = payments(seed, days)
    acted = replace(actor, seed=seed).step(actor.start(), found.risks)[1]
    rng = np.random.default_rng(seed)
    bad = (rng.random(len(found)) < found.fraud).astype(np.int64)
    made = acted.action == APPROVE
    yes = np.ones(len(found), np.bool_)
    told = (made, bad, ~yes, yes)
    return Lived(found.place, found.us, found.chance, found.amount, acted.action, acted.chance, *told), found


def test_approving_all_is_told_without_bias() -> None:
    actor = Actor(Costs(), Reviews(0), LetThrough(200.0, 0.05))
    found, truth = log(3, actor)
    told = {one.name: one for one in worth(found, actor).beside}
    each = np.where(truth.fraud > -1, truth.fraud * (truth.amount + 2500.0), 0)
    each = each - (1 - truth.fraud) * (0.2 * truth.amount + 500)
    saved = each.mean() - found.lost(Costs()).mean()
    one = told["approve_all"]
    assert one.low < saved < one.high and one.seen == 1.0


def test_what_had_no_chance_is_told() -> None:
    actor = Actor(Costs(), Reviews(0))
    found, _ = log(4, actor, days=5)
    told = {one.name: one for one in worth(found, actor).beside}
    assert told["approve_all"].seen == pytest.approx((found.action == APPROVE).mean())
    assert told["least_cost"].saved == pytest.approx(0, abs=1e-9) and told["least_cost"].seen == 1.0


def test_counts_and_cost() -> None:
    actor = Actor(Costs(), Reviews(0), Explore())
    found, _ = log(5, actor, days=3)
    half = replace(found, closed=np.arange(len(found)) < 1000)
    said = worth(half, actor)
    assert (said.decisions, said.closed, said.days) == (len(found), 1000, len(np.unique(found.day[:1000])))
    assert said.actions == {name: int((found.action == at).sum()) for at, name in enumerate(ACTIONS)}
    assert said.frauds == int((found.made & (found.fraud == 1))[:1000].sum()) and said.cost_minor > 0
    assert said.summary()["beside"][0]["name"] == "approve_all"
    none = worth(replace(found, closed=np.zeros(len(found), np.bool_)), actor)
    assert (none.closed, none.beside, none.cost_minor) == (0, (), 0.0)


def test_declining_all_costs_what_declining_costs() -> None:
    actor = Actor(Costs(), Reviews(0))
    found, _ = log(6, actor, days=2)
    all_declined = replace(found, action=np.full(len(found), DECLINE), made=np.zeros(len(found), np.bool_))
    said = worth(all_declined, actor)
    turned = (1 - found.guess) * (0.2 * found.amount + 500)
    assert said.cost_minor == pytest.approx(turned.sum()) and said.frauds == 0
