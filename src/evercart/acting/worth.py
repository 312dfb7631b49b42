"""Worth: what live actions have cost so far, beside what other ways to act would have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.acting.actor import Actor, Risks
from evercart.acting.costs import ACTIONS, APPROVE, DECLINE, expected_costs
from evercart.acting.lived import Lived
from evercart.acting.tally import FIXED
from evercart.evaluate.doubly_robust import Drawn, average, scores

Ints = NDArray[np.int64]
_LEAST: Final = 2  # days, below which nothing is said of how sure a mean is


class Beside(NamedTuple):
    """What acting saved beside another way to act, by what was drawn with known chances.

    name       of the other way
    saved      minor units a payment; low, high: its 95 % interval by days, None where there are too few
    seen       share of the payments on which the other way's action had a chance to be drawn; on the rest its loss is
               what was expected of it
    """

    name: str
    saved: float
    low: float | None
    high: float | None
    seen: float


class Worth(NamedTuple):
    """What live actions came to.

    decisions    that said what to do; `closed` of them nothing more is waited for, on `days` days
    actions      how many of each
    frauds       of the closed ones: frauds that passed
    cost_minor   of the closed ones, beside approving every good payment, declining every fraud
    beside       other ways to act on the closed ones
    """

    decisions: int
    closed: int
    days: int
    actions: dict[str, int]
    frauds: int
    cost_minor: float
    beside: tuple[Beside, ...]

    def summary(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {**self._asdict(), "beside": [one._asdict() for one in self.beside]}


def worth(found: Lived, actor: Actor) -> Worth:
    """Return what live decisions came to, by stated costs."""
    done = found.rows(found.closed)
    actions = {name: int((found.action == place).sum()) for place, name in enumerate(ACTIONS)}
    passed = int((done.made & (done.fraud == 1) & (done.action != DECLINE)).sum())
    counts = (len(found), len(done), len(np.unique(done.day)), actions, passed)
    if not len(done):
        return Worth(*counts, 0.0, ())
    lost, guess = done.lost(actor.costs), done.expected(actor.costs)
    drawn = Drawn(done.action, done.drawn, lost)
    others = [_beside(name, target, done, drawn, guess) for name, target in _ways(done, actor)]
    return Worth(*counts, float(lost.sum() + _declining(done, actor)), tuple(others))


def _declining(done: Lived, actor: Actor) -> float:
    """Return what declining all would have cost; of payments that were not made their chance counts."""
    chance = np.where(done.made, (done.fraud == 1).astype(np.float64), done.guess)
    return float(expected_costs(chance, done.amount, actor.costs)[:, DECLINE].sum())


def _ways(done: Lived, actor: Actor) -> list[tuple[str, Ints]]:
    risks = Risks(done.offset, done.us, done.guess, done.amount)
    plain = replace(actor, through=None)
    return [
        ("approve_all", np.full(len(done), APPROVE)),
        ("decline_above_half", np.where(done.guess > FIXED, DECLINE, APPROVE)),
        ("least_cost", plain.step(plain.start(), risks)[1].action),
    ]


def _beside(name: str, target: Ints, done: Lived, drawn: Drawn, guess: NDArray[np.float64]) -> Beside:
    """Return what was saved beside a way to act, doubly robust."""
    saved = average(scores(drawn, guess, target) - drawn.lost, done.day)
    low, high = saved.interval() if saved.groups >= _LEAST else (None, None)
    seen = (drawn.action == target) | (target == DECLINE) | ((drawn.chance < 1) & (target == APPROVE))
    return Beside(name, saved.mean, low, high, float(seen.mean()))
