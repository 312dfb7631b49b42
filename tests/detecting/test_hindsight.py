"""What acting would have cost: over later payments, by their own amounts, by the shop's costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evercart.acting.actor import Actor
from evercart.acting.costs import Costs
from evercart.acting.reviews import Reviews
from evercart.apps import app as app_of
from evercart.detecting.hindsight import Amounts, asks_before_payments, hindsight
from evercart.evaluate.scored import Scored
from evercart.events.batch import Events
from evercart.labels.turns import ASKED, Turns
from evercart.units import DAY_US, MISSING

FRAUD = app_of("fraud")
PAYMENT, DECISION, OTHER = 21, 7, 2


def test_amounts_are_those_of_the_rows() -> None:
    amounts = Amounts()
    parts = [
        Events.of(kind=[PAYMENT, OTHER, DECISION], offset=[3, 4, 5], amount=[100, 7, 300]),
        Events.of(kind=[PAYMENT], offset=[9], amount=[MISSING]),
    ]
    assert list(amounts.noted(iter(parts))) == parts
    assert amounts.at(np.array([5, 3, 9, 4, 99])).tolist() == [300, 100, 0, 0, 0]


def made(n: int = 200) -> tuple[Turns, Scored, Amounts]:
    rng = np.random.default_rng(1)
    number, never = np.arange(n), np.full(n, np.nan)
    y = (rng.random(n) < 0.1).astype(np.float64)
    guess = np.clip(0.8 * y + 0.1 * rng.random(n), 0, 1)
    us, offset, key = number * DAY_US // 10, 3 * number, np.ones(n, np.uint64)
    none, what = np.zeros((n, 1), np.float32), np.full(n, ASKED, np.int8)
    turns = Turns(what, number, offset, us, number, never, never, np.ones(n), key, none)
    amounts = Amounts()
    list(amounts.noted(iter([Events.of(kind=np.full(n, PAYMENT), offset=offset, amount=np.full(n, 1000))])))
    return turns, Scored(number, us, y, key, np.zeros(n, np.int16), guess[:, None]), amounts


def test_costs_of_the_later_payments() -> None:
    turns, scored, amounts = made()
    since_us = 5 * DAY_US
    later = scored.us > since_us
    found = hindsight(FRAUD, turns, scored, amounts, since_us)
    frauds = int(scored.y[later].sum())
    assert found["payments"] == later.sum() and found["stated"] is False
    assert found["approve_all"]["cost_minor"] == pytest.approx(frauds * 3500)
    assert found["decline_above_half"]["decline"] == frauds and found["decline_above_half"]["cost_minor"] == 0
    own = replace(FRAUD, acts=Actor(Costs(fraud_minor=0), Reviews(0)))
    stated = hindsight(own, turns, scored, amounts, since_us)
    assert stated["stated"] and stated["approve_all"]["cost_minor"] == pytest.approx(frauds * 1000)
    assert stated["least_cost"]["review"] == 0 and stated["assumed"]["reviews_a_day"] == 0


def test_of_other_apps_of_no_later_payment_there_is_nothing() -> None:
    turns, scored, amounts = made()
    assert hindsight(FRAUD, turns, scored, amounts, int(scored.us[-1])) == {}
    assert not asks_before_payments(app_of("spend")) and asks_before_payments(FRAUD)
    assert hindsight(app_of("spend"), turns, scored, amounts, 0) == {}
