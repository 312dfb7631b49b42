"""A network of several outcomes that orders lists."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ranked_lists import COLUMNS, drawn, first, lists

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.fold import fingerprint, pack, unpack
from evercart.labels.turns import ASKED, CORRECTION, FURTHER, HINT, Turns
from evercart.learners.deep.deep_rank import DeepRank

torch = pytest.importorskip("torch")

SMALL = DeepRank(COLUMNS, batch=4, rate=1e-2, longest=6)


def test_it_learns_what_no_straight_line_can_say():
    state, _ = SMALL.step(SMALL.start(), lists(*drawn(1200, 1)))
    x, y = drawn(200, 2)
    assert state.net.counts.learned[0] == 300
    assert first(SMALL.guess(state, x.reshape(-1, 3)), y) > 0.7


def test_each_task_is_told_by_its_own_bit():
    x, _ = drawn(1200, 1)
    by_a, by_b = (x[:, :, at] == x[:, :, at].max(1, keepdims=True) for at in (0, 1))
    state, _ = SMALL.step(SMALL.start(), lists(x, 1 * by_a + 2 * by_b, FURTHER))
    fresh = drawn(200, 2)[0]
    for task, at in ((1, 0), (2, 1)):
        assert first(SMALL.margins(state, fresh.reshape(-1, 3), task), fresh[:, :, at]) > 0.8
    assert state.net.counts.learned[0] == 2 * 1200 // 4


def test_what_came_later_teaches_a_ranker_of_the_answer_nothing():
    one = replace(SMALL, tasks=("view",))
    state, _ = one.step(one.start(), lists(*drawn(40, 1), FURTHER))
    assert fingerprint(state) == fingerprint(one.start())


def test_guesses_are_those_of_before_the_tick():
    state, _ = SMALL.step(SMALL.start(), lists(*drawn(7, 1)))
    x, y = drawn(1, 3)
    before = SMALL.guess(state, x[0])
    settled, asked = lists(x, y, tick=7), replace(lists(x, y, ASKED, tick=7), number=np.full(6, 9))
    after, guesses = SMALL.step(state, Turns.concat([settled, asked]))
    assert np.array_equal(guesses[6:], before)
    assert np.isnan(guesses[:6]).all()
    assert not np.array_equal(SMALL.guess(after, x[0]), before)


def test_a_loaded_state_learns_the_same():
    state, _ = SMALL.step(SMALL.start(), lists(*drawn(70, 1)))
    loaded = unpack(SMALL.start(), pack(state))
    rest = lists(*drawn(71, 2), tick=70)
    assert fingerprint(SMALL.step(loaded, rest)[0]) == fingerprint(SMALL.step(state, rest)[0])


def test_hints_corrections_and_lists_without_a_gain_teach_nothing():
    x, y = drawn(60, 6)
    told = [lists(x, y * 0), lists(x, y, HINT, tick=60), lists(x, y, CORRECTION, tick=120)]
    state, _ = SMALL.step(SMALL.start(), Turns.concat(told))
    assert fingerprint(state) == fingerprint(SMALL.start())


def test_numbers_that_are_none_or_far_out_do_no_harm():
    x, y = drawn(40, 6)
    x[3, 2, 0], x[5, 1, 1], x[7, 0, 2] = np.nan, np.inf, -1e30
    state, _ = SMALL.step(SMALL.start(), lists(x, y))
    assert state.net.counts.learned[0] == 10
    assert np.isfinite(SMALL.guess(state, x.reshape(-1, 3))).all()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"columns": ()}, "deep_rank.columns: expected at least one, got 0"),
        ({"columns": (Column("item", slots=9),)}, "column item: expected a number column, got 'a slot column'"),
        ({"tasks": ()}, "deep_rank.tasks: expected at least one, got ()"),
        ({"batch": 0}, "deep_rank.batch: expected at least 1, got 0"),
        ({"longest": 0}, "deep_rank.longest: expected at least 1, got 0"),
    ],
)
def test_nonsense_is_refused(change, text):
    with pytest.raises(UserError) as caught:
        replace(SMALL, **change)
    assert str(caught.value) == text


def test_a_list_longer_than_said_is_refused():
    with pytest.raises(UserError) as caught:
        replace(SMALL, longest=5).step(SMALL.start(), lists(*drawn(1, 1)))
    assert str(caught.value) == "deep_rank.longest: expected at least 6 rows, got 5"
