"""Lives: how often each shopper came, since when, at what rhythm, for how much."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column
from evercart.features.needs import HASHES, one_of
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel, lean
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find, tall
from evercart.units import DAY_S, DAY_US, HOUR_S, MISSING, SECOND_US

LIFE: Final = np.dtype([
    ("first_us", np.int64),
    ("visit_us", np.int64),  # first row of the newest visit
    ("visits", np.int64),
    ("paid", np.int64),  # minor units, over all visits
    ("paid_last", np.int64),  # in the newest one
    ("gap", np.float64),  # fading mean of the logarithm of the days between two visits
    ("spread", np.float64),  # fading variance of the same
])  # fmt: skip
COLUMNS: Final = (
    Column("visits", "visits"),
    Column("age", "days"),  # since the first visit
    Column("since", "days"),  # since the newest visit began
    Column("paid", "minor units"),  # a visit, on average
    Column("paid_last", "minor units"),
    Column("every", "days"),  # typical time between two visits; 0 before the second
    Column("spread", "log days"),  # standard deviation of the logarithm of that time
)
_SHORTEST_D: Final = HOUR_S / DAY_S  # no rhythm is finer
_NEWEST: Final = 0.1  # share of the newest time between visits in the fading mean, once there are ten


class LivesState(NamedTuple):
    """What is known of each shopper."""

    users: Recent
    lives: NDArray[np.void]  # (capacity of users,) of LIFE

    def packed(self) -> LivesState:
        """Drop spare room."""
        return LivesState(self.users.packed(), self.lives[: self.users.keys.size])

    def unpacked(self) -> LivesState:
        """Make room again."""
        users = self.users.unpacked()
        return LivesState(users, tall(self.lives, len(users.keys.keys)))


class _Rules(NamedTuple):
    kind: int
    gap_us: int
    keep_us: int


@dataclass(frozen=True)
class Lives:
    """A table, as `Table` is one: a fold from woven events to X, float32 (questions, 7), see `COLUMNS`.

    kind      of the rows that make visits
    by        whose they are
    gap_s     between the rows of one visit, at most; 0 where they share one time
    keep_s    a shopper is forgotten so long after the last row; who comes again is new

    About a shopper without a visit all is 0. A key costs at most 128 bytes of packed state.

    >>> lives = Lives()
    >>> rows = Events.of(kind=[2, 7], logged_us=[0, DAY_US], user=[9, 9], amount=[250, 0], number=[-1, 0])
    >>> lives.step(lives.start(), rows)[1][0, :4].tolist()
    [1.0, 1.0, 1.0, 250.0]
    """

    kind: str = "order"
    by: str = "user"
    gap_s: float = 0
    keep_s: float = 730 * DAY_S
    name: ClassVar[str] = "lives"
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)
        one_of("lives.by", HASHES, self.by)
        require(self.gap_s >= 0, "lives.gap_s", "at least 0", self.gap_s)
        require(self.keep_s > self.gap_s, "lives.keep_s", f"more than the gap ({self.gap_s})", self.keep_s)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return what each column of X means, under the table's name."""
        return tuple(Column(f"{self.name}.{column.name}", column.unit) for column in COLUMNS)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return (self.by, "amount")

    def start(self) -> LivesState:
        """Return a memory without a shopper."""
        users = recent(0)
        return LivesState(users, np.zeros(len(users.keys.keys), LIFE))

    def step(self, state: LivesState, woven: Events) -> tuple[LivesState, NDArray[np.float32]]:
        """Return the memory after the rows; X, (questions, 7)."""
        writes = int(np.count_nonzero((woven.kind == self._rules.kind) & (woven["number"] < 0)))
        users = with_room(state.users, writes)
        state = LivesState(users, tall(state.lives, len(users.keys.keys)))
        x = np.zeros((int(woven.asked.sum()), len(COLUMNS)), np.float32)
        rows = (woven["number"], woven.kind, woven.logged_us, woven[self.by], woven["amount"])
        _walk(state, self._rules, rows, x)
        return state, x

    def peek(self, state: LivesState, asked: Events) -> NDArray[np.float32]:
        """Return X of questions, (questions, 7), each as if it were the next row; the state stays as it is."""
        x = np.zeros((len(asked), len(COLUMNS)), np.float32)
        _glance(state, self._rules.keep_us, asked.logged_us, asked[self.by], x)
        return x

    @cached_property
    def _rules(self) -> _Rules:
        return _Rules(kind_number(self.kind), round(self.gap_s * SECOND_US), round(self.keep_s * SECOND_US))


@kernel
def _walk(
    state: LivesState,
    rules: _Rules,
    rows: tuple[NDArray[np.int64], NDArray[np.int16], NDArray[np.int64], NDArray[np.uint64], NDArray[np.int64]],
    x: NDArray[np.float32],
) -> None:
    number, kind, logged_us, user, amount = rows
    questions = 0
    for row in range(len(number)):
        now = logged_us[row]
        while state.users.ends[0] != NONE and now - state.users.links[state.users.ends[0]].last_us > rules.keep_us:
            _forget(state, state.users.ends[0])
        if number[row] >= 0:
            slot = find(state.users.keys, user[row]) if user[row] != U64(0) else NONE
            if slot != NONE:
                _say(state.lives[slot], now, x[questions])
            questions += 1
        elif kind[row] == rules.kind and user[row] != U64(0):
            _come(state, rules, user[row], now, amount[row] if amount[row] != MISSING else 0)


@kernel
def _glance(
    state: LivesState, keep_us: int, logged_us: NDArray[np.int64], user: NDArray[np.uint64], x: NDArray[np.float32]
) -> None:
    for row in range(len(user)):
        slot = find(state.users.keys, user[row]) if user[row] != U64(0) else NONE
        if slot != NONE and logged_us[row] - state.users.links[slot].last_us <= keep_us:
            _say(state.lives[slot], logged_us[row], x[row])


@kernel
def _come(state: LivesState, rules: _Rules, user: np.uint64, now: int, paid: int) -> None:
    """Count a row: into the newest visit, or as the first of another."""
    known = find(state.users.keys, user)
    again = known != NONE and now - state.users.links[known].last_us <= rules.gap_us
    slot = touch(state.users, user, now)
    life = state.lives[slot]
    life.paid += paid
    if again:
        life.paid_last += paid
        return
    if life.visits == 0:
        life.first_us = now
    else:
        log_d = np.log(max((now - life.visit_us) / DAY_US, _SHORTEST_D))
        share = max(1.0 / life.visits, _NEWEST)
        away = log_d - life.gap
        life.gap += share * away
        life.spread = (1.0 - share) * (life.spread + share * away * away)
    life.visits += 1
    life.visit_us = now
    life.paid_last = paid


@kernel
def _forget(state: LivesState, slot: int) -> None:
    life = state.lives[slot]
    life.first_us = life.visit_us = life.visits = life.paid = life.paid_last = 0
    life.gap = life.spread = 0.0
    drop(state.users, slot)


@lean
def _say(life: Any, now: int, to: NDArray[np.float32]) -> None:
    to[0] = life.visits
    to[1] = (now - life.first_us) / DAY_US
    to[2] = (now - life.visit_us) / DAY_US
    to[3] = life.paid / life.visits
    to[4] = life.paid_last
    to[5] = np.exp(life.gap) if life.visits > 1 else 0.0
    to[6] = np.sqrt(life.spread)
