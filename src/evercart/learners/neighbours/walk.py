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
    TOGETHER,
    Board,
    gain,
    meet,
    row_of,
)
from evercart.learners.neighbours.clicks import PATH, Clicks, place_of
from evercart.prefetch import prefetch

_AHEAD = 8  # clicks that are asked for before they are needed
_ORDERS = 3  # anchors whose transitions count


class Ways(NamedTuple):
    """How far a walk goes, as kernels take it."""

    anchors: int
    keep: float
    reach: int
    half_us: float
    hops: int
    hop_clicks: int


@kernel
def trace(index: Clicks, board: Board, session: int, item: int) -> None:
    """Lay the session's clicks on the board, newest first; without a session the item stands alone."""
    length = 0
    if session >= 0:
        number = index.session[session].last
        while length < PATH:
            click = index.ring.click[place_of(index, number)]
            board.path[length] = click.item
            board.path_us[length] = click.us
            length += 1
            if click.back == 0:
                break
            number -= click.back
    elif item >= 0:
        board.path[0] = item
        length = 1
    board.counts[2] = length


@lean
def _is_again(board: Board, at: int) -> bool:
    """Return whether an item of the path was met nearer to its end."""
    for earlier in range(at):  # noqa: SIM110 - a generator does not compile
        if board.path[earlier] == board.path[at]:
            return True
    return False


@kernel
def around(index: Clicks, ways: Ways, board: Board, session: int, us: int) -> None:
    """Score what stands around earlier clicks on the session's last items."""
    last = place_of(index, index.session[session].last) if session >= 0 else -1
    anchor, weight = 0, 1.0
    for at in range(board.counts[2]):
        if anchor == ways.anchors:
            break
        if not _is_again(board, at):
            _visit(index, board, session, last, board.path[at], anchor, weight)
            anchor += 1
            weight *= ways.keep
    _score_neighbours(index, ways, board, us)


@lean
def _visit(index: Clicks, board: Board, session: int, last: int, item: int, anchor: int, weight: float) -> None:
    m, ring = index.newest.shape[1], index.ring.click
    mask = len(ring) - 1
    ever, held = index.item[item].ever, min(index.item[item].clicks, m)
    for j in range(min(held, _AHEAD)):
        prefetch(ring, np.int64(index.newest[item, (ever - 1 - j) % m] & mask))
    for j in range(held):
        if j + _AHEAD < held:
            prefetch(ring, np.int64(index.newest[item, (ever - 1 - j - _AHEAD) % m] & mask))
        place = int(index.newest[item, (ever - 1 - j) % m] & mask)
        if place == last:
            continue
        if ring[place].session != session:
            meet(board, ring[place].session, place, weight, anchor)
        if anchor < _ORDERS:
            _transitions(index, board, place, anchor)


@lean
def _transitions(index: Clicks, board: Board, place: int, anchor: int) -> None:
    """Count what came up to three clicks after, up to two before."""
    ring, current = index.ring.click, board.path[0]
    mask = len(ring) - 1
    at = place
    for gap in range(1, 4):
        if ring[at].ahead == 0:
            break
        at = (at + ring[at].ahead) & mask
        if ring[at].item != current:
            reading = (NEXT if gap == 1 else LATER) if anchor == 0 else (SECOND if anchor == 1 else THIRD)
            gain(board, ring[at].item, reading, 1.0 / gap)
    at = place
    for gap in range(1, 3):
        if ring[at].back == 0:
            break
        at = (at - ring[at].back) & mask
        if ring[at].item != current:
            reading = BEFORE if anchor == 0 else (SECOND if anchor == 1 else THIRD)
            gain(board, ring[at].item, reading, (1.0 if anchor == 0 else 0.5) / gap)


@lean
def _score_neighbours(index: Clicks, ways: Ways, board: Board, us: int) -> None:
    neighbours = board.counts[1]
    for i in range(neighbours):
        if i + _AHEAD < neighbours:
            prefetch(index.session, np.int64(board.near_session[i + _AHEAD]))
        near = board.near_click[i]
        length = index.session[board.near_session[i]].clicks
        age = us - index.ring.click[near].us
        weight = board.near_weight[i] * 0.9 ** board.near_anchor[i] / (length + 2.0) * np.exp2(-age / ways.half_us)
        for ahead in (True, False):
            _score_along(index, board, near, ways.reach, ahead, weight, length, us)


@lean
def _score_along(
    index: Clicks, board: Board, near: int, reach: int, ahead: bool, weight: float, length: int, us: int
) -> None:
    """Score a neighbour's items from the shared click on, in one direction."""
    ring, current = index.ring.click, board.path[0]
    mask = len(ring) - 1
    at = near
    for gap in range(reach):
        if gap > 0 or not ahead:
            link = int(ring[at].ahead) if ahead else -int(ring[at].back)
            if link == 0:
                break
            at = (at + link) & mask
        if ring[at].item != current:
            row = row_of(board, ring[at].item)
            if row >= 0:
                score, old = board.score[row], us - ring[at].us
                far = gap if ahead else gap + 1
                score[NEAR] += np.float32(weight / (1.0 + far))
                score[TOGETHER] += np.float32(weight / (length + 1.0))
                score[AGE] = np.float32(old) if score[SHARED] == 0 else min(score[AGE], np.float32(old))
                score[SHARED] += np.float32(1.0)


@kernel
def beyond(index: Clicks, ways: Ways, board: Board, session: int, best: np.ndarray, found: int) -> None:
    """Score what stands around the best candidates so far: two steps away."""
    m, ring, current = index.newest.shape[1], index.ring.click, board.path[0]
    mask = len(ring) - 1
    for rank in range(found):
        item, weight = board.item[best[rank]], board.score[best[rank], PRIOR]
        ever, held = index.item[item].ever, min(index.item[item].clicks, m, ways.hop_clicks)
        for j in range(held):
            prefetch(ring, np.int64(index.newest[item, (ever - 1 - j) % m] & mask))
        for j in range(held):
            place = np.int64(index.newest[item, (ever - 1 - j) % m] & mask)
            if ring[place].session == session:
                continue
            for ahead in (True, False):
                at = place
                for gap in range(1, 4 if ahead else 3):
                    link = np.int64(ring[at].ahead) if ahead else -np.int64(ring[at].back)
                    if link == 0:
                        break
                    at = (at + link) & mask
                    other = ring[at].item
                    if other != current and other != item:
                        gain(board, other, HOP, weight / (held + 1.0) / gap)


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
