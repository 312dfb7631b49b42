"""Streams for a race, then for a report."""

from __future__ import annotations

import numpy as np

from evercart.evaluate.race import Race
from evercart.labels.turns import ASKED
from evercart.testing import Judged, Raced

RACED = Raced(("a", "b"))
TURNS, GUESSES = BATCH = RACED.draw(1, 200, ())


def test_guesses_stand_where_they_are_due() -> None:
    for guess in GUESSES.values():
        assert np.array_equal(np.isfinite(guess), TURNS.what == ASKED)


def test_scrambling_keeps_guesses_made_before() -> None:
    row = int(np.flatnonzero(TURNS.what == ASKED)[20])
    mixed, guesses = RACED.scramble(BATCH, row, 3)
    assert np.array_equal(guesses["a"][:row], GUESSES["a"][:row], equal_nan=True)
    assert not np.array_equal(guesses["a"][row:], GUESSES["a"][row:], equal_nan=True)
    assert np.array_equal(mixed.what, TURNS.what)


def test_a_question_is_scored_once_all_before_it_are_closed() -> None:
    fold = Race(("a", "b"))
    _, whole = fold.step(fold.start(), BATCH)
    for place in (50, 120, 200):
        _, scored = fold.step(fold.start(), RACED.rows(BATCH, 0, place))
        assert (RACED.said(BATCH, whole) <= place).sum() == len(scored)


def test_judged_questions_keep_number_and_time_when_scrambled() -> None:
    stream = Judged(3, 2, "sum")
    batch = stream.draw(1, 200, ())
    mixed = stream.scramble(batch, 80, 4)
    assert batch.guesses.shape == (200, 3)
    assert set(batch.slice.tolist()) == {0, 1}
    assert np.array_equal(mixed.us, batch.us)
    assert np.array_equal(mixed.number, batch.number)
    assert np.array_equal(mixed.y[:80], batch.y[:80])
    assert not np.array_equal(mixed.guesses[80:], batch.guesses[80:])
