"""Circles: the payers that a payment's cards, devices, addresses tie together, with the frauds known among them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column
from evercart.features.graph.forest import Forest, fetch_node, forest, join, node_of, root_of, seek
from evercart.features.needs import HASHES, one_of
from evercart.features.slotted import array_of
from evercart.fold import Grain
from evercart.hashing import U64, mix_columns
from evercart.kernel import kernel, lean
from evercart.slots import find, foresee
from evercart.units import DAY_S, SECOND_US

_CHARGEBACK, _RESOLVED = kind_number("chargeback"), kind_number("resolved")
COLUMNS: Final = (
    Column("payers", "log payers"),  # in all circles that the payment touches
    Column("payments", "log payments"),
    Column("frauds", "log payments"),
    Column("rate"),
    Column("joins", "circles"),  # that the payment would make one
    Column("fresh", "parties"),  # never seen before
)
EDGES: Final[dict[str, tuple[float, ...]]] = {
    "payers": tuple(float(np.log1p(n)) for n in (2, 3, 5, 9, 17, 65)),
    "frauds": tuple(float(np.log1p(n)) for n in (1, 2, 4, 8, 16)),
    "rate": (0.015, 0.03, 0.06, 0.12, 0.25, 0.5),
    "joins": (2, 3),
    "fresh": (1, 2),
}
_PRIOR, _WORTH = 0.01, 1.0  # the rate of an unknown circle, how many payments that is worth
_NONE: Final = -1
_AHEAD: Final = 8  # rows: half of them are questions


class CirclesState(NamedTuple):
    """Two forests: the older answers, the younger takes its place once it is old enough."""

    since_us: NDArray[np.int64]  # (1,) first row of the younger; -1 before it
    older: Forest
    younger: Forest


@dataclass(frozen=True)
class Circles:
    """A table, as `Table` is one: a fold from woven events to X, float32 (questions, columns).

    A payment ties its payer to its parties, hence to all who used them. A tie is forgotten between `keep_s` and twice
    that after it was last seen: there are two forests, each begun anew in turn, since a union cannot be undone. So a
    circle that grows without end is bounded: at `most` nodes the older forest goes at once. State: at most 2 * `most`
    * 60 bytes. A chargeback has to carry the columns of its payment: see `Rooted`. A fraud that is taken back later
    stays counted until it is forgotten.

    payer      the column whose nodes count as payers
    parties    columns that several payers may share
    """

    payer: str = "user"
    parties: tuple[str, ...] = ("card", "device", "address")
    keep_s: float = 45 * DAY_S
    most: int = 1 << 22
    name: ClassVar[str] = "circles"
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        for column in (self.payer, *self.parties):
            one_of("circles.payer, parties", HASHES, column)
        differ = len({self.payer, *self.parties}) == 1 + len(self.parties) > 1
        require(differ, "circles.parties", "columns that differ from one another, from the payer", self.parties)
        require(self.keep_s > 0, "circles.keep_s", "more than 0", self.keep_s)
        require(self.most >= 64, "circles.most", "at least 64", self.most)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return what each column of X means, under the table's name."""
        slots = (Column(f"{name}_slot", slots=len(edges) + 1) for name, edges in EDGES.items())
        return tuple(Column(f"{self.name}.{one.name}", one.unit, one.slots) for one in (*COLUMNS, *slots))

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return (self.payer, *self.parties, "fraud")

    def start(self) -> CirclesState:
        """Return two forests without a node."""
        return CirclesState(np.full(1, -1), forest(), forest())

    def step(self, state: CirclesState, woven: Events) -> tuple[CirclesState, NDArray[np.float32]]:
        """Return the forests after the rows; X, (questions, columns)."""
        keys, does, asked = self._keys(woven), self._does(woven), woven.asked
        x = np.zeros((int(asked.sum()), len(COLUMNS)), np.float32)
        rows, first, question = len(woven), 0, 0
        while True:
            state = state._replace(
                older=state.older.roomy(keys.shape[1] * (rows - first)),
                younger=state.younger.roomy(keys.shape[1] * (rows - first)),
            )
            rule = (self._keep_us, self.most)
            first, question = _walk(state, rule, woven.logged_us, does, asked, keys, x, first, question)
            if first == rows:
                return state, _with_slots(x)
            state = self._turned(state, int(woven.logged_us[first]), keys.shape[1])

    def peek(self, state: CirclesState, asked: Events) -> NDArray[np.float32]:
        """Return X of questions, (questions, columns), each as if it were the next row; the state stays as it is."""
        x, keys = np.zeros((len(asked), len(COLUMNS)), np.float32), self._keys(asked)
        turns = (asked.logged_us - state.since_us[0]) // self._keep_us if state.since_us[0] >= 0 else 0
        for turn, trees in enumerate((state.older, state.younger, forest())):
            rows = np.minimum(turns, 2) + np.zeros(len(asked), np.int64) == turn
            said = np.zeros((int(rows.sum()), len(COLUMNS)), np.float32)
            _glance(trees, np.ascontiguousarray(keys[rows]), said)
            x[rows] = said
        return _with_slots(x)

    def _turned(self, state: CirclesState, now: int, more: int) -> CirclesState:
        """Return the state after its time or its room is over: the younger forest is the older, unless it is full."""
        turns = (now - int(state.since_us[0])) // self._keep_us
        since = np.array([state.since_us[0] + turns * self._keep_us if turns else now])
        kept = turns < 2 and state.younger.nodes.size + more <= self.most
        return CirclesState(since, state.younger if kept else forest(), forest())

    @property
    def _keep_us(self) -> int:
        return round(self.keep_s * SECOND_US)

    def _keys(self, woven: Events) -> NDArray[np.uint64]:
        """Return the nodes of each row, (rows, 1 + parties), 0 where one is missing; the payer's first."""
        columns = (woven[name] for name in (self.payer, *self.parties))
        mixed = [
            np.where(column == 0, U64(0), mix_columns(column, np.full(len(column), place + 1, np.uint64)))
            for place, column in enumerate(columns)
        ]
        return np.stack(mixed, axis=1)

    def _does(self, woven: Events) -> NDArray[np.int8]:
        """Return what each row adds: 1 a payment, 2 a fraud, 0 nothing."""
        does = np.zeros(len(woven), np.int8)
        does[woven.kind == kind_number("payment")] = 1
        does[woven.kind == _CHARGEBACK] = 2
        does[(woven.kind == _RESOLVED) & (woven["fraud"] == 1)] = 2
        does[woven.asked] = 0
        return does


