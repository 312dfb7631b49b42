"""Board: where the scores of one question's candidates are gathered, item by item.

Scratch, not memory: it is wiped after every question. It holds at most `ROWS` items, the first that come; that
bounds the cost of an answer, whatever the shop's size.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel, lean

READINGS: Final = ("next", "later", "before", "second", "third", "near", "hop", "shared", "age", "own", "prior")
NEXT, LATER, BEFORE, SECOND, THIRD, NEAR, HOP, SHARED, AGE, OWN, PRIOR = range(11)
ROWS: Final = 2048
_MASK: Final = 4 * ROWS - 1
NEIGHBOURS: Final = 1024  # sessions looked at for one question
_NEAR_MASK: Final = 4 * NEIGHBOURS - 1
_SPREAD: Final = 0x9E3779B1


class Board(NamedTuple):
    """One question's candidates: rows in the order they came."""

    probe: NDArray[np.int32]  # row + 1, or 0
    places: NDArray[np.int32]  # (ROWS,) where in `probe` a row stands
    item: NDArray[np.int32]  # (ROWS,) slot
    score: NDArray[np.float32]  # (ROWS, readings)
    near_probe: NDArray[np.int32]
    near_places: NDArray[np.int32]  # (NEIGHBOURS,)
    near_session: NDArray[np.int32]  # (NEIGHBOURS,) slot
    near_place: NDArray[np.int32]  # (NEIGHBOURS,) where in it the click stands that it was found by
    near_weight: NDArray[np.float32]  # (NEIGHBOURS,) summed weight of the shared items
    near_anchor: NDArray[np.int32]  # (NEIGHBOURS,) how far back in the own session the newest shared item is
    path: NDArray[np.int32]  # (PATH,) the own session's items, newest first
    counts: NDArray[np.int64]  # (3,) rows, neighbours, length of the path


@kernel
def board(path: int) -> Board:
    """Return an empty board."""
    return Board(
        np.zeros(_MASK + 1, np.int32),
        np.empty(ROWS, np.int32),
        np.empty(ROWS, np.int32),
        np.empty((ROWS, PRIOR + 1), np.float32),
        np.zeros(_NEAR_MASK + 1, np.int32),
        np.empty(NEIGHBOURS, np.int32),
        np.empty(NEIGHBOURS, np.int32),
        np.empty(NEIGHBOURS, np.int32),
        np.empty(NEIGHBOURS, np.float32),
        np.empty(NEIGHBOURS, np.int32),
        np.empty(path, np.int32),
        np.zeros(3, np.int64),
    )


@lean
def row_of(board: Board, item: int) -> int:
    """Return an item's row, a new one of zeros if it has none; -1 if the board is full."""
    at = (item * _SPREAD >> 8) & _MASK
    while board.probe[at] != 0:
        row = board.probe[at] - 1
        if board.item[row] == item:
            return int(row)
        at = (at + 1) & _MASK
    row = board.counts[0]
    if row == ROWS:
        return -1
    board.counts[0] = row + 1
    board.probe[at] = row + 1
    board.places[row] = at
    board.item[row] = item
    board.score[row, :] = np.float32(0.0)
    return int(row)


@lean
def gain(board: Board, item: int, reading: int, by: float) -> None:
    """Add to an item's score in one reading."""
    row = row_of(board, item)
    if row >= 0:
        board.score[row, reading] += np.float32(by)


@lean
def meet(board: Board, session: int, place: int, weight: float, anchor: int) -> None:
    """Add weight to a neighbouring session; it is remembered by the first click it is met at."""
    at = (session * _SPREAD >> 8) & _NEAR_MASK
    while board.near_probe[at] != 0:
        row = board.near_probe[at] - 1
        if board.near_session[row] == session:
            if board.near_anchor[row] != anchor:
                board.near_weight[row] += np.float32(weight)
            return
        at = (at + 1) & _NEAR_MASK
    row = board.counts[1]
    if row == NEIGHBOURS:
        return
    board.counts[1] = row + 1
    board.near_probe[at] = row + 1
    board.near_places[row] = at
    board.near_session[row] = session
    board.near_place[row] = place
    board.near_weight[row] = np.float32(weight)
    board.near_anchor[row] = anchor


@kernel
def wipe(board: Board) -> None:
    """Make the board ready for the next question."""
    for row in range(board.counts[0]):
        board.probe[board.places[row]] = 0
    for row in range(board.counts[1]):
        board.near_probe[board.near_places[row]] = 0
    board.counts[:] = 0


@lean
def choose(board: Board, best: NDArray[np.int32], most: int) -> int:
    """Put the rows of the highest priors in order; equal ones as they came."""
    found = 0
    for row in range(board.counts[0]):
        prior = board.score[row, PRIOR]
        if found == most and prior <= board.score[best[found - 1], PRIOR]:
            continue
        at = found if found < most else most - 1
        while at > 0 and board.score[best[at - 1], PRIOR] < prior:
            best[at] = best[at - 1]
            at -= 1
        best[at] = row
        if found < most:
            found += 1
    return found
