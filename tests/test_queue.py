"""Queues in rings, against a list."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from evercart.queue import HEAD, NEXT, length, ringed, roomy, straight


class Rows(NamedTuple):
    value: NDArray[np.int64]
    pair: NDArray[np.float64]  # (capacity, 2)


def _empty() -> Rows:
    return Rows(np.zeros(4, np.int64), np.zeros((4, 2)))


def _add(ends: NDArray[np.int64], rows: Rows, value: int) -> Rows:
    rows = roomy(ends, rows, 1)
    at = ends[NEXT] & (len(rows.value) - 1)
    rows.value[at], rows.pair[at] = value, (value, -value)
    ends[NEXT] += 1
    return rows


@given(st.lists(st.one_of(st.integers(0, 99), st.none()), max_size=60), st.integers(0, 1000))
def test_a_ring_is_a_list_with_numbers(moves: list[int | None], first: int) -> None:
    """Add a number, or drop one from the head; saved and loaded after every move."""
    ends, rows, held = np.array([first, first]), _empty(), []
    for value in moves:
        if value is not None:
            rows = _add(ends, rows, value)
            held.append(value)
        elif held:
            ends[HEAD] += 1
            held.pop(0)
        rows = ringed(ends, straight(ends, rows))
        assert straight(ends, rows).value.tolist() == held
        assert straight(ends, rows).pair[:, 1].tolist() == [-value for value in held]
        assert length(ends) == len(held)


def test_a_queue_that_moves_on_does_not_grow() -> None:
    ends, rows = np.array([0, 0]), _empty()
    for value in range(1_000):
        rows = _add(ends, rows, value)
        ends[HEAD] = max(0, ends[NEXT] - 3)
    assert len(rows.value) == 4


def test_growing_doubles_at_least() -> None:
    ends, rows, grown = np.array([0, 0]), _empty(), 0
    for value in range(1_000):
        before = len(rows.value)
        rows = _add(ends, rows, value)
        grown += len(rows.value) != before
    assert grown == 8  # from 4 to 1024
