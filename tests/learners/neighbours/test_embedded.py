"""Candidates by learned vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.asks.each import After
from evercart.chance import uniform
from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.fold import fingerprint
from evercart.learners.neighbours.embedded import TRAITS, Embedded
from evercart.units import DAY_US, SECOND_US

DAY_S = 86_400.0


def clicked(sessions: int) -> Events:
    """Return sessions of three clicks, each within one of five circles of eight items."""
    session = np.repeat(np.arange(sessions), 3)
    circle = (uniform(1, session, "circle") * 5).astype(np.int64)
    item = 1 + 8 * circle + (uniform(1, np.arange(len(session)), "item") * 8).astype(np.int64)
    us = np.arange(len(session)) * SECOND_US
    zero = np.zeros(len(session))
    return Events.of(kind=zero + 1, logged_us=us, session=session + 1, item=item, category=zero)


def woven(events: Events) -> Events:
    asks = After("view", ("session", "item"))
    return asks.step(asks.start(), events)[1]


def question(session: int, item: int, us: int) -> Events:
    return Events.of(kind=[7], logged_us=[us], session=[session], item=[item], category=[0], number=[0])


def test_items_of_the_same_circle_are_offered_first() -> None:
    events = clicked(800)
    _, out = Embedded(width=8, near=8).step(Embedded(width=8, near=8).start(), woven(events))
    late = out.rows((out.question > 1500) & (out.rank < 5))
    same = (late.item.astype(np.int64) - 1) // 8 == (events["item"][late.question].astype(np.int64) - 1) // 8
    assert same.mean() > 0.9
    assert not (late.item == events["item"][late.question]).any()
    best = late.rows(late.rank == 0)
    assert (best.x[:, TRAITS.index("fit_of_best")] == 1.0).all()
    assert np.isclose(best.x[:, TRAITS.index("fit")], best.score).all()


def test_the_unseen_get_nothing_or_the_neighbours_of_the_item_asked_about() -> None:
    fold, events = Embedded(width=8, near=8), clicked(100)
    state, _ = fold.step(fold.start(), woven(events))
    now = int(events.logged_us[-1])
    assert len(fold.peek(state, question(9999, 0, now))) == 0
    assert len(fold.peek(state, question(9999, 9999, now))) == 0
    assert len(fold.peek(state, question(9999, int(events["item"][0]), now))) > 0


def test_peeking_says_what_a_step_would_then_nothing_has_moved() -> None:
    fold, events = Embedded(width=8, near=8, keep_s=5 * DAY_S, path_s=DAY_S), clicked(50)
    rows = woven(events)
    state, _ = fold.step(fold.start(), rows)
    before = fingerprint(state)
    for day in (0.5, 2.0, 9.0):
        asked = question(50, int(events["item"][-1]), round(day * DAY_US))
        found = fold.peek(state, asked)
        again, _ = fold.step(fold.start(), rows)
        wanted = fold.step(again, asked)[1]
        assert (found.item.tolist(), found.x.tolist()) == (wanted.item.tolist(), wanted.x.tolist())
        assert fingerprint(state) == before
    with pytest.raises(UserError, match=r"^embedded.peek: expected questions alone, got '150 other rows'$"):
        fold.peek(state, rows)


def test_memory_is_bounded() -> None:
    fold = Embedded(width=4, near=2, most=10, most_paths=5)
    state, _ = fold.step(fold.start(), woven(clicked(100)))
    assert state.table.items.keys.live <= 11
    assert state.paths.keys.keys.live == 5


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"width": 0}, "embedded.width: expected 1 to 512, got 0"),
        ({"near": 0}, "embedded.near: expected 1 to 300, got 0"),
        ({"rate": 0}, "embedded.rate: expected more than 0, got 0"),
        ({"samples": 0}, "embedded.samples: expected 1 to 1000, got 0"),
        ({"by": "amount"}, "embedded.by: expected a hashed column, got 'amount'"),
    ],
)
def test_settings_that_make_no_sense(given: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as caught:
        Embedded(**given)
    assert str(caught.value) == text
