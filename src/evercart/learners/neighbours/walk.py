"""Walk: read the clicks around a question in all ways at once.

From each of the session's last few items, the anchors, the newest clicks on it are visited. What stands beside
them within their sessions gives the transitions; the sessions they belong to are the neighbours, whose items are
scored by how much they share with this one, how long they are, how old, how far from the shared click. A second
walk from the best candidates finds what is two steps away.

Source: Kersbergen, Sprangers and Schelter, SIGMOD 2022, algorithm 2 (VMIS-kNN); Garg et al., "Sequence and time
aware neighborhood for session-based recommendations", SIGIR 2019, section 3.2 (position, recency and distance
decay).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel, lean
from evercart.learners.neighbours.board import (
    AGE,
    BEFORE,
    HOP,
    LATER,
    NEAR,
    NEXT,
    OWN,
    PRIOR,
    SECOND,
    SHARED,
    THIRD,
    Board,
    gain,
    meet,
    row_of,
)
from evercart.learners.neighbours.clicks import PATH, Clicks, at_newest, at_path
from evercart.prefetch import prefetch

_COMING = 8  # sessions that are asked for before they are needed
_ORDERS = 3  # anchors whose transitions count
_AFTER, _BEFORE = 3, 2  # clicks to each side that do
_LINE = 8  # clicks of an item in a cache line


class Ways(NamedTuple):
    """How far a walk goes, as kernels take it."""

    anchors: int
    fading: float
    reach: int
    half_us: float
    hops: int
    hop_clicks: int
    enough: int


@lean
def _begin(index: Clicks, session: int) -> int:
    """Return the first place of a session that its path holds."""
    return int(index.session[session].ever - min(index.session[session].clicks, PATH))


@kernel
def trace(index: Clicks, board: Board, session: int, item: int) -> None:
    """Lay the session's items on the board, newest first; without a session the item stands alone."""
    if session >= 0:
        ever = index.session[session].ever
        board.counts[2] = ever - _begin(index, session)
        for back in range(board.counts[2]):
            board.path[back] = index.path[at_path(session, ever - 1 - back)]
    elif item >= 0:
        board.path[0] = item
        board.counts[2] = 1


@lean
def _is_again(board: Board, at: int) -> bool:
    """Return whether an item of the path was met nearer to its end."""
    for earlier in range(at):  # noqa: SIM110 - a generator does not compile
        if board.path[earlier] == board.path[at]:
            return True
    return False


@kernel
def around(index: Clicks, ways: Ways, board: Board, session: int, us: int) -> None:
    """Score what stands around earlier clicks on the session's last items; farther anchors are visited less."""
    anchor, weight = 0, 1.0
    for at in range(board.counts[2]):
        if anchor == ways.anchors:
            break
        if not _is_again(board, at):
            _visit(index, board, session, board.path[at], anchor, weight)
            anchor += 1
            weight *= ways.fading
    _score_neighbours(index, ways, board, us)


@lean
def _visit(index: Clicks, board: Board, session: int, item: int, anchor: int, weight: float) -> None:
    m = len(index.newest) // len(index.item)
    held = min(index.item[item].clicks, int(np.ceil(m * weight)))
    coming = at = item * m + (index.item[item].ever - 1) % m
    for j in range(-_COMING, held):
        if j + _COMING < held:
            _ask(index, coming)
            coming += -1 if coming > item * m else m - 1
        if j < 0:
            continue
        other, place = index.newest[at]
        at += -1 if at > item * m else m - 1
        if other != session:
            meet(board, other, place, weight, anchor)
        elif place == index.session[session].ever - 1:  # the click that is asked from
            continue
        if anchor < _ORDERS:
            _transitions(index, board, other, place, anchor)


@lean
def _ask(index: Clicks, at: int) -> None:
    """Ask for the session of one of the newest clicks, for what stands around the click."""
    session, place = index.newest[at]
    prefetch(index.session, np.int64(session))
    prefetch(index.path, np.int64(at_path(session, place)))


