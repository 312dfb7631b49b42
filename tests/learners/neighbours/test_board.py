"""The board of one question's candidates."""

from __future__ import annotations

import numpy as np

from evercart.kernel import kernel
from evercart.learners.neighbours.board import NEAR, NEXT, ROWS, Board, board, gain, meet, row_of, wipe


@kernel
def gained(at: Board, items: np.ndarray, reading: int) -> None:
    for item in items:
        gain(at, item, reading, 0.5)


@kernel
def met(at: Board, session: int, anchor: int) -> None:
    meet(at, session, 3, 0.5, anchor)


@kernel
def row(at: Board, item: int) -> int:
    return row_of(at, item)


def test_scores_of_an_item_add_up() -> None:
    at = board(8)
    gained(at, np.array([7, 9, 7]), NEXT)
    gained(at, np.array([9]), NEAR)
    assert at.counts[0] == 2
    assert at.score[row(at, 7), [NEXT, NEAR]].tolist() == [1.0, 0.0]
    assert at.score[row(at, 9), [NEXT, NEAR]].tolist() == [0.5, 0.5]


def test_a_full_board_takes_no_more() -> None:
    at = board(8)
    gained(at, np.arange(ROWS + 10), NEXT)
    assert at.counts[0] == ROWS
    assert row(at, ROWS + 5) == -1
    assert row(at, 5) == 5


def test_wiping_leaves_nothing() -> None:
    at = board(8)
    gained(at, np.arange(100), NEXT)
    met(at, 4, 0)
    wipe(at)
    assert not at.probe.any()
    assert not at.near_probe.any()
    gained(at, np.array([3]), NEAR)
    assert at.score[0, NEXT] == 0


def test_a_neighbour_is_met_once_an_anchor() -> None:
    at = board(8)
    for anchor in (0, 0, 1):
        met(at, 4, anchor)
    assert at.counts[1] == 1
    assert at.near_weight[0] == 1.0
    assert at.near_anchor[0] == 0
