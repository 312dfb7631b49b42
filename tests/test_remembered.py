"""What is remembered by number, against a dictionary."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evercart.remembered import filled, spread

ROOM = 8


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(0, 30))
def test_it_holds_who_came_last_wherever_it_was_saved(numbers: list[int], saved: int) -> None:
    columns, held = spread(ROOM, np.zeros(0, np.int64), np.zeros((0, 2))), {}
    for step, number in enumerate(numbers):
        if step == saved:
            columns = spread(ROOM, *filled(*columns))
        columns[0][number % ROOM], columns[1][number % ROOM] = number, (step, -step)
        held[number % ROOM] = number, step
    found, beside = filled(*columns)
    assert list(zip(found.tolist(), beside[:, 0].tolist(), strict=True)) == [held[place] for place in sorted(held)]
    assert np.array_equal(beside[:, 0], -beside[:, 1])


def test_who_has_all_places_is_not_copied() -> None:
    numbers = np.array([-1, 5])
    assert spread(2, numbers)[0] is numbers


def test_nothing_fills_no_file() -> None:
    assert [len(column) for column in filled(*spread(ROOM, np.zeros(0, np.int64), np.zeros((0, 3))))] == [0, 0]
