"""QLearning: candidates by the reward that going there has led to, now or later."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel
from evercart.labels.outcomes import Gains
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.journeys import BEGIN, Journeys, Rules, earn, forget, go, journeys, standing
from evercart.learners.neighbours.offering import Columns, Given, given, of_kind, offering, require_source
from evercart.recent import NONE
from evercart.slots import find
from evercart.units import DAY_S, HOUR_S, SECOND_US

TRAITS: Final = ("value", "share", "worth", "worth_of_best", "log_times", "log_visits", "deep", "nearness")
REWARDS: Final = Gains((("view", 0.1), ("order", 1.0)))


@dataclass(frozen=True)
class QLearning:
    """A source that ranks by chance times value: how often a state led to an item, what that came to.

    The state is the session's last item with its depth. Q(state, item) moves by 1 / (times + `prior`), at least
    `rate`, towards reward + `discount` * max Q(next state, .), over ways that sessions really went; a reward of
    another kind, as an order after views, is given to the newest step to its item. What the log shows is what
    shoppers did of their own will: the chance stands in for that of taking what is shown.
    Bytes: at most 16 * `listed` + 90 a state alive, 16 * `path` + 90 a session alive.

    kind       what a step is
    by         whose steps are one session
    rewards    what each row brings
    discount   what a reward one step later is worth
    prior      steps of value 0 that every way is taken to have behind it
    depths     how many depths are told apart, the last one standing for all deeper
    gap_s      how long a session may pause
    keep_s     how long a state is remembered after the last session in it
    listed     ways kept of a state; the one gone least often makes room
    path       steps of a session that a later reward may reach
    offered    candidates a question gets at most

    Source: Shani, Heckerman and Brafman, "An MDP-based recommender system", JMLR 6, 2005, section 4; Watkins and
    Dayan, "Q-learning", Machine Learning 8, 1992.
    """

    kind: str = "view"
    by: str = "session"
    rewards: Gains = REWARDS
    discount: float = 0.8
    rate: float = 0.02
    prior: float = 2.0
    depths: int = 1
    gap_s: float = 1 * HOUR_S
    keep_s: float = 60 * DAY_S
    listed: int = 64
    path: int = 32
    offered: int = 64
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require_source("q_learning", self.kind, self.by, self.offered)
        require(0 <= self.discount < 1, "q_learning.discount", "at least 0, less than 1", self.discount)
        require(0 < self.rate <= 1, "q_learning.rate", "more than 0, at most 1", self.rate)
        require(self.prior >= 0, "q_learning.prior", "at least 0", self.prior)
        require(self.depths >= 1, "q_learning.depths", "at least 1", self.depths)
        require(self.gap_s > 0, "q_learning.gap_s", "more than 0", self.gap_s)
        require(self.keep_s > 0, "q_learning.keep_s", "more than 0", self.keep_s)
        require(1 <= self.listed <= 4096, "q_learning.listed", "1 to 4096", self.listed)
        require(1 <= self.path <= 4096, "q_learning.path", "1 to 4096", self.path)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return tuple(dict.fromkeys((self.by, "item", *self.rewards.reads)))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of row it reads."""
        return tuple(dict.fromkeys((self.kind, *(kind for kind, _ in self.rewards.worth))))

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns of x."""
        return TRAITS

    def start(self) -> Journeys:
        """Return a memory of nothing."""
        return journeys(self.listed, self.path)

    def step(self, state: Journeys, woven: Events) -> tuple[Journeys, Candidates]:
        """Return the candidates of each question, as known just before it."""
        more = of_kind(woven, self.kind)
        if more:
            state = state.roomy(more)
        walk = partial(_walk, state, self._rules, self.offered, given(woven, self.by), self.rewards.of(woven))
        return state, offering(woven, self.offered, len(TRAITS), walk)

    @cached_property
    def _rules(self) -> Rules:
        keep_us, gap_us = round(self.keep_s * SECOND_US), round(self.gap_s * SECOND_US)
        return Rules(kind_number(self.kind), keep_us, gap_us, self.discount, self.rate, self.prior, self.depths)


@kernel
def _walk(
    memory: Journeys,
    rules: Rules,
    offered: int,
    given: Given,
    reward: NDArray[np.float64],
    columns: Columns,
) -> int:
    number, kind, logged_us, by, item = given
    question, offer, score, rank, x = columns
    best, worth = np.empty(offered, np.int64), np.empty(offered)
    rows = 0
    for row in range(len(number)):
        forget(memory, logged_us[row], rules)
        if number[row] < 0:
            if by[row] != U64(0) and item[row] != U64(0):
                if kind[row] == rules.kind:
                    go(memory, by[row], item[row], reward[row], logged_us[row], rules)
                elif reward[row] != 0.0:
                    earn(memory, by[row], item[row], reward[row], rules)
            continue
        session = find(memory.sessions.keys, by[row]) if by[row] != U64(0) else NONE
        slot = find(memory.states.keys, standing(memory, session, rules.depths))
        if slot == NONE:  # nobody was here before: what sessions begin with
            slot = find(memory.states.keys, BEGIN)
        if slot == NONE:
            continue
        found = _choose(memory, slot, best, worth)
        depth = memory.depth[session] if session != NONE else 0
        for i in range(found):
            way = memory.ways[slot, best[i]]
            question[rows], offer[rows], score[rows], rank[rows] = number[row], way.item, worth[i], i
            to = x[rows]
            to[0], to[1], to[2] = way.value, way.times / memory.visits[slot], worth[i]
            to[3] = worth[i] / max(worth[0], 1e-9)
            to[4], to[5] = 0.3 * np.log1p(way.times), 0.3 * np.log1p(memory.visits[slot])
            to[6], to[7] = 0.3 * np.log1p(float(depth)), 1.0 / (1.0 + i)
            rows += 1
    return rows


@kernel
def _choose(memory: Journeys, slot: int, best: NDArray[np.int64], worth: NDArray[np.float64]) -> int:
    """Put the ways from a state in the order of chance times value; equal ones by their keys."""
    found = 0
    for at in range(memory.ways.shape[1]):
        way = memory.ways[slot, at]
        if way.item == U64(0):
            continue
        value = way.times / memory.visits[slot] * way.value
        place = found
        while place > 0 and (
            worth[place - 1] < value
            or (worth[place - 1] == value and memory.ways[slot, best[place - 1]].item > way.item)
        ):
            place -= 1
        if place == len(best):
            continue
        found = min(found + 1, len(best))
        for after in range(found - 1, place, -1):
            best[after], worth[after] = best[after - 1], worth[after - 1]
        best[place], worth[place] = at, value
    return found
