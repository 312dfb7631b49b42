"""Content: candidates that are like the session's last items by category, by brand, by title, new ones among them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import SKETCH, Events, missing
from evercart.events.kinds import number as kind_number
from evercart.features.encoders.sketch import WORDS
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel
from evercart.learners.neighbours.board import PRIOR, Board, board, choose, row_of, wipe
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.content_paths import Paths, follow, forget_paths, path_of, paths
from evercart.learners.neighbours.content_pools import (
    FIRST_BAND,
    PLACES,
    Pools,
    click,
    declare,
    forget_until,
    known,
    pools,
)
from evercart.learners.neighbours.content_traits import TRAITS, Sight, describe, look, worth
from evercart.learners.neighbours.offering import Columns, Given, given, of_kind, offering, peeked, put, require_source
from evercart.recent import is_silent
from evercart.slots import find
from evercart.units import DAY_S, SECOND_US

_ITEM: Final = kind_number("item")


class Catalogue(NamedTuple):
    """What is known of items; which of them each session was at."""

    pools: Pools
    paths: Paths


class Rules(NamedTuple):
    """The settings as kernels take them."""

    kind: int
    keep_us: int
    most: int
    path_us: int
    most_paths: int
    near: int
    sight: Sight


@dataclass(frozen=True)
class Content:
    """A source of items that are like those the session was at, however new: an `item` row is enough.

    Each category, brand and stretch of a title's sketch is a pool, which lists its newest items beside its most
    popular ones. Candidates are the lists of the pools in which the session's last items stand. Their order: the
    clicks an item would have by now if it went on as it began (its own, shrunk to the mean of its category), times
    how much of the session is of its category, its brand, its words.

    Without `item` rows it offers nothing.

    kind       what a click is
    by         whose last items count: a session's, a shopper's
    texts      the name of the encoder by whose sketches titles are compared (see `Texts`), "" for none
    anchors    last items that are looked from
    near       of these, how many are looked from by title, too
    fading     weight of an anchor, per anchor after it
    newest     items a pool lists because they were declared, or first clicked, last
    popular    items a pool lists because they are popular
    half_s     in which a click's weight halves
    shrink     half-lives' worth of the mean of the category that an item's own clicks are weighed against
    keep_s     how long an item is known after the last row about it
    most       items known at most; those without a row for longest go first
    path_s     how long a path is known after its last click
    most_paths paths known at most; the oldest go first
    offered    candidates a question gets at most
    """

    kind: str = "view"
    by: str = "session"
    texts: str = ""
    anchors: int = 6
    near: int = 1
    fading: float = 0.7
    newest: int = 32
    popular: int = 32
    half_s: float = 14 * DAY_S
    shrink: float = 0.1
    keep_s: float = 365 * DAY_S
    most: int = 1 << 20
    path_s: float = 7 * DAY_S
    most_paths: int = 1 << 20
    offered: int = 64
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require_source("content", self.kind, self.by, self.offered)
        require(1 <= self.anchors <= 32, "content.anchors", "1 to 32", self.anchors)
        require(0 <= self.near <= self.anchors, "content.near", "0 to `anchors`", self.near)
        require(0 < self.fading <= 1, "content.fading", "more than 0, at most 1", self.fading)
        require(1 <= self.newest <= 1000, "content.newest", "1 to 1000", self.newest)
        require(0 <= self.popular <= 1000, "content.popular", "0 to 1000", self.popular)
        require(self.half_s > 0, "content.half_s", "more than 0", self.half_s)
        require(self.shrink > 0, "content.shrink", "more than 0", self.shrink)
        require(self.keep_s > 0, "content.keep_s", "more than 0", self.keep_s)
        require(self.most >= 1, "content.most", "at least 1", self.most)
        require(self.path_s > 0, "content.path_s", "more than 0", self.path_s)
        require(self.most_paths >= 1, "content.most_paths", "at least 1", self.most_paths)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs; those of `SKETCH` are in a log that was `titled`."""
        return (self.by, "item", "category", "brand", "price", *(SKETCH if self.texts else ()))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds it reads."""
        return (self.kind, "item")

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns of x."""
        return TRAITS

    def start(self) -> Catalogue:
        """Return an empty catalogue."""
        return Catalogue(pools(self.newest, self.popular), paths(self.anchors))

    def step(self, state: Catalogue, woven: Events) -> tuple[Catalogue, Candidates]:
        """Return the candidates of each question, as known just before it."""
        clicks, declared = of_kind(woven, self.kind), of_kind(woven, "item")
        if clicks or declared:
            state = Catalogue(state.pools.roomy(clicks + declared, declared), state.paths.roomy(clicks))
        said = (woven["category"], woven["brand"], woven["price"], self._sketches(woven))
        walk = partial(_walk, state, self._rules, self.offered, given(woven, self.by), said)
        return state, offering(woven, self.offered, len(TRAITS), walk)

    def _sketches(self, woven: Events) -> NDArray[np.uint64]:
        """Return the sketches of titles, (rows, WORDS); nothing where they are not read."""
        if not self.texts or SKETCH[0] not in woven.columns:
            return np.full((len(woven), WORDS), missing(SKETCH[0]), np.uint64)
        return np.stack([woven[name] for name in SKETCH], axis=1)

    def peek(self, state: Catalogue, questions: Events) -> Candidates:
        """Return what `step` would say of questions alone: see `peeked`."""
        return peeked("content", self, state, questions, self._is_due(state, questions))

    def _is_due(self, state: Catalogue, questions: Events) -> bool:
        """Return whether something is to be forgotten by the time of the questions."""
        now_us = int(questions.logged_us.max(initial=0))
        kept = (state.pools.items, self._rules.keep_us), (state.paths.keys, self._rules.path_us)
        full = state.pools.items.keys.live > self.most
        return full or any(is_silent(keys, now_us - keep_us) for keys, keep_us in kept)

    @cached_property
    def _rules(self) -> Rules:
        sight = Sight(self.fading, self.half_s * SECOND_US, self.shrink)
        keep_us, path_us = (round(seconds * SECOND_US) for seconds in (self.keep_s, self.path_s))
        return Rules(kind_number(self.kind), keep_us, self.most, path_us, self.most_paths, self.near, sight)


