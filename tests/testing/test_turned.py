"""Streams of turns: labels fit their questions, scrambling redraws what was not yet known."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED
from evercart.testing import Turned
from evercart.testing.turned import COLUMNS

STREAM = Turned()
TURNS = STREAM.draw(1, 400, ())


def test_ticks_stand_together_and_hold_a_few_rows() -> None:
    assert (np.diff(TURNS.tick) >= 0).all()
    assert 2 < len(TURNS) / len(np.unique(TURNS.tick)) < 20


def test_labels_fit() -> None:
    assert np.isnan(TURNS.y[np.isin(TURNS.what, (ASKED, ABANDONED))]).all()
    assert set(TURNS.y[TURNS.what == SETTLED].tolist()) == {0.0, 1.0}
    assert (TURNS.y[TURNS.what == HINT] == 0).all()
    assert (TURNS.weight[TURNS.what == ABANDONED] == 0).all()


@pytest.mark.parametrize("labels", ["yes", "sum"])
def test_a_correction_names_the_label_it_replaces(labels: Literal["yes", "sum"]) -> None:
    turns = Turned(labels=labels).draw(2, 400, ())
    last: dict[int, float] = {}
    for what, number, y, was in zip(turns.what, turns.number.tolist(), turns.y, turns.was, strict=True):
        if what == CORRECTION:
            assert was == last[number] != y
        else:
            assert np.isnan(was)
        if what in (SETTLED, CORRECTION):
            last[number] = y


def test_x_fits_its_columns_and_is_the_same_in_all_turns_of_a_question() -> None:
    assert TURNS.x.dtype == np.float32
    for at, column in enumerate(COLUMNS):
        if not column.is_number:
            assert set(TURNS.x[:, at].tolist()) == {0.0, 1.0, 2.0}
    for one in np.unique(TURNS.number):
        assert len(np.unique(TURNS.x[TURNS.number == one], axis=0)) == 1


@pytest.mark.parametrize("row", [0, 57, 399])
def test_scrambling_redraws_labels_from_the_row_and_features_asked_after_it(row: int) -> None:
    mixed = STREAM.scramble(TURNS, row, 7)
    assert np.array_equal(mixed.y[:row], TURNS.y[:row], equal_nan=True)
    known = np.isin(TURNS.number, TURNS.number[: row + 1][TURNS.what[: row + 1] == ASKED])
    assert np.array_equal(mixed.x[known], TURNS.x[known])
    for name in ("what", "tick", "offset", "us", "number"):
        assert np.array_equal(getattr(mixed, name), getattr(TURNS, name))
    corrected = mixed.what == CORRECTION
    assert (mixed.was[corrected] != mixed.y[corrected]).all()
    if row < 300:
        assert not np.array_equal(mixed.x[~known], TURNS.x[~known])
        assert not np.array_equal(mixed.y[row:], TURNS.y[row:], equal_nan=True)


def test_a_steady_stream_settles_everything() -> None:
    turns = STREAM.steady(1, 500, 20, 60_000_000)
    assert len(turns) >= 500
    assert (turns.what == ASKED).sum() == (turns.what == SETTLED).sum()
