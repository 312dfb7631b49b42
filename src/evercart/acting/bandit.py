"""Bandit: actions by what each was seen to lead to, learned from payments whose actions were drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.acting.actor import Acted, Actor, Risks
from evercart.acting.costs import ACTIONS, DECLINE, expected_costs
from evercart.batch import Batch
from evercart.errors import require
from evercart.features.columns import Column
from evercart.fold import Grain
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.learners.newton import Curved, Newton

_UNIT: Final = 1000.0  # minor units, so that numbers lie near 1
_OCTAVES: Final = 8  # bins of the chance of fraud, each half of the next


@dataclass(frozen=True)
class Cases(Batch):
    """Payments to act on beside what came of earlier ones, in the order of the log.

    what      (rows,) int8: ASKED or SETTLED
    place     (rows,) int64: an offset of the log, or a question's number
    us        (rows,) int64: the log's time
    chance    (rows,) float64: of fraud, as guessed when asked
    amount    (rows,) int64: minor units
    slot      (rows, columns) int64: what else is known when asked, as numbers of slots
    action    (rows,) int64: what was done, a place in `ACTIONS`; of a question -1
    lost      (rows,) float64: minor units that the payment lost beside what declining it would have; NaN of a question

    What is lost is seen of every action: less the margin, less what the shopper orders later, plus what is charged
    back, plus what the action cost. Of a declined payment it is 0.
    """

    what: NDArray[np.int8]
    place: NDArray[np.int64]
    us: NDArray[np.int64]
    chance: NDArray[np.float64]
    amount: NDArray[np.int64]
    slot: NDArray[np.int64]
    action: NDArray[np.int64]
    lost: NDArray[np.float64]


class Known(NamedTuple):
    """What each action but declining leads to, with the reviews of the day."""

    models: tuple[Curved, ...]  # as `ACTIONS`
    reviews: Any


class Chosen(NamedTuple):
    """What was done about the questions."""

    acted: Acted
    lost: NDArray[np.float64]  # (questions, actions) as expected when asked


@dataclass(frozen=True)
class Bandit:
    """Take the action that is expected to lose least, by a ridge regression for each action.

    slots    how many slots each column of `Cases.slot` has
    actor    states the costs to begin with, the reviews of a day, what is drawn
    ridge    how firmly the stated costs are believed: as firmly as if so many payments had told of each number,
             their losses known to about 10.00

    It learns what the outcome was beyond the stated costs. So one that has seen nothing is the cost threshold. Numbers
    are what a fraud that passes would cost, what a good payment turned away would; both also by each slot, by the
    chance of fraud in octaves. Chances of draws are not needed to learn: all that draws look at is among the numbers.

    Source: Li, Chu, Langford and Schapire, "A contextual-bandit approach to personalized news recommendation", WWW
    2010, section 3.1: ridge regression for each arm; here with stated chances of draws instead of bounds.

    >>> bandit = Bandit((2,))
    >>> one, none = np.zeros(1, np.int64), np.full(1, np.nan)
    >>> case = Cases(one.astype(np.int8), one, one, one + 0.001, one + 5000, one[:, None], one - 1, none)
    >>> [ACTIONS[it] for it in bandit.step(bandit.start(), case)[1].acted.action]
    ['approve']
    """

    slots: tuple[int, ...]
    actor: Actor = field(default_factory=Actor)
    ridge: float = 30.0
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(all(size > 0 for size in self.slots), "bandit.slots", "at least 1 each", self.slots)
        _ = self._model

    @cached_property
    def _model(self) -> Newton:
        width = 2 * (1 + sum(self.slots) + _OCTAVES)
        return Newton(tuple(Column(str(at)) for at in range(width)), ridge=self.ridge)

    def start(self) -> Known:
        """Return the stated costs."""
        return Known(tuple(self._model.start() for _ in ACTIONS[:DECLINE]), self.actor.start())

    def step(self, state: Known, cases: Cases) -> tuple[Known, Chosen]:
        """Return what is done about each question, by what had settled before it."""
        settled, asked = cases.what == SETTLED, cases.what == ASKED
        known = np.isfinite(cases.lost[settled])
        require(bool(known.all()), "bandit.lost", "finite numbers", cases.lost[settled][~known][:1])
        cost = expected_costs(cases.chance, cases.amount, self.actor.costs)
        lost, models = cost - cost[:, DECLINE:], []
        numbers, doubt = self._numbers(cases), self._doubt(cases)
        for action, model in enumerate(state.models):
            rows = np.flatnonzero(asked | (cases.action == action))
            label = (cases.lost[rows] - lost[rows, action]) / _UNIT
            turns = _turns(cases.rows(rows), label, 1 / doubt[rows], numbers[rows])
            after, guess = self._model.step(model, turns)
            lost[rows, action] += np.nan_to_num(guess) * _UNIT
            models.append(after)
        lost = lost[asked]
        reviews, acted = self.actor.act(state.reviews, cases.place[asked], cases.us[asked], lost)
        return Known(tuple(models), reviews), Chosen(acted, lost)

    def _numbers(self, cases: Cases) -> NDArray[np.float32]:
        """Return the numbers of the regressions, (rows, width)."""
        bad, good = self._stakes(cases)
        base = np.stack([cases.chance * bad, (1 - cases.chance) * good], 1).astype(np.float32)
        octave = np.clip(-np.log2(np.maximum(cases.chance, 1e-9)), 0, _OCTAVES - 1).astype(np.int64)
        found = np.zeros((len(cases), 2 * (1 + sum(self.slots) + _OCTAVES)), np.float32)
        found[:, :2], first, row = base, 2, np.arange(len(cases))
        for slot, size in zip((*cases.slot.T, octave), (*self.slots, _OCTAVES), strict=True):
            inside = (slot >= 0) & (slot < size)
            require(bool(inside.all()), "bandit.slot", f"0 to {size - 1}", slot[~inside][:1])
            for part in (0, 1):
                found[row, first + 2 * slot + part] = base[:, part]
            first += 2 * size
        return found

    def _stakes(self, cases: Cases) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        paid, costs = np.maximum(cases.amount, 0).astype(np.float64), self.actor.costs
        return (costs.lost * paid + costs.fraud_minor) / _UNIT, (costs.margin * paid + costs.insult_minor) / _UNIT

    def _doubt(self, cases: Cases) -> NDArray[np.float64]:
        """Return about how much an outcome varies, (rows,) squares of `_UNIT`."""
        bad, good = self._stakes(cases)
        return cases.chance * (1 - cases.chance) * (bad + good) ** 2 + (0.3 * good) ** 2 + 1e-4


def _turns(cases: Cases, label: NDArray[np.float64], weight: NDArray[np.float64], x: NDArray[np.float32]) -> Turns:
    """Return a tick for each row, so that each question knows what settled before it."""
    row, never = np.arange(len(cases)), np.full(len(cases), np.nan)
    key = np.zeros(len(cases), np.uint64)
    return Turns(cases.what, row, cases.place, cases.us, cases.place, label, never, weight, key, x)


def asked_of(risks: Risks, slot: NDArray[np.int64]) -> Cases:
    """Return payments as questions.

    slot    (payments, columns) what else is known
    """
    n = len(risks)
    what, none = np.full(n, ASKED, np.int8), np.full(n, np.nan)
    return Cases(what, risks.place, risks.us, risks.chance, risks.amount, slot, np.full(n, -1), none)
