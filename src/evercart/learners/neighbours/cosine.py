"""Cosine: candidates that the same shoppers took as those of the shopper's own history."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel, lean
from evercart.learners.neighbours.board import Board, board, row_of, wipe
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.offering import Columns, Given, given, of_kind, offering, put, require_source
from evercart.learners.neighbours.together import WAYS, Together, forget, lives, take, together
from evercart.recent import NONE
from evercart.slots import find
from evercart.units import DAY_S, SECOND_US

READINGS: Final = ("all", "late", "after", "before", "next")
ALL, LATE, AFTER, BEFORE, NEXT, _MINE, _WORTH = range(7)
_ITEM: Final = ("log_times", "popular", "log_known", "log_since", "after_share", "after_of_times", "next_share", "both")
_OWN: Final = ("log_steps", "log_away", "worth", "nearness")
TRAITS: Final = (
    *(f"{name}_of_best" for name in READINGS),
    *(f"{name}_log" for name in READINGS),
    *_ITEM,
    *_OWN,
)
_SCALES: Final = (1.0, 3.0, 0.2, 0.2, 1.0)
_AT_ITEM: Final = 2 * len(READINGS)
_AT_OWN: Final = _AT_ITEM + len(_ITEM)
_POPULAR: Final = 1e-4  # it only decides between what is otherwise alike
_LONG_AGO: Final = -50.0  # half-lives
_RARE: Final = 5.0  # times below which a small count says little


class _Rules(NamedTuple):
    kind: int
    keep_us: int
    half_us: float
    anchors: int
    near: int
    fading: float


@dataclass(frozen=True)
class Cosine:
    """A source that scores an item by the cosine of its shoppers with those of each item the shopper had.

    Beside the plain sum over the history stand the sum in which the newest weigh most, and how closely items came
    after (before) the newest in others' histories. What the path remembers is never offered again; of a shopper
    without a history the popular are offered.
    Bytes: at most 24 * `listed` + 96 an item alive, 12 * `path` + 80 a shopper alive.

    kind       what taking is
    by         who takes
    keep_s     how long an item, a shopper is remembered after the last row
    listed     pairs an item keeps at most, a multiple of 8
    path       items remembered of a shopper
    anchors    newest of them that are looked from
    near       newest of them whose followers count
    fading     weight of an anchor, per newer one
    popular_s  in which a row's weight for popularity halves
    offered    candidates a question gets at most

    Source: Sarwar et al., "Item-based collaborative filtering recommendation algorithms", WWW 2001, section 3.1;
    the increments are those of Papagelis et al., "Incremental collaborative filtering for highly-scalable
    recommendation algorithms", ISMIS 2005.
    """

    kind: str = "view"
    by: str = "user"
    keep_s: float = 365 * DAY_S
    listed: int = 128
    path: int = 64
    anchors: int = 64
    near: int = 10
    fading: float = 0.8
    popular_s: float = 30 * DAY_S
    offered: int = 64
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require_source("cosine", self.kind, self.by, self.offered)
        require(self.keep_s > 0, "cosine.keep_s", "more than 0", self.keep_s)
        whole = self.listed >= WAYS and self.listed % WAYS == 0
        require(whole, "cosine.listed", f"a multiple of {WAYS}", self.listed)
        require(1 <= self.path <= 4096, "cosine.path", "1 to 4096", self.path)
        require(1 <= self.anchors <= self.path, "cosine.anchors", "1 to `path`", self.anchors)
        require(self.near >= 0, "cosine.near", "at least 0", self.near)
        require(0 < self.fading <= 1, "cosine.fading", "more than 0, at most 1", self.fading)
        require(self.popular_s > 0, "cosine.popular_s", "more than 0", self.popular_s)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return (self.by, "item")

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns of x."""
        return TRAITS

    def start(self) -> Together:
        """Return a memory of nothing."""
        return together(self.listed, self.path, self.offered)

    def step(self, state: Together, woven: Events) -> tuple[Together, Candidates]:
        """Return the candidates of each question, as known just before it."""
        more = of_kind(woven, self.kind)
        if more:
            state = state.roomy(more)
        walk = partial(_walk, state, self._rules, self.offered, given(woven, self.by))
        return state, offering(woven, self.offered, len(TRAITS), walk)

    @cached_property
    def _rules(self) -> _Rules:
        keep_us, half_us = round(self.keep_s * SECOND_US), self.popular_s * SECOND_US
        return _Rules(kind_number(self.kind), keep_us, half_us, self.anchors, self.near, self.fading)


@kernel
def _walk(
    state: Together,
    rules: _Rules,
    offered: int,
    given: Given,
    columns: Columns,
) -> int:
    number, kind, logged_us, user, item = given
    best, scores = np.empty(offered, np.int32), board(1)
    rows = 0
    for row in range(len(number)):
        now = logged_us[row]
        forget(state, now - rules.keep_us)
        if number[row] < 0:
            if kind[row] == rules.kind and user[row] != U64(0) and item[row] != U64(0):
                take(state, user[row], item[row], now, rules.half_us)
            continue
        slot = find(state.users.keys, user[row]) if user[row] != U64(0) else NONE
        _score(state, rules, scores, slot)
        found = _choose(state, scores, now / rules.half_us, best)
        _describe(state, rules, scores, slot, now, best[:found], columns[-1][rows:])
        rows = put(scores, _WORTH, best, found, state.items.keys.keys, number[row], columns, rows)
        wipe(scores)
    return rows