def _with_slots(x: NDArray[np.float32]) -> NDArray[np.float32]:
    names = [column.name for column in COLUMNS]
    slots = [array_of(edges).searchsorted(x[:, names.index(name)], side="right") for name, edges in EDGES.items()]
    return np.column_stack([x, *slots]).astype(np.float32, copy=False)


@kernel
def _walk(
    state: CirclesState,
    rule: tuple[int, int],
    us: NDArray[np.int64],
    does: NDArray[np.int8],
    asked: NDArray[np.bool_],
    keys: NDArray[np.uint64],
    x: NDArray[np.float32],
    first: int,
    question: int,
) -> tuple[int, int]:
    """Walk the rows from `first` on; return where the older forest has to go, the question it stands at."""
    keep, most = rule
    roots = np.empty(keys.shape[1], np.int64)
    for row in range(first, len(us)):
        _fetch(state, does, keys, row)
        old = state.since_us[0] >= 0 and us[row] - state.since_us[0] >= keep
        if old or state.older.nodes.counts[0] + keys.shape[1] > most:
            return row, question
        if asked[row]:
            _say(state.older, keys[row], roots, x[question])
            question += 1
        elif does[row] != 0:
            if state.since_us[0] < 0:
                state.since_us[0] = us[row]
            _add(state.older, keys[row], does[row])
            _add(state.younger, keys[row], does[row])
    return len(us), question


@kernel
def _glance(trees: Forest, keys: NDArray[np.uint64], x: NDArray[np.float32]) -> None:
    roots = np.empty(keys.shape[1], np.int64)
    for row in range(len(keys)):
        _say(trees, keys[row], roots, x[row])


@lean
def _fetch(state: CirclesState, does: NDArray[np.int8], keys: NDArray[np.uint64], row: int) -> None:
    """Ask for what rows to come will read: first where their keys are looked for, later their nodes."""
    far, near = row + 2 * _AHEAD, row + _AHEAD
    if far < len(does) and does[far] != 0:
        for place in range(keys.shape[1]):
            foresee(state.older.nodes, keys[far, place])
            foresee(state.younger.nodes, keys[far, place])
    if near < len(does) and does[near] != 0:
        for place in range(keys.shape[1]):
            fetch_node(state.older, keys[near, place])
            fetch_node(state.younger, keys[near, place])


@lean
def _add(trees: Forest, keys: NDArray[np.uint64], does: int) -> None:
    """Take in a payment, or a fraud of parties that are known."""
    root = _NONE
    for place in range(len(keys)):
        if keys[place] == U64(0):
            continue
        if does == 1:
            node = node_of(trees, keys[place], place == 0)
        else:
            node = find(trees.nodes, keys[place])
            if node == _NONE:
                continue
        root = root_of(trees, node) if root == _NONE else join(trees, root, node)
    if root != _NONE:
        if does == 1:
            trees.of[root].payments += 1
        else:
            trees.of[root].frauds += 1


@lean
def _say(trees: Forest, keys: NDArray[np.uint64], roots: NDArray[np.int64], to: NDArray[np.float32]) -> None:
    """Write what is known of the circles; `roots` is room to work in."""
    payers, payments, frauds, joins, fresh = 0, 0, 0, 0, 0
    roots[:] = _NONE
    for place in range(len(keys)):
        if keys[place] == U64(0):
            continue
        node = find(trees.nodes, keys[place])
        if node == _NONE:
            fresh += 1
            continue
        root, known = seek(trees, node), False
        for other in range(place):
            known = known or roots[other] == root
        roots[place] = root
        if not known:
            joins += 1
            payers += trees.of[root].owners
            payments += trees.of[root].payments
            frauds += trees.of[root].frauds
    to[0], to[1], to[2] = np.log1p(payers), np.log1p(payments), np.log1p(frauds)
    to[3] = (frauds + _PRIOR * _WORTH) / (payments + _WORTH)
    to[4], to[5] = joins, fresh
