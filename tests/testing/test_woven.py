"""Woven streams: where questions stand, what scrambling leaves of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from evercart.labels.answers import yes
from evercart.labels.pairs import Pairs
from evercart.testing import Answered, Woven

MINUTE = 60_000_000
WOVEN = Woven(("order", "view"))
BATCH = WOVEN.draw(1, 300, [MINUTE])
ASKED = np.flatnonzero(BATCH.asked)


def test_a_question_stands_just_before_a_row_of_the_log() -> None:
    assert 200 < len(BATCH) < 400
    assert BATCH["number"][ASKED].tolist() == list(range(len(ASKED)))
    assert (BATCH["number"][~BATCH.asked] == -1).all()
    assert (BATCH.kind[ASKED] == 7).all()
    assert not BATCH.asked[ASKED + 1].any()
    assert (BATCH.offset[ASKED + 1] == BATCH.offset[ASKED]).all()
    assert (BATCH.logged_us[ASKED + 1] == BATCH.logged_us[ASKED]).all()


def test_half_ask_about_the_row_that_follows() -> None:
    same = BATCH["user"][ASKED] == BATCH["user"][ASKED + 1]
    assert 0.4 < same.mean() < 0.95


@pytest.mark.parametrize("row", [0, 1, int(ASKED[10]), int(ASKED[10]) + 1, len(BATCH) - 1])
def test_scrambling_keeps_what_was_before_and_the_question_that_stands_there(row: int) -> None:
    mixed = WOVEN.scramble(BATCH, row, 5)
    kept = row + int(BATCH.asked[row])
    for name, column in BATCH.columns.items():
        assert np.array_equal(mixed[name][:kept], column[:kept], equal_nan=column.dtype.kind == "f")
    assert mixed.logged_us[row] == BATCH.logged_us[row]
    log, other = BATCH.rows(~BATCH.asked), mixed.rows(~mixed.asked)
    assert other.offset.tolist() == log.offset.tolist()
    assert other.logged_us.tolist() == log.logged_us.tolist()
    assert mixed["number"][mixed.asked].tolist() == list(range(int(mixed.asked.sum())))
    assert (np.diff(mixed.offset) >= 0).all()


def test_features_are_cut_with_their_questions() -> None:
    stream = Answered(2, ("order", "view"))
    batch = stream.draw(1, 100, [MINUTE])
    places = [0, 7, 8, 8, 50, len(batch[0])]
    parts = [stream.rows(batch, start, stop) for start, stop in pairwise(places)]
    assert all(len(x) == woven.asked.sum() for woven, x in parts)
    assert np.array_equal(np.concatenate([x for _, x in parts]), batch[1])


def test_a_scrambled_question_keeps_its_features() -> None:
    stream = Answered(2, ("order", "view"))
    batch = stream.draw(1, 100, [MINUTE])
    row = int(np.flatnonzero(batch[0].asked)[5])
    _, x = stream.scramble(batch, row, 3)
    assert np.array_equal(x[:6], batch[1][:6])
    assert not np.isin(x[6:], batch[1][6:]).all()


def test_turns_are_said_at_their_question_or_after_their_row() -> None:
    stream = Answered(2, ("order", "view"))
    batch = stream.draw(1, 100, [MINUTE])
    fold = Pairs((yes("order"),), window_s=60, width=2)
    _, turns = fold.step(fold.start(), batch)
    places = stream.said(batch, turns)
    due = turns.what == 0
    assert places[due].tolist() == np.flatnonzero(batch[0].asked).tolist()
    assert (batch[0].offset[places[~due] - 1] == turns.offset[~due]).all()


def test_a_steady_stream_asks_nothing_at_its_end() -> None:
    batch = WOVEN.steady(1, 200, 50, MINUTE)
    assert not batch.asked[-2:].any()
    assert batch.asked[:-2].any()
