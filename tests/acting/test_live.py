"""Live actions go on from the log: today's reviews are not spent twice, nor is a chance drawn anew."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import ANY

import numpy as np
import pyarrow as pa
import pytest

from evercart.acting import live
from evercart.acting.actor import Actor, Explore, LetThrough
from evercart.acting.bandit import Bandit
from evercart.acting.learned import Policy
from evercart.acting.learning import Learning
from evercart.acting.live import Acting
from evercart.acting.reviews import Reviews
from evercart.asks.weave import DECISION
from evercart.config import FILE
from evercart.events.actions import APPROVE, DECLINE, REVIEW
from evercart.events.schema import conform
from evercart.features.columns import Column
from evercart.shop import Shop
from evercart.testing.living import Hands
from evercart.units import DAY_US, SECOND_US


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def till(tmp_path, hands: Hands):
    with Shop.open(tmp_path / "till", create=True, clock=hands.clock):
        (tmp_path / "till" / FILE).write_text('name = "till"\napps = ["fraud"]\n')
    with Shop.open(tmp_path / "till", clock=hands.clock) as shop:
        yield shop


def decide(acting: Acting, shop: Shop, hands: Hands, name: str, chance: float, amount: int = 20_000) -> int:
    """Return what is done about a payment, once it is in the log."""
    hands.us += SECOND_US
    action, drawn = acting.act(name, hands.us, chance, amount)
    row = {"id": name, "event_us": hands.us, "kind": DECISION, "app": "fraud", "guess": chance, "amount": amount}
    row |= {"action": action, "chance": drawn}
    table = conform(pa.Table.from_pylist([row]))
    assert shop.log.append(table, hands.us, own=True).added == 1
    return action


def test_a_restart_changes_nothing(till: Shop, hands: Hands) -> None:
    actor, rng = Actor(reviews=Reviews(3)), np.random.default_rng(1)
    one, kept = Acting(actor, "fraud", till.log), list[int]()
    for at in range(60):
        if at % 30 == 0:
            hands.us += DAY_US
        chance, amount = float(rng.uniform(0.05, 0.6)), int(rng.integers(1_000, 30_000))
        done = decide(Acting(actor, "fraud", till.log), till, hands, f"a{at}", chance, amount)
        assert one.act(f"a{at}", hands.us, chance, amount) == (done, 1.0)
        kept.append(done)
    assert 0 < kept[:30].count(REVIEW) <= 3 and 0 < kept[30:].count(REVIEW) <= 3


def test_decisions_of_other_apps_spend_nothing(till: Shop, hands: Hands) -> None:
    actor = Actor(reviews=Reviews(1))
    assert decide(Acting(actor, "other", till.log), till, hands, "a", 0.3) == REVIEW
    row = conform(
        pa.Table.from_pylist(
            [{"id": "x", "event_us": hands.us, "kind": DECISION, "app": "spend", "guess": 3.0, "action": REVIEW}]
        )
    )
    till.log.append(row, hands.us, own=True)
    assert decide(Acting(actor, "spendthrift", till.log), till, hands, "b", 0.3) == REVIEW


def test_who_is_let_through_hangs_on_the_decision_alone(till: Shop) -> None:
    actor = Actor(reviews=Reviews(0), through=LetThrough(1000.0, 0.3, 0.3))

    def drawn(acting: Acting) -> list[tuple[int, float]]:
        return [acting.act(f"p{at}", 5, 0.97, 9_000) for at in range(200)]

    acting = Acting(actor, "fraud", till.log)
    once = drawn(acting)
    assert once == drawn(Acting(actor, "fraud", till.log))
    assert {one for one in once} == {(APPROVE, 0.3), (DECLINE, 0.7)}
    assert 35 < [action for action, _ in once].count(APPROVE) < 85


def test_a_payment_without_an_amount_costs_as_one_of_nothing(till: Shop) -> None:
    acting = Acting(Actor(reviews=Reviews(0)), "fraud", till.log)
    assert acting.act("p", 5, 0.999, None) == (DECLINE, 1.0)
    assert acting.act("q", 5, 0.0, None) == (APPROVE, 1.0)
    assert acting.act("r", 5, 1.0000001, -5) == (DECLINE, 1.0)


def test_a_learned_policy_acts_once_it_may_looked_at_once_a_day(till: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    learning = Learning(("a",), 1.0)
    actor = Actor(reviews=Reviews(0), through=Explore(500.0, 0.1, 0.3), learning=learning)
    bandit = Bandit((3,), replace(actor, through=None))
    found = Policy(bandit, bandit.start().models, "too little", 0, 0, 0, None, None)
    looked = list[tuple]()

    def learned_from(*given: object) -> Policy:
        looked.append(given)
        return found._replace(objection="too little" if len(looked) < 2 else "")

    monkeypatch.setattr(live, "learned_from", learned_from)
    columns, x = (Column("a", slots=3),), np.array([2.0], np.float32)
    acting = Acting(actor, "fraud", till.log, columns)
    one = [acting.act(f"p{at}", 5, 0.97, 9_000, x) for at in range(50)]
    assert (acting.lives, len(looked)) == ("threshold", 1) and looked[0][1:] == ("fraud", columns, ANY, learning)
    other = [acting.act(f"p{at}", 5 + DAY_US, 0.97, 9_000, x) for at in range(50)]
    assert (acting.lives, len(looked)) == ("learned", 2)
    assert one == other  # it has seen nothing: it is the threshold, drawn alike
    assert len({action for action, _ in one}) > 1
