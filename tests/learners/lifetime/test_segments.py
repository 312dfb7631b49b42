"""Segments are found, keep their slots, have names that say what they are."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from living import COLUMNS, visits

from evercart.errors import UserError
from evercart.learners.lifetime.segments import NEWCOMER, Segments
from evercart.learners.linear import Linear
from evercart.learners.mean import Mean
from evercart.units import DAY_S

TWO = Segments(Mean(), COLUMNS, rhythms=2, baskets=1)


def known(*given: tuple[float, float, float]) -> Any:
    """Return X of shoppers: visits, age, paid."""
    x = np.zeros((len(given), len(COLUMNS)), np.float32)
    for row, (count, age, paid) in enumerate(given):
        x[row, :4] = count, age, 0, paid
    return x


def test_two_groups_are_told_apart_by_name() -> None:
    state, guesses = TWO.step(TWO.start(), visits(300, 120))
    assert np.isfinite(guesses).all()
    slots = TWO.slots(state.centres, known((60, 120, 1000), (6, 120, 8000), (1, 0, 1000), (9, 80, 0)))
    assert slots.tolist() == [1, 2, 0, 0]
    names = [TWO.name(state.centres, int(slot)) for slot in slots]
    assert names == ["twice-weekly, small baskets", "fortnightly, big baskets", NEWCOMER, NEWCOMER]


def test_slots_keep_their_meaning() -> None:
    turns = visits(300, 120)
    early, _ = TWO.step(TWO.start(), turns.rows(slice(0, len(turns) // 2)))
    before = early.centres
    late, _ = TWO.step(early, turns.rows(slice(len(turns) // 2, None)))
    assert (late.centres.at != before.at).any()
    x = turns.x[len(turns) // 2 :]
    assert (TWO.slots(before, x) == TWO.slots(late.centres, x)).mean() > 0.9


def test_nobody_has_one_before_there_are_shoppers_enough() -> None:
    state, _ = TWO.step(TWO.start(), visits(20, 60))
    assert not TWO.slots(state.centres, known((60, 120, 1000))).any()


def test_it_is_eased_like_the_learner_inside() -> None:
    segments = Segments(Linear((*COLUMNS, TWO.shown), "squared"), COLUMNS, rhythms=2, baskets=1)
    state, _ = segments.step(segments.start(), visits(10, 10))
    assert segments.eased(state, 0.5).centres is state.centres


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"rhythms": 0}, "segments.rhythms: expected 1 to 16, got 0"),
        ({"baskets": 17}, "segments.baskets: expected 1 to 16, got 17"),
        ({"size": 0}, "segments.size: expected at least 1, got 0"),
        ({"every_s": 0}, "segments.every_s: expected at least 1, got 0"),
        ({"keep_s": 0}, "segments.keep_s: expected more than 0, got 0"),
        ({"least": 5}, "segments.least: expected at least 6, one a segment, got 5"),
        ({"lives": "x"}, "column: expected one of "),
    ],
)
def test_mistakes_are_told(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match="^" + re.escape(text)):
        Segments(**{"learner": Mean(), "columns": COLUMNS, "every_s": DAY_S, **wrong})
