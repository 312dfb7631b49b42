"""Browsing: candidates for a session's next item, from all that others clicked lately."""

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
from evercart.learners.neighbours.aside import beside, go_on
from evercart.learners.neighbours.board import (
    BEFORE,
    HOP,
    LATER,
    NEAR,
    NEXT,
    OWN,
    PRIOR,
    SECOND,
    THIRD,
    Board,
    board,
    choose,
    wipe,
)
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.clicks import (
    PATH,
    Clicks,
    clicks,
    expire,
    foresee_click,
    foresee_lists,
    insert,
    oldest_us,
    session_of,
)
from evercart.learners.neighbours.offering import Columns, Given, given, of_kind, offering, peeked, put, require_source
from evercart.learners.neighbours.traits import TRAITS, describe
from evercart.learners.neighbours.walk import Ways, around, ask_items, beyond, own, popular, trace
from evercart.slots import find, foresee
from evercart.units import DAY_S, SECOND_US

_MOST_M: Final = 4096
_FAR: Final = 16  # rows ahead of which memory is asked for
_NEAR: Final = 5


class Rules(NamedTuple):
    """The settings as kernels take them."""

    kind: int
    keep_us: int
    most: int
    popular_half_us: float
    ways: Ways


@dataclass(frozen=True)
class Browsing:
    """A source that reads one index of recent clicks as transitions, neighbours, cosine, popularity, own items.

    kind           what a click is
    by             what a session is
    keep_s         how long a click counts
    most           clicks kept at most; the oldest go first
    newest         clicks of an item that are looked at (VMIS-kNN's m)
    anchors        items of the session that are looked from
    fading         weight of an anchor, per anchor after it
    reach          clicks to each side of the shared one that a neighbouring session is read
    half_s         in which a neighbour's weight halves
    hops           candidates that are looked from in turn
    hop_clicks     clicks of each of them that are looked at
    enough         items near the session from which on none is looked for two steps away
    listed         popular items that are always candidates
    popular_s      in which a click's weight for popularity halves
    offered        candidates a question gets at most

    Erased rows leave the state that a log of tombstones builds; nothing is subtracted from what was.
    """

    kind: str = "view"
    by: str = "session"
    keep_s: float = 60 * DAY_S
    most: int = 1 << 23
    newest: int = 64
    anchors: int = 6
    fading: float = 0.8
    reach: int = 5
    half_s: float = 14 * DAY_S
    hops: int = 16
    hop_clicks: int = 20
    enough: int = 256
    listed: int = 20
    popular_s: float = 1 * DAY_S
    offered: int = 64
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require_source("browsing", self.kind, self.by, self.offered)
        require(self.keep_s > 0, "browsing.keep_s", "more than 0", self.keep_s)
        require(1 <= self.most < 1 << 31, "browsing.most", "1 to 2^31 - 1", self.most)
        require(1 <= self.newest <= _MOST_M, "browsing.newest", f"1 to {_MOST_M}", self.newest)
        require(1 <= self.anchors <= PATH, "browsing.anchors", f"1 to {PATH}", self.anchors)
        require(0 < self.fading <= 1, "browsing.fading", "more than 0, at most 1", self.fading)
        require(0 <= self.reach <= PATH, "browsing.reach", f"0 to {PATH}", self.reach)
        require(self.half_s > 0, "browsing.half_s", "more than 0", self.half_s)
        require(0 <= self.hops <= self.offered, "browsing.hops", "0 to `offered`", self.hops)
        require(self.hop_clicks >= 0, "browsing.hop_clicks", "at least 0", self.hop_clicks)
        require(self.enough >= 0, "browsing.enough", "at least 0", self.enough)
        require(0 <= self.listed <= 1000, "browsing.listed", "0 to 1000", self.listed)
        require(self.popular_s > 0, "browsing.popular_s", "more than 0", self.popular_s)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return (self.by, "item")

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns of x."""
        return TRAITS

    def start(self) -> Clicks:
        """Return an empty index."""
        return clicks(self.newest, self.listed)

    def step(self, state: Clicks, woven: Events) -> tuple[Clicks, Candidates]:
        """Return the candidates of each question, as known just before it."""
        return self._walked(state, woven, False)

    def aside(self, state: Clicks, woven: Events) -> tuple[Clicks, Candidates]:
        """Return the candidates as they would be had nothing been learned since: only the sessions asked about go on.

        The state is good for nothing else afterwards; whoever calls this hands over a clone.
        """
        return self._walked(state, woven, True)

    def _walked(self, state: Clicks, woven: Events, still: bool) -> tuple[Clicks, Candidates]:
        more = of_kind(woven, self.kind)
        if more:
            state = state.roomy(more, self.most)
        walk = partial(_walk, state.flat(), self._rules, self.offered, still, given(woven, self.by))
        return state, offering(woven, self.offered, len(TRAITS), walk)

    def peek(self, state: Clicks, questions: Events) -> Candidates:
        """Return what `step` would say of questions, were they the next rows; the state stays as it is.

        A question only reads, unless by its time clicks have become too old: they leave a copy, which takes long.
        """
        first_us = oldest_us(state)
        old = first_us is not None and first_us <= int(questions.logged_us.max(initial=0)) - self._rules.keep_us
        return peeked("browsing", self, state, questions, old)

    @cached_property
    def _rules(self) -> Rules:
        ways = Ways(
            *(self.anchors, self.fading, self.reach, self.half_s * SECOND_US, self.hops, self.hop_clicks, self.enough),
        )
        keep_us = round(self.keep_s * SECOND_US)
        return Rules(kind_number(self.kind), keep_us, self.most, self.popular_s * SECOND_US, ways)


@kernel
def _walk(
    state: Clicks,
    rules: Rules,
    offered: int,
    still: bool,
    given: Given,
    columns: Columns,
) -> int:
    """Take in clicks, answer questions, row by row; return how many rows of candidates there are."""
    number, kind, logged_us, session, item = given
    best, scores = np.empty(offered, np.int32), board(PATH)
    rows = 0
    for row in range(len(number)):
        now = logged_us[row]
        if row + _FAR < len(number):
            foresee(state.sessions, session[row + _FAR])
            foresee(state.items, item[row + _FAR])
            foresee_click(state, session[row + 2 * _NEAR], item[row + 2 * _NEAR])
            foresee_lists(state, session[row + _NEAR], item[row + _NEAR])
        if not still:
            expire(state, now - rules.keep_us)
        if number[row] < 0:
            if kind[row] == rules.kind and session[row] != U64(0) and item[row] != U64(0):
                if still:
                    go_on(state, session[row], item[row], now, rules.popular_half_us)
                else:
                    insert(state, session[row], item[row], now, rules.popular_half_us, rules.most)
            continue
        found = _answer(state, rules, scores, still, session[row], item[row], now, best, columns[-1][rows:])
        rows = put(scores, PRIOR, best, found, state.items.keys, number[row], columns, rows)
        wipe(scores)
    return rows


@kernel
def _answer(
    state: Clicks,
    rules: Rules,
    scores: Board,
    still: bool,
    key: np.uint64,
    named: np.uint64,
    now: int,
    best: NDArray[np.int32],
    x: NDArray[np.float32],
) -> int:
    """Find the candidates of one question; write the traits of the best."""
    session = here = session_of(state, key)
    if still and key != U64(0) and find(state.sessions, beside(key)) >= 0:
        here = session_of(state, beside(key))
    trace(state, scores, here, find(state.items, named) if named != U64(0) else -1)
    around(state, rules.ways, scores, session, now)
    own(scores)
    tops = np.full(PRIOR + 1, 1e-9)
    next_sum = _weigh(scores, tops)
    if rules.ways.hops > 0 and scores.counts[2] > 0 and scores.counts[0] < rules.ways.enough:
        found = choose(scores, best, rules.ways.hops)
        beyond(state, rules.ways, scores, session, best, found)
        _weigh_hops(scores, tops)
    popular(state, scores)
    found = choose(scores, best, len(best))
    ask_items(state, scores, best, found)
    describe(state, scores, here, now, rules.popular_half_us, best, found, tops, next_sum, x)
    return found


@lean
def _weigh(scores: Board, tops: NDArray[np.float64]) -> float:
    """Give each row on the board its prior: fixed weights on each reading's share of the best; return a sum."""
    rows, next_sum = scores.counts[0], 0.0
    for row in range(rows):
        for reading in range(HOP):
            tops[reading] = max(tops[reading], scores.score[row, reading])
        next_sum += scores.score[row, NEXT]
    for row in range(rows):
        score = scores.score[row]
        prior = score[NEXT] / tops[NEXT] + score[LATER] / tops[LATER] + score[BEFORE] / tops[BEFORE]
        prior += 0.5 * score[SECOND] / tops[SECOND] + 0.3 * score[THIRD] / tops[THIRD]
        prior += 2.0 * score[NEAR] / tops[NEAR] + (3.0 if score[OWN] > 0 else 0.0)
        score[PRIOR] = np.float32(prior)
    return next_sum


@lean
def _weigh_hops(scores: Board, tops: NDArray[np.float64]) -> None:
    """Add to the priors what is two steps away."""
    for row in range(scores.counts[0]):
        tops[HOP] = max(tops[HOP], scores.score[row, HOP])
    for row in range(scores.counts[0]):
        scores.score[row, PRIOR] += np.float32(scores.score[row, HOP] / tops[HOP])