@kernel
def _score(state: Together, rules: _Rules, scores: Board, owner: int) -> None:
    """Put on the board what was taken with the shopper's items; without any, what is popular."""
    steps = state.steps[owner] if owner != NONE else 0
    length = state.path.shape[1]
    weight = 1.0
    for back in range(1, min(steps, length) + 1):
        step = state.path[owner, (steps - back) % length]
        if not lives(state, step.item, step.born):
            continue
        row = row_of(scores, step.item)
        if row >= 0:
            scores.score[row, _MINE] = np.float32(1.0)
        if back <= rules.anchors:
            _look(state, scores, step.item, weight, back <= rules.near, back == 1)
        weight *= rules.fading
    if scores.counts[0] == 0:
        for item in state.top:
            if item != NONE:
                row_of(scores, item)


@lean
def _look(state: Together, scores: Board, item: int, weight: float, near: bool, last: bool) -> None:
    mine = state.thing[item].times
    for at in range(state.pairs.shape[1]):
        pair = state.pairs[item, at]
        if not lives(state, pair.item, pair.born):
            continue
        row = row_of(scores, pair.item)
        if row < 0:
            continue
        score = scores.score[row]
        cosine = pair.times / np.sqrt(mine * state.thing[pair.item].times + 1e-9)
        score[ALL] += np.float32(cosine)
        score[LATE] += np.float32(weight * cosine)
        if near:
            score[AFTER] += np.float32(weight * pair.after)
            score[BEFORE] += np.float32(weight * pair.before)
        if last:
            score[NEXT] = pair.after


@kernel
def _choose(state: Together, scores: Board, halves: float, best: NDArray[np.int32]) -> int:
    """Weigh what is on the board, put the best rows in order; equal ones by their keys.

    halves    half-lives of popularity since the clock began
    """
    tops = np.full(2, 1e-9)
    for row in range(scores.counts[0]):
        tops[0] = max(tops[0], scores.score[row, LATE])
        near = _near(state, scores, row)
        scores.score[row, _WORTH] = np.float32(near)
        tops[1] = max(tops[1], near)
    found = 0
    for row in range(scores.counts[0]):
        score = scores.score[row]
        lately = max(state.thing[scores.item[row]].popular - halves, _LONG_AGO)
        score[_WORTH] = np.float32(score[LATE] / tops[0] + score[_WORTH] / tops[1] + _POPULAR * lately)
        if score[_MINE] > 0:
            continue
        at = found
        while at > 0 and _is_before(state, scores, row, best[at - 1]):
            at -= 1
        if at == len(best):
            continue
        found = min(found + 1, len(best))
        for after in range(found - 1, at, -1):
            best[after] = best[after - 1]
        best[at] = row
    return found


@lean
def _near(state: Together, scores: Board, row: int) -> float:
    score = scores.score[row]
    return float((score[AFTER] + score[BEFORE]) / np.sqrt(state.thing[scores.item[row]].times + _RARE))


@lean
def _is_before(state: Together, scores: Board, row: int, other: int) -> bool:
    one, two = scores.score[row, _WORTH], scores.score[other, _WORTH]
    if one != two:
        return bool(one > two)
    keys = state.items.keys.keys
    return bool(keys[scores.item[row]] < keys[scores.item[other]])


@kernel
def _describe(
    state: Together,
    rules: _Rules,
    scores: Board,
    owner: int,
    now: int,
    best: NDArray[np.int32],
    x: NDArray[np.float32],
) -> None:
    """Write the traits of the candidates in rows `best` of the board, best first."""
    tops = np.full(len(READINGS), 1e-9)
    sums = np.full(len(READINGS), 1e-9)
    for row in range(scores.counts[0]):
        for reading in range(len(READINGS)):
            tops[reading] = max(tops[reading], scores.score[row, reading])
            sums[reading] += scores.score[row, reading]
    steps = state.steps[owner] if owner != NONE else 0
    away = now - state.users.links[owner].last_us if owner != NONE else 0
    for rank in range(len(best)):
        row = best[rank]
        to, score, thing = x[rank], scores.score[row], state.thing[scores.item[row]]
        for reading in range(len(READINGS)):
            to[reading] = score[reading] / tops[reading]
            to[len(READINGS) + reading] = np.log1p(_SCALES[reading] * score[reading])
        item = to[_AT_ITEM:]
        item[0] = 0.3 * np.log1p(thing.times)
        item[1] = 0.3 * np.log1p(np.exp2(thing.popular - now / rules.half_us))
        item[2] = 0.15 * np.log1p((now - thing.since_us) / SECOND_US)
        item[3] = 0.15 * np.log1p((now - state.items.links[scores.item[row]].last_us) / SECOND_US)
        item[4] = 10.0 * score[AFTER] / (sums[AFTER] + 1.0)
        item[5] = (score[AFTER] + score[BEFORE]) / (thing.times + _RARE)
        item[6] = 10.0 * score[NEXT] / (sums[NEXT] + 1.0)
        item[7] = score[ALL] / (min(steps, rules.anchors) + 1.0)
        own = to[_AT_OWN:]
        own[0] = 0.3 * np.log1p(float(steps))
        own[1] = 0.15 * np.log1p(away / SECOND_US)
        own[2] = score[_WORTH]
        own[3] = 1.0 / (1.0 + rank)
