"""Scores: how well a deep learner does on clean rows beside attacked ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.harden.attack import Attack, Struck, Target, X, wrong
from evercart.harden.harden import asked
from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.deep.extra import aligned, calm, torch


class Score(NamedTuple):
    """What a learner does with some rows.

    right    the share guessed right; NaN where a label is no class
    loss     mean
    """

    name: str
    rows: int
    right: float
    loss: float


def scores(
    deep: Deep, trained: Trained, x: X, y: NDArray[np.float64], attacks: Mapping[str, Attack], seed: int
) -> tuple[Score, ...]:
    """Return the score of clean rows, then that under each attack, then of all attacks the worst for each row.

    x    (rows, inputs) as the network takes them
    y    (rows,) labels it knows
    """
    require(len(x) > 0, "scores.x", "at least one row", 0)
    blows: dict[str, Struck | None] = {"clean": None}
    with calm():
        for name, attack in attacks.items():
            blows[name] = attack(Target(deep, trained, wrong(deep, y), y), x, seed)
        each = {name: _said(deep, trained, x, y, blow) for name, blow in blows.items()}
    if len(attacks) > 1:
        every = [said for name, said in each.items() if name != "clean"]
        each["worst of all"] = np.min([said[0] for said in every], 0), np.max([said[1] for said in every], 0)
    return tuple(Score(name, len(x), float(right.mean()), float(loss.mean())) for name, (right, loss) in each.items())


def _said(
    deep: Deep, trained: Trained, x: X, y: NDArray[np.float64], blow: Struck | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what is right, with the loss, each (rows,)."""
    target = Target(deep, trained, wrong(deep, y))
    module = deep.layout.asked(training=False)
    with torch().no_grad():
        margins = asked(deep, lambda rows: module(target.given(rows)), x, blow or Struck(x))[1]
        loss = deep.head.loss(margins, aligned(y)).numpy().astype(np.float64)
    guess = deep.head.guess(margins.numpy(), trained.seen)
    if deep.head.outputs > 1:
        return (guess == y).astype(np.float64), loss
    if deep.head.knows(np.array([2.0]))[0]:  # any number: near, never right
        return np.full(len(y), np.nan), loss
    return ((guess > 0.5) == (y > 0.5)).astype(np.float64), loss


def table(named: Mapping[str, Sequence[Score]]) -> str:
    """Return a table in Markdown: a line a learner, a column a score.

    >>> print(table({"plain": [Score("clean", 10, 0.9, 0.3), Score("pgd", 10, 0.2, 4.0)]}))
    | learner | clean | pgd |
    | --- | --- | --- |
    | plain | 0.900 (0.300) | 0.200 (4.000) |
    """
    require(len(named) > 0, "table.named", "at least one learner", 0)
    names = [one.name for one in next(iter(named.values()))]
    lines = [["learner", *names], ["---"] * (len(names) + 1)]
    lines += [[who, *(f"{one.right:.3f} ({one.loss:.3f})" for one in each)] for who, each in named.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def strength(right: Callable[[float], float], fall: float, between: tuple[float, float], near: float) -> float:
    """Return the least strength found, to within `near`, at which no more than a share `fall` is guessed right.

    right      from a strength to the share guessed right, falling
    between    a strength that is too little, one that is enough; `UserError` where the second is not
    near       1 with whole numbers: then each is asked at most once

    >>> strength(lambda radius: 1 - radius, 0.25, (0.0, 1.0), 1 / 64)
    0.75
    """
    low, high = between
    least = right(high)
    require(least <= fall, "strength.between", f"a strength at which at most {fall} is right", f"{least:.3f} at {high}")
    while high - low > near:
        middle = (low + high) / 2 if near < 1 else float((low + high) // 2)
        low, high = (low, middle) if right(middle) <= fall else (middle, high)
    return high
