"""Precedents keep what rows answered, some of what silence did; labels are put right; nothing grows."""

from __future__ import annotations

import numpy as np

from evercart.labels.precedents import LATELY, SILENT, TOLD, Precedents, Remembered
from evercart.labels.turns import ASKED, CORRECTION, SETTLED, Turns
from evercart.units import DAY_US

COLUMNS = 4


def turns(*rows: tuple[int, int, int, float]) -> Turns:
    """Return rows of (what, number, day, label); a question's features are its number."""
    what, number, day, y = (np.array(column) for column in zip(*rows, strict=True))
    never, ones = np.full(len(what), np.nan), np.ones(len(what))
    x = np.repeat(number[:, None], COLUMNS, 1).astype(np.float32)
    us = day * DAY_US
    at = number + 100 * (what == ASKED)
    return Turns(what.astype(np.int8), us, at, us, number, y, never, ones, number.astype(np.uint64), x)


def held(state: Remembered, group: int) -> list[tuple[int, float, float]]:
    """Return (offset, label, first feature) of each case."""
    cases, there = state.cases, state.cases.offset[group] >= 0
    columns = (cases.offset[group][there], cases.y[group][there], cases.x[group][there, 0])
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def test_what_a_row_answered_is_told_apart_from_silence() -> None:
    fold = Precedents(COLUMNS, window_s=10 * 86_400, share=1.0)
    asked = [(ASKED, number, number, np.nan) for number in range(3)]
    settled = [(SETTLED, 2, 5, 1.0), (SETTLED, 1, 6, 0.0), (SETTLED, 0, 11, 0.0)]
    state, none = fold.step(fold.start(), turns(*asked, *settled))
    assert none is None
    assert held(state, TOLD) == [(101, 0.0, 1.0), (102, 1.0, 2.0)] and held(state, SILENT) == [(100, 0.0, 0.0)]
    state, _ = fold.step(state, turns((CORRECTION, 2, 11, 0.0)))
    assert held(state, TOLD) == [(101, 0.0, 1.0), (102, 0.0, 2.0)]


def test_the_newest_stay_silence_is_sampled() -> None:
    fold = Precedents(COLUMNS, window_s=1e6, most=3, share=0.25)
    numbers = range(400)
    asked = [(ASKED, number, 0, np.nan) for number in numbers]
    state, _ = fold.step(fold.start(), turns(*asked, *((SETTLED, number, 1, 1.0) for number in numbers[:9])))
    assert [case[0] for case in held(state, TOLD)] == [106, 107, 108]
    state, _ = fold.step(state, turns(*((SETTLED, number, 12, 0.0) for number in numbers[9:])))
    assert 60 < state.cases.ever[SILENT] < 140 and len(held(state, SILENT)) == 3
    assert 60 < state.cases.ever[LATELY] < 140 and len(held(state, LATELY)) == 3
