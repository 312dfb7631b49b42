"""A table that is peeked at says what it would say, and is left as it was."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evercart import features
from evercart.events.batch import Events
from evercart.features.table import Table
from evercart.fold import clone, fingerprint
from evercart.testing import Woven
from evercart.units import HOUR_S, SECOND_US

FEATURES = (
    features.Count("order", HOUR_S),
    features.Count("view", 600),
    features.Sum("order", "amount", 2 * HOUR_S),
    features.Mean("order", "quantity", HOUR_S),
    features.Distinct("order", "item", HOUR_S),
    features.Distinct("order", "item", 600),
    features.Distinct("view", "place", 2 * HOUR_S),
    features.Recency("order"),
    features.Recency("order", back=2),
    features.Decayed("order", None, HOUR_S),
    features.Pace(features.Decayed("order", None, HOUR_S, gap_s=600), prior_s=60),
    features.Latest("order", "amount", gap_s=60),
    features.LastItems("view", k=2),
    features.HourOfDay(),
    features.DayOfWeek(),
    features.Hashed(("user",), 64),
    features.HourOfWeek(),
    features.Count("order", HOUR_S).log1p().bucket((0.0, 1.0)),
    features.Minus(features.Count("order", HOUR_S), features.Count("view", 600)),
    features.Times(features.Count("order", HOUR_S), features.Recency("order")),
    features.Ratio(features.Sum("order", "amount", HOUR_S), features.Count("order", HOUR_S)),
    features.Rate(features.Count("order", 600), features.Count("view", 600), prior=0.1, prior_weight=10),
)
DURATIONS = (600 * SECOND_US, HOUR_S * SECOND_US, 2 * HOUR_S * SECOND_US)
STREAM = Woven(("order", "view", "decision"))


@pytest.mark.parametrize("key", [("user",), ("user", "item"), ()])
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(1, 80), place=st.integers(0, 79), later=st.integers(-1, 4))
def test_peek_says_what_step_would_then_nothing_has_moved(
    key: Any, seed: int, size: int, place: int, later: int
) -> None:
    table = Table("all", key, FEATURES)
    batch = STREAM.draw(seed, size, DURATIONS)
    state, _ = table.step(table.start(), batch.rows(slice(0, place)))
    end = int(batch.logged_us[min(place, len(batch)) - 1]) if place else 0
    gap = 0 if later < 0 else (*DURATIONS, 10 * HOUR_S * SECOND_US, 1)[later]
    rows = batch.rows(batch.asked)
    clock = np.full(len(rows), end + gap)
    asked = Events({**rows.columns, "logged_us": clock})
    before = fingerprint(state)
    peeked = table.peek(state, asked)
    assert fingerprint(state) == before
    _, stepped = table.step(clone(state), asked)
    assert peeked.tobytes() == stepped.tobytes()


def test_every_feature_is_peeked_at() -> None:
    def parts(one: Any) -> set[type]:
        inner = [getattr(one, f.name) for f in fields(one)] if is_dataclass(one) else []
        return {type(one)}.union(*(parts(part) for part in inner))

    known = {one for one in vars(features).values() if isinstance(one, type) and is_dataclass(one)}
    abstract = {features.Column, features.Table, features.Number}
    assert known - abstract <= set().union(*(parts(one) for one in FEATURES))


def test_each_question_is_put_alone() -> None:
    table = Table("user", ("user",), (features.Count("order", 10),))
    order = Events.of(kind=[2], logged_us=[0], user=[1], number=[-1])
    state, _ = table.step(table.start(), order)
    asked = Events.of(kind=[7, 7], logged_us=[10**9, 5], user=[1, 1], number=[0, 1])
    assert table.peek(state, asked).tolist() == [[0.0], [1.0]]