@kernel
def _walk(
    state: Catalogue,
    rules: Rules,
    offered: int,
    given: Given,
    said: tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64], NDArray[np.uint64]],
    columns: Columns,
) -> int:
    """Take in items with clicks, answer questions, row by row; return how many rows of candidates there are."""
    number, kind, logged_us, by, item = given
    category, brand, price, sketch = said
    best, scores = np.empty(offered, np.int32), board(state.paths.item.shape[1])
    rows = 0
    for row in range(len(number)):
        now = logged_us[row]
        forget_until(state.pools, now - rules.keep_us, rules.most)
        forget_paths(state.paths, now - rules.path_us)
        if number[row] < 0:
            if item[row] != U64(0) and kind[row] == _ITEM:
                slot = known(state.pools, item[row], now)
                declare(state.pools, slot, category[row], brand[row], price[row], sketch[row])
            elif item[row] != U64(0) and kind[row] == rules.kind:
                click(state.pools, known(state.pools, item[row], now), now, rules.sight.half_us)
                if by[row] != U64(0):
                    follow(state.paths, by[row], item[row], now, rules.most_paths)
            continue
        found = _answer(state, rules, scores, by[row], item[row], now, best, columns[-1][rows:])
        rows = put(scores, PRIOR, best, found, state.pools.items.keys.keys, number[row], columns, rows)
        wipe(scores)
    return rows


@kernel
def _answer(
    state: Catalogue,
    rules: Rules,
    scores: Board,
    key: np.uint64,
    named: np.uint64,
    now: int,
    best: NDArray[np.int32],
    x: NDArray[np.float32],
) -> int:
    """Find the candidates of one question; write the traits of the best."""
    _trace(state, scores, path_of(state.paths, key), named)
    if scores.counts[2] == 0:
        return 0
    for at in range(scores.counts[2]):
        for place in range(PLACES if at < rules.near else FIRST_BAND):
            _gather(state.pools, scores, state.pools.stands[scores.path[at], place] - 1)
    mean_price = look(state.pools, scores, rules.sight)
    for row in range(scores.counts[0]):
        scores.score[row, PRIOR] = worth(state.pools, scores, rules.sight, scores.item[row], now)
    found = choose(scores, best, len(best))
    describe(state.pools, scores, rules.sight, now, mean_price, best, found, x)
    return found


@kernel
def _trace(state: Catalogue, scores: Board, slot: int, named: np.uint64) -> None:
    """Lay the slots of the path's items that are known on the board; without a path the item that is asked about."""
    path = state.paths.item[slot] if slot >= 0 else np.array([named])
    for key in path:
        item = find(state.pools.items.keys, key) if key != U64(0) else -1
        if item >= 0:
            scores.path[scores.counts[2]] = item
            scores.counts[2] += 1


@kernel
def _gather(state: Pools, scores: Board, pool: int) -> None:
    """Put the items of a pool's lists on the board, but the session's last one."""
    if pool < 0:
        return
    for listed in state.top[pool]:
        if listed > 0 and listed - 1 != scores.path[0]:
            row_of(scores, listed - 1)
    for at in range(state.pool[pool].newest):
        if state.newest[pool, at] != scores.path[0]:
            row_of(scores, state.newest[pool, at])