@lean
def _transitions(index: Clicks, board: Board, session: int, place: int, anchor: int) -> None:
    """Count what came up to three clicks after, up to two before."""
    current = board.path[0]
    for at in range(place + 1, min(place + 1 + _AFTER, index.session[session].ever)):
        item = index.path[at_path(session, at)]
        if item != current and at >= _begin(index, session):
            reading = (NEXT if at == place + 1 else LATER) if anchor == 0 else (SECOND if anchor == 1 else THIRD)
            gain(board, item, reading, 1.0 / (at - place))
    for at in range(max(place - _BEFORE, _begin(index, session)), place):
        item = index.path[at_path(session, at)]
        if item != current:
            reading = BEFORE if anchor == 0 else (SECOND if anchor == 1 else THIRD)
            gain(board, item, reading, (1.0 if anchor == 0 else 0.5) / (place - at))


@lean
def _score_neighbours(index: Clicks, ways: Ways, board: Board, us: int) -> None:
    current, neighbours = board.path[0], board.counts[1]
    for i in range(neighbours):
        session, place = board.near_session[i], board.near_place[i]
        other = index.session[session]
        age = us - other.last_us
        weight = board.near_weight[i] * 0.9 ** board.near_anchor[i] / (other.clicks + 2.0)
        weight *= np.exp2(-age / ways.half_us)
        first = max(_begin(index, session), place - ways.reach)
        for at in range(first, min(other.ever, place + ways.reach + 1)):
            item = index.path[at_path(session, at)]
            row = row_of(board, item) if item != current else -1
            if row >= 0:
                score = board.score[row]
                score[NEAR] += np.float32(weight / (1.0 + abs(at - place)))
                score[AGE] = np.float32(age) if score[SHARED] == 0 else min(score[AGE], np.float32(age))
                score[SHARED] += np.float32(1.0)


@kernel
def beyond(index: Clicks, ways: Ways, board: Board, session: int, best: NDArray[np.int32], found: int) -> None:
    """Score what stands around the best candidates so far: two steps away."""
    ask_items(index, board, best, found)
    for step in range(-2, found):  # the lists of one, the sessions of the next, while a third is scored
        if step + 2 < found:
            item = board.item[best[step + 2]]
            for j in range(0, _seen(index, ways, item), _LINE):
                prefetch(index.newest, np.int64(at_newest(index, item, index.item[item].ever - 1 - j)))
        if 0 <= step + 1 < found:
            item = board.item[best[step + 1]]
            for j in range(_seen(index, ways, item)):
                _ask(index, at_newest(index, item, index.item[item].ever - 1 - j))
        if step >= 0:
            _hop(index, board, session, board.item[best[step]], _seen(index, ways, board.item[best[step]]), best[step])


@lean
def _seen(index: Clicks, ways: Ways, item: int) -> int:
    m = len(index.newest) // len(index.item)
    return int(min(index.item[item].clicks, m, ways.hop_clicks))


@lean
def _hop(index: Clicks, board: Board, session: int, item: int, seen: int, row: int) -> None:
    current, weight = board.path[0], board.score[row, PRIOR] / (seen + 1.0)
    for j in range(seen):
        other, place = index.newest[at_newest(index, item, index.item[item].ever - 1 - j)]
        first = max(_begin(index, other), place - _BEFORE)
        last = min(index.session[other].ever, place + 1 + _AFTER) if other != session else first
        for at in range(first, last):
            far = index.path[at_path(other, at)]
            if far != current and far != item:
                gain(board, far, HOP, weight / abs(at - place))


@lean
def ask_items(index: Clicks, board: Board, best: NDArray[np.int32], found: int) -> None:
    """Ask for what is known of the best candidates."""
    for rank in range(found):
        prefetch(index.item, np.int64(board.item[best[rank]]))


@kernel
def own(board: Board) -> None:
    """Mark the session's own items by how many clicks ago each was last at."""
    for at in range(1, board.counts[2]):
        if board.path[at] != board.path[0]:
            row = row_of(board, board.path[at])
            if row >= 0 and board.score[row, OWN] == 0:
                board.score[row, OWN] = np.float32(at)


@kernel
def popular(index: Clicks, board: Board) -> None:
    """Put the popular items on the board."""
    current = board.path[0] if board.counts[2] > 0 else -1
    for i in range(len(index.top)):
        if index.top[i] >= 0 and index.top[i] != current:
            row_of(board, index.top[i])
