"""Embedded: candidates whose learned vectors fit the mean of the session's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import stream
from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel
from evercart.learners.neighbours.board import PRIOR, Board, board, choose, row_of, wipe
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.content_paths import Paths, follow, forget_paths, path_of, paths
from evercart.learners.neighbours.embedded_table import (
    Embeddings,
    embeddings,
    fits,
    forget_items,
    learn,
    meet_item,
    note,
    query,
)
from evercart.learners.neighbours.offering import Columns, Given, given, of_kind, offering, peeked, put, require_source
from evercart.recent import NONE, is_silent
from evercart.slots import find
from evercart.units import DAY_S, SECOND_US

TRAITS: Final = ("fit", "fit_of_best", "fit_nearness", "fit_last")
_ITEM: Final = kind_number("item")


class Learned(NamedTuple):
    """Vectors of items; which items each session was at."""

    table: Embeddings
    paths: Paths


class Rules(NamedTuple):
    """The settings as kernels take them."""

    kind: int
    keep_us: int
    most: int
    path_us: int
    most_paths: int
    samples: int
    pace: tuple[float, float]  # rate, fading
    drawn: np.uint64
    first: np.uint64


@dataclass(frozen=True)
class Embedded:
    """A source by learned embeddings of items: what fits the session's last items, among their items' neighbours.

    See `embedded_table`. Each item lists the `near` items that were found to fit best after it; candidates are those
    lists of the session's last items, by how they fit all of these.

    width     of a vector
    near      neighbours an item lists
    anchors   last items of the session that count
    fading    weight of an anchor, per anchor after it
    samples   items a click is contrasted with
    rate      of the steps
    keep_s    how long an item is known after the last row about it
    """

    kind: str = "view"
    by: str = "session"
    width: int = 32
    near: int = 32
    anchors: int = 6
    fading: float = 0.7
    samples: int = 32
    rate: float = 0.1
    keep_s: float = 60 * DAY_S
    most: int = 1 << 20
    path_s: float = 1 * DAY_S
    most_paths: int = 1 << 20
    offered: int = 64
    seed: int = 1
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require_source("embedded", self.kind, self.by, self.offered)
        require(1 <= self.width <= 512, "embedded.width", "1 to 512", self.width)
        require(1 <= self.near <= 300, "embedded.near", "1 to 300", self.near)
        require(1 <= self.anchors <= 32, "embedded.anchors", "1 to 32", self.anchors)
        require(0 < self.fading <= 1, "embedded.fading", "more than 0, at most 1", self.fading)
        require(1 <= self.samples <= 1000, "embedded.samples", "1 to 1000", self.samples)
        require(self.rate > 0, "embedded.rate", "more than 0", self.rate)
        require(self.keep_s > 0, "embedded.keep_s", "more than 0", self.keep_s)
        require(self.most >= 1, "embedded.most", "at least 1", self.most)
        require(self.path_s > 0, "embedded.path_s", "more than 0", self.path_s)
        require(self.most_paths >= 1, "embedded.most_paths", "at least 1", self.most_paths)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return (self.by, "item", "category")

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds it reads."""
        return (self.kind, "item")

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns of x."""
        return TRAITS

    def start(self) -> Learned:
        """Return no vectors."""
        return Learned(embeddings(self.width, self.near), paths(self.anchors))

    def step(self, state: Learned, woven: Events) -> tuple[Learned, Candidates]:
        """Return the candidates of each question, as known just before it."""
        clicks = of_kind(woven, self.kind)
        more = clicks + of_kind(woven, "item")
        if more:
            state = Learned(state.table.roomy(more), state.paths.roomy(clicks))
        said = woven["category"], woven.offset
        walk = partial(_walk, state, self._rules, self.offered, given(woven, self.by), said)
        return state, offering(woven, self.offered, len(TRAITS), walk)

    def peek(self, state: Learned, questions: Events) -> Candidates:
        """Return what `step` would say of questions alone: see `peeked`."""
        return peeked("embedded", self, state, questions, self._is_due(state, questions))

    def _is_due(self, state: Learned, questions: Events) -> bool:
        """Return whether something is to be forgotten by the time of the questions."""
        now_us = int(questions.logged_us.max(initial=0))
        silent = is_silent(state.table.items, now_us - self._rules.keep_us)
        return (
            silent
            or is_silent(state.paths.keys, now_us - self._rules.path_us)
            or (state.table.items.keys.live > self.most)
        )

    @cached_property
    def _rules(self) -> Rules:
        return Rules(
            kind_number(self.kind),
            round(self.keep_s * SECOND_US),
            self.most,
            round(self.path_s * SECOND_US),
            self.most_paths,
            self.samples,
            (self.rate, self.fading),
            stream(self.seed, "embedded/samples"),
            stream(self.seed, "embedded/first"),
        )


@kernel
def _walk(
    state: Learned,
    rules: Rules,
    offered: int,
    given: Given,
    said: tuple[NDArray[np.uint64], NDArray[np.int64]],
    columns: Columns,
) -> int:
    """Learn from clicks, answer questions, row by row; return how many rows of candidates there are."""
    number, kind, logged_us, by, item = given
    category, offset = said
    best, scores = np.empty(offered, np.int32), board(1)
    rows = 0
    for row in range(len(number)):
        now = logged_us[row]
        forget_items(state.table, now - rules.keep_us, rules.most)
        forget_paths(state.paths, now - rules.path_us)
        if number[row] < 0:
            if item[row] != U64(0) and kind[row] == _ITEM:
                meet_item(state.table, item[row], category[row], now, rules.first)
            elif item[row] != U64(0) and kind[row] == rules.kind:
                _click(state, rules, by[row], item[row], now, offset[row])
            continue
        found = _answer(state, rules, scores, by[row], item[row], best, columns[-1][rows:])
        rows = put(scores, PRIOR, best, found, state.table.items.keys.keys, number[row], columns, rows)
        wipe(scores)
    return rows


@kernel
def _click(state: Learned, rules: Rules, by: np.uint64, item: np.uint64, now: int, offset: int) -> None:
    slot = meet_item(state.table, item, U64(0), now, rules.first)
    path = path_of(state.paths, by)
    if path != NONE and state.paths.item[path, 0] != item:
        learn(state.table, state.paths.item[path], slot, rules.drawn, offset, rules.pace, rules.samples)
    note(state.table, item)
    if by != U64(0):
        follow(state.paths, by, item, now, rules.most_paths)


@kernel
def _answer(
    state: Learned,
    rules: Rules,
    scores: Board,
    key: np.uint64,
    named: np.uint64,
    best: NDArray[np.int32],
    x: NDArray[np.float32],
) -> int:
    """Find the candidates of one question; write the traits of the best."""
    table, slot = state.table, path_of(state.paths, key)
    path = state.paths.item[slot] if slot != NONE else np.array([named])
    q = np.empty(table.into.shape[1] - 1, np.float32)
    if query(table, path, rules.pace[1], q) == 0:
        return 0
    for anchor in path:
        item = find(table.items.keys, anchor) if anchor != U64(0) else NONE
        if item != NONE:
            for near in table.near[item]:
                other = find(table.items.keys, near) if near != U64(0) else NONE
                if other != NONE and near != path[0]:
                    row_of(scores, other)
    for row in range(scores.counts[0]):
        scores.score[row, PRIOR] = fits(q, table.out[scores.item[row]])
    found = choose(scores, best, len(best))
    last = find(table.items.keys, path[0])
    for rank in range(found):
        out, to = table.out[scores.item[best[rank]]], x[rank]
        to[0] = scores.score[best[rank], PRIOR]
        to[1] = np.exp(scores.score[best[rank], PRIOR] - scores.score[best[0], PRIOR])
        to[2] = 1.0 / (1.0 + rank)
        to[3] = fits(table.into[last, : len(q)], out) if last != NONE else 0.0
    return found
