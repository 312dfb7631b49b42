"""Boosted trees learn on, forget, never fall where they must not."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.fold import fingerprint, pack, unpack
from evercart.labels.turns import ASKED, CORRECTION, SETTLED, Turns
from evercart.learners.boosted import Boosted
from evercart.learners.reasons.parts import parts

pytest.importorskip("lightgbm")
COLUMNS = (Column("rate"), Column("amount"), Column("hour", slots=24))
SMALL = Boosted(COLUMNS, every=500, memory=2_000, keep=0.5, rounds=5, most=40, leaves=6, rate=0.2, least=20)


def turns(x: Any, y: Any, what: int = SETTLED, first: int = 0, was: float = np.nan) -> Turns:
    """Return rows as turns, a tick each."""
    rows = len(x)
    at, never = first + np.arange(rows), np.full(rows, was)
    y, one = np.asarray(y, float), np.ones(rows)
    x = np.asarray(x, np.float32)
    return Turns(np.full(rows, what, np.int8), at, at, at, at, y, never, one, np.zeros(rows, np.uint64), x)


def drawn(rows: int, seed: int, sign: float = 1.0) -> tuple[Any, Any]:
    """Return rows of which one in nine or so says yes: where a rate is high, or where an amount is odd."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.random((rows, 2)), rng.integers(0, 24, rows)]).astype(np.float32)
    odds = 6 * sign * (x[:, 0] - 0.5) + 4 * (np.abs(x[:, 1] - 0.5) > 0.4) - 3.5
    return x, (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(float)


def asked(x: Any) -> Turns:
    return turns(x, np.full(len(x), np.nan), ASKED)


def test_it_learns_what_no_straight_line_can_say_with_right_chances() -> None:
    state, _ = SMALL.step(SMALL.start(), turns(*drawn(8_000, 1)))
    x, y = drawn(4_000, 2)
    said = SMALL.peek(state, asked(x))
    assert 20 <= state.trees[0] <= 40
    assert np.mean(said[y == 1]) > 2.5 * np.mean(said[y == 0])
    assert said.mean() == pytest.approx(y.mean(), rel=0.25)  # though half of those that say no were left out


def test_before_there_are_trees_it_says_how_often_it_was_yes() -> None:
    state, guesses = SMALL.step(SMALL.start(), asked(np.zeros((2, 3))))
    assert guesses.tolist() == [0.5, 0.5]
    state, _ = SMALL.step(state, turns(np.zeros((9, 3)), [1, 0, 0, 0, 0, 0, 0, 0, 0]))
    assert SMALL.peek(state, asked(np.zeros((1, 3)))).tolist() == [pytest.approx(0.15)]


def test_what_must_not_fall_does_not() -> None:
    rng = np.random.default_rng(3)
    x, y = drawn(8_000, 1)
    y = np.where(rng.random(len(y)) < 0.3, 1 - y, y)  # noise that makes plain trees go up and down
    held = replace(SMALL, rising=("rate",), falling=("amount",), least=2)
    state, _ = held.step(held.start(), turns(x, y))
    plain, _ = replace(SMALL, least=2).step(SMALL.start(), turns(x, y))
    steps = np.linspace(0, 1, 200)
    by_rate = np.column_stack([steps, np.full(200, 0.5), np.full(200, 3)])
    by_amount = by_rate[:, [1, 0, 2]]
    assert (np.diff(held.peek(state, asked(by_rate))) >= 0).all()
    assert (np.diff(held.peek(state, asked(by_amount))) <= 0).all()
    assert (np.diff(SMALL.peek(plain, asked(by_rate))) < 0).any()


def test_the_past_is_forgotten() -> None:
    state, _ = SMALL.step(SMALL.start(), turns(*drawn(6_000, 4)))
    state, _ = SMALL.step(state, turns(*drawn(6_000, 5, sign=-1.0), first=6_000))
    low, high = SMALL.peek(state, asked([[0.1, 0.5, 0], [0.9, 0.5, 0]]))
    assert low > 2 * high
    assert state.trees[0] <= 40
    assert len(state.model) < 40 * 6 * 200 + 4_000


def test_it_is_packed_mid_way_without_a_trace() -> None:
    whole, _ = SMALL.step(SMALL.start(), turns(*drawn(1_300, 6)))
    x, y = drawn(1_300, 6)
    half, _ = SMALL.step(SMALL.start(), turns(x[:700], y[:700]))
    half = unpack(SMALL.start(), pack(half))
    half, _ = SMALL.step(half, turns(x[700:], y[700:], first=700))
    assert fingerprint(half) == fingerprint(whole)


def test_a_later_word_takes_the_place_of_the_earlier_one() -> None:
    x, y = drawn(40, 7)
    every = replace(SMALL, keep=1.0)
    state, _ = every.step(every.start(), turns(x, y))
    state, _ = every.step(state, turns(x[3:4], 1 - y[3:4], CORRECTION, first=3, was=float(y[3])))
    assert state.y[:40].tolist() == [*y[:3], 1 - y[3], *y[4:]]
    assert (state.kept[0], state.labels[0]) == (40, 40)
    few = replace(SMALL, keep=1e-9)
    state, _ = few.step(few.start(), turns(x[:1], [1.0]))
    state, _ = few.step(state, turns(x[:1], [0.0], CORRECTION, was=1.0))
    assert state.y[0] < 0  # those that say no are counted by a draw, which left it out


def test_reasons_add_up_to_the_guess() -> None:
    state, _ = SMALL.step(SMALL.start(), turns(*drawn(2_000, 8)))
    x, _ = drawn(50, 9)
    found = parts(SMALL, state, asked(x))
    assert found.names == ("rate", "amount")
    np.testing.assert_allclose(found.guess, SMALL.peek(state, asked(x)), rtol=1e-9)
    nothing = parts(SMALL, SMALL.start(), asked(x))
    assert set(nothing.guess.tolist()) == {0.5}


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(UserError) as caught:
        SMALL.step(SMALL.start(), turns(*drawn(600, 8)))
    assert str(caught.value) == "boosted: expected the extra trees (pip install 'evercart[trees]'), got 'no lightgbm'"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"use": ()}, "boosted.use: expected at least one, got 0"),
        ({"use": ("hour",)}, "column hour: expected a number column, got 'a slot column'"),
        ({"rising": ("hour",)}, "boosted.rising, falling: expected columns that are read: rate amount, got 'hour'"),
        (
            {"rising": ("rate",), "falling": ("rate",)},
            "boosted.falling: expected other columns than rising, got 'rate'",
        ),
        ({"keep": 0}, "boosted.keep: expected more than 0, at most 1, got 0"),
        ({"most": 9}, "boosted.most: expected at least twice `rounds`, got 9"),
        ({"every": 0}, "boosted.every: expected at least 1, got 0"),
    ],
)
def test_texts(change: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as caught:
        replace(SMALL, **change)
    assert str(caught.value) == text
