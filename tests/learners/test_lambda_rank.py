"""Boosted trees that order lists."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from ranked_lists import COLUMNS, drawn, first, lists

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.fold import fingerprint, pack, unpack
from evercart.labels.turns import ASKED, CORRECTION, HINT, Turns
from evercart.learners.grown import require_trees
from evercart.learners.lambda_rank import LambdaRank

SMALL = LambdaRank(COLUMNS, every=50, memory=200, rounds=5, most=40, leaves=6, longest=6)


def test_it_learns_what_no_straight_line_can_say() -> None:
    state, _ = SMALL.step(SMALL.start(), lists(*drawn(400, 1)))
    x, y = drawn(200, 2)
    assert state.trees[0] == 40
    assert first(SMALL.guess(state, x.reshape(-1, 3)), y) > 0.6


def test_before_there_are_trees_lists_stand_as_they_came() -> None:
    _, guesses = SMALL.step(SMALL.start(), lists(*drawn(2, 1), ASKED))
    assert guesses.reshape(2, 6).tolist() == [[0, -1, -2, -3, -4, -5]] * 2


def test_trees_never_number_more_than_said() -> None:
    state, seen = SMALL.start(), []
    for part in range(12):
        state, _ = SMALL.step(state, lists(*drawn(50, part), tick=50 * part))
        seen.append(int(state.trees[0]))
    assert seen == [5, 10, 15, 20, 25, 30, 35, 40, 20, 25, 30, 35]


def test_guesses_are_those_of_before_the_tick() -> None:
    state, _ = SMALL.step(SMALL.start(), lists(*drawn(99, 1)))
    x, y = drawn(1, 3)
    before = SMALL.guess(state, x[0])
    settled, asked = lists(x, y, tick=99), replace(lists(x, y, ASKED, tick=99), number=np.full(6, 7))
    after, guesses = SMALL.step(state, Turns.concat([settled, asked]))
    assert np.array_equal(guesses[6:], before)
    assert after.trees[0] == 10
    assert not np.array_equal(SMALL.guess(after, x[0]), before)


def test_a_loaded_state_grows_the_same_trees() -> None:
    state, _ = SMALL.step(SMALL.start(), lists(*drawn(70, 1)))
    loaded = unpack(SMALL.start(), pack(state))
    rest = lists(*drawn(70, 2), tick=70)
    assert fingerprint(SMALL.step(loaded, rest)[0]) == fingerprint(SMALL.step(state, rest)[0])


def test_cuts_change_nothing_though_trees_grow_meanwhile() -> None:
    small = replace(SMALL, every=8, least=2)
    x, y = drawn(60, 5)
    settled, asked = lists(x, y), replace(lists(x[::-1], y, ASKED), number=np.repeat(100 + np.arange(60), 6))
    turns = Turns.concat([settled, asked]).rows(np.argsort(np.tile(np.repeat(np.arange(60), 6), 2), kind="stable"))
    whole, guesses = small.step(small.start(), turns)
    state, parts = small.start(), []
    for start in range(0, len(turns), 36):  # three ticks
        state, said = small.step(state, turns.rows(slice(start, start + 36)))
        parts.append(said)
    assert np.concatenate(parts).tobytes() == guesses.tobytes()
    assert fingerprint(state) == fingerprint(whole)
    assert whole.trees[0] == 35


def test_of_several_gains_the_largest_stands_first() -> None:
    x, y = drawn(400, 4)
    by_b = 3.0 * (x[:, :, 1] == x[:, :, 1].max(1, keepdims=True))
    state, _ = SMALL.step(SMALL.start(), lists(x, y + by_b))
    fresh, _ = drawn(200, 5)
    assert first(SMALL.guess(state, fresh.reshape(-1, 3)), fresh[:, :, 1]) > 0.8


def test_gains_of_any_size_are_graded() -> None:
    x, y = drawn(60, 6)
    worth = np.random.default_rng(1).lognormal(size=y.shape).astype(np.float32)
    state, _ = SMALL.step(SMALL.start(), lists(x, y * worth * 1e-3 + worth))
    assert state.trees[0] == 5


def test_hints_and_lists_without_a_gain_teach_nothing() -> None:
    x, y = drawn(60, 6)
    state, _ = SMALL.step(SMALL.start(), Turns.concat([lists(x, y * 0), lists(x, y, HINT, tick=60)]))
    assert state.learned[0] == 0


def test_a_correction_replaces_the_gains_of_its_list() -> None:
    x, y = drawn(3, 7)
    state, _ = SMALL.step(SMALL.start(), lists(x, y))
    late = replace(lists(x[1:2], 1 - y[1:2], CORRECTION, tick=9), number=np.full(6, 1))
    state, _ = SMALL.step(state, late)
    assert state.y[1].tolist() == (1 - y[1]).tolist()
    assert state.learned[0] == 3


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    for asked in (lambda: require_trees("lambda_rank"), lambda: SMALL.step(SMALL.start(), lists(*drawn(60, 8)))):
        with pytest.raises(UserError) as caught:
            asked()
        assert str(caught.value) == (
            "lambda_rank: expected the extra trees (pip install 'evercart[trees]'), got 'no lightgbm'"
        )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"columns": ()}, "lambda_rank.columns: expected at least one, got 0"),
        ({"columns": (Column("item", slots=9),)}, "column item: expected a number column, got 'a slot column'"),
        ({"most": 9}, "lambda_rank.most: expected at least twice `rounds`, got 9"),
        ({"every": 0}, "lambda_rank.every: expected at least 1, got 0"),
    ],
)
def test_texts(change: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as caught:
        replace(SMALL, **change)
    assert str(caught.value) == text


def test_a_list_longer_than_said_is_refused() -> None:
    with pytest.raises(UserError, match=r"^lambda_rank\.longest: expected at least 6 rows, got 5$"):
        small = replace(SMALL, longest=5)
        small.step(small.start(), lists(*drawn(1, 9)))
