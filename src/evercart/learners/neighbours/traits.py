"""Traits: what is said of one candidate in the eyes of one session, as numbers for a ranker.

No trait tells which item it is; all tell how it stands to the session, to others, to time.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.features.columns import Column
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
    READINGS,
    SHARED,
    Board,
)
from evercart.learners.neighbours.clicks import Clicks
from evercart.units import SECOND_US

SCORED: Final = READINGS[: HOP + 1]
_LOGS: Final = ((NEXT, 1.0), (NEAR, 10.0), (HOP, 10.0))  # with what brings their usual values near 1
_OWN: Final = (
    *("own", "own_nearness", "own_last_but_one", "own_two_before", "own_log_back", "own_distinct_nearness"),
    *("own_log_count", "own_share", "own_first", "own_after_this", "own_before_this", "own_as_then"),
    *("own_of_three", "own_returned", "own_returns", "own_distinct", "own_leaves", "own_log_length"),
)
_ITEM: Final = (
    *("popular", "popular_now", "log_clicks", "log_known", "log_since", "just_now", "day_old", "leads_back"),
    *("next_share", "next_of_last", "sides_of_item", "sides_cosine", "near_cosine", "hop_cosine", "jaccard"),
    *("log_shared", "fresh", "unmet", "only_hop"),
)
_SESSION: Final = ("log_length", "distinct", "returned", "returns", "last_log_sessions", "leaves")
TRAITS: Final = (
    *(f"{name}_of_best" for name in SCORED),
    *(f"{READINGS[reading]}_log" for reading, _ in _LOGS),
    *_ITEM,
    *_SESSION,
    *("prior", "prior_rank"),
    *_OWN,
)
COLUMNS: Final = tuple(Column(name) for name in TRAITS)
_AT_LOG: Final = len(SCORED)
_AT_ITEM: Final = _AT_LOG + len(_LOGS)
_AT_SESSION: Final = _AT_ITEM + len(_ITEM)
_AT_OWN: Final = len(TRAITS) - len(_OWN)


@lean
def _log_s(us: float) -> float:
    return float(0.15 * np.log1p(us / SECOND_US))


@kernel
def describe(
    index: Clicks,
    board: Board,
    session: int,
    us: int,
    half_us: float,
    best: NDArray[np.int32],
    found: int,
    tops: NDArray[np.float64],
    next_sum: float,
    x: NDArray[np.float32],
) -> None:
    """Write the traits of the candidates in rows `best` of the board, best first, to x (found, traits).

    tops      (readings,) the best score on the board in each
    next_sum  the sum of all scores in the first reading
    """
    about = np.zeros(len(_SESSION))
    _session(index, board, session, about)
    for rank in range(found):
        row = best[rank]
        to, score = x[rank], board.score[row]
        to[:] = np.float32(0.0)
        for reading in range(HOP + 1):
            to[reading] = score[reading] / tops[reading]
        for i in range(len(_LOGS)):
            if score[_LOGS[i][0]] > 0:
                to[_AT_LOG + i] = np.log1p(_LOGS[i][1] * score[_LOGS[i][0]])
        _item(index, board, row, us, half_us, next_sum, to[_AT_ITEM:])
        for i in range(len(about)):
            to[_AT_SESSION + i] = about[i]
        to[_AT_OWN - 2] = 0.2 * score[PRIOR]
        to[_AT_OWN - 1] = 1.0 / (1.0 + rank)
        if score[OWN] > 0:
            _own(board, board.item[row], int(score[OWN]), about, to[_AT_OWN:])


@lean
def _session(index: Clicks, board: Board, session: int, to: NDArray[np.float64]) -> None:
    if board.counts[2] == 0:
        return
    last = index.item[board.path[0]]
    to[4] = 0.4 * np.log1p(last.sessions)
    to[5] = (last.returned + 1.0) / (last.left + 2.5)
    if session >= 0:
        here = index.session[session]
        to[0] = 0.4 * np.log(here.ever)
        to[1] = here.distinct / here.ever
        to[2] = here.returned
        to[3] = here.returns / (here.ever + 1.0)


@lean
def _item(
    index: Clicks, board: Board, row: int, us: int, half_us: float, next_sum: float, to: NDArray[np.float32]
) -> None:
    item, score = index.item[board.item[row]], board.score[row]
    last = index.item[board.path[0]].sessions if board.counts[2] > 0 else 0
    now = np.exp2(item.popular - us / half_us)
    sides = score[NEXT] + score[LATER] + score[BEFORE]
    to[0] = 0.5 * np.log1p(np.exp2(item.popular - item.last_us / half_us))
    to[1] = 0.05 * now
    to[2] = 0.3 * np.log1p(item.ever)
    to[3] = _log_s(us - item.since_us)
    to[4] = _log_s(us - item.last_us)
    to[5] = np.exp((item.last_us - us) / (300.0 * SECOND_US))
    to[6] = 1.0 if us - item.since_us < 86_400 * SECOND_US else 0.0
    to[7] = (item.returned + 1.0) / (item.left + 2.5)
    to[8] = score[NEXT] / (next_sum + 1.0)
    to[9] = score[NEXT] / (last + 0.5)
    to[10] = sides / (item.clicks + 0.5)
    to[11] = sides / np.sqrt(item.sessions * last + 1.0)
    to[12] = score[NEAR] / np.sqrt(item.sessions + 1.0)
    to[13] = score[HOP] / np.sqrt(item.sessions + 1.0)
    if score[SHARED] > 0:
        both = min(score[SHARED], min(item.sessions, last))
        to[14] = min(score[SHARED] / (item.sessions + last - both + 1e-9), 2.0)
        to[15] = 0.5 * np.log1p(score[SHARED])
        to[16] = _log_s(score[AGE])
    else:
        to[17] = 1.0
    to[18] = 1.0 if score[NEAR] == 0 and score[OWN] == 0 else 0.0


@lean
def _own(board: Board, item: int, back: int, about: NDArray[np.float64], to: NDArray[np.float32]) -> None:
    """Say how an item of the session stands in it: a third of all next clicks go back to one."""
    length, current = board.counts[2], board.path[0]
    count = after = before = distinct = 0
    then = True  # no earlier visit of the current item was met yet
    for at in range(1, length):
        if board.path[at] == item:
            count += 1
            before += 1 if board.path[at - 1] == current else 0
        if board.path[at] == current:
            after += 1 if at > 1 and board.path[at - 1] == item else 0
            if then and board.path[at - 1] == item:
                to[11] = 1.0
            then = False
        if at < back and board.path[at] != board.path[at - 1]:
            distinct += 1
    to[0] = 1.0
    to[1] = 1.0 / back
    to[2] = 1.0 if back == 1 else 0.0
    to[3] = 1.0 if back == 2 else 0.0
    to[4] = 0.5 * np.log(back)
    to[5] = 1.0 / (1.0 + distinct)
    to[6] = np.log(count)
    to[7] = count / length
    to[8] = 1.0 if board.path[length - 1] == item else 0.0
    to[9] = after
    to[10] = before
    to[12] = 1.0 if length == 3 else 0.0
    to[13] = about[2]
    to[14] = about[3]
    to[15] = about[1]
    to[16] = about[5]
    to[17] = about[0]
