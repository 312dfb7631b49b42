"""Tasks: several outcomes learned by one network, each with a head of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.learners.deep.extra import torch
from evercart.learners.deep.heads import Head

SAID: Final = 3  # margins before those of an adversary: the task's own, the task's number, its log variance


@dataclass(frozen=True)
class Tasks:
    """A row belongs to one task, whose number is the first number column that the learner reads.

    heads        of each task, of one output each: `Binary`, `Squared`
    weights      of each task in the joint loss; none: all 1
    uncertain    each task's loss counts exp(-s) times, plus s / 2, where s is learned for the task
    adversary    the network also guesses the task from what the tasks share (`Mmoe.reversal`)

    For a network of tasks: `Mmoe`, `Ple`. A row of a task unknown, or with a label unknown to its task, teaches
    nothing; a guess for an unknown task is NaN.

    Source: fixed weights: Caruana, "Multitask learning", Machine Learning 28, 1997; learned ones: Kendall, Gal and
    Cipolla, "Multi-task learning using uncertainty to weigh losses", CVPR 2018, equation 10.

    >>> from evercart.learners.deep.heads import Binary, Squared
    >>> Tasks((Binary(), Squared())).outputs
    3
    """

    heads: tuple[Head, ...]
    weights: tuple[float, ...] = ()
    uncertain: bool = False
    adversary: bool = False
    classes: ClassVar[int] = 1

    def __post_init__(self) -> None:
        require(len(self.heads) >= 1, "tasks.heads", "at least one", self.heads)
        for head in self.heads:
            require(head.outputs == 1, "tasks.heads", "heads of one output", head)
        right = len(self.weights) in (0, len(self.heads)) and all(0 <= one < np.inf for one in self.weights)
        require(right, "tasks.weights", "nothing, or a finite weight of 0 or more a task", self.weights)

    @property
    def outputs(self) -> int:
        """Return how many margins a row has."""
        return SAID + (len(self.heads) if self.adversary else 0)

    def knows(self, y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which labels are finite; whether a task knows them shows in the loss."""
        return np.isfinite(y)

    def guess(self, margins: NDArray[np.floating[Any]], seen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return each row's guess by the head of its task, (rows,)."""
        out = np.full(len(margins), np.nan)
        for task, head in enumerate(self.heads):
            rows = np.flatnonzero(margins[:, 1] == task)
            if len(rows):
                out[rows] = head.guess(np.ascontiguousarray(margins[rows, :1]), seen)
        return out

    def loss(self, margins: Any, y: Any) -> Any:
        """Return the weighed loss of each row, (rows,)."""
        it = torch()
        total, number = it.zeros(len(margins), dtype=margins.dtype), margins[:, 1].detach()
        for task, head in enumerate(self.heads):
            known = (number == task) & it.from_numpy(head.knows(y.detach().numpy()))
            rows = known.nonzero()[:, 0]
            losses = head.loss(margins[rows, :1], y[rows])
            if self.weights:
                losses = losses * self.weights[task]
            if self.uncertain:
                losses = it.exp(-margins[rows, 2]) * losses + margins[rows, 2] / 2
            if self.adversary:
                losses = losses + it.nn.functional.cross_entropy(
                    margins[rows, SAID:], number[rows].long(), reduction="none"
                )
            total = total.index_add(0, rows, losses)
        return total

    def apart(self, margins: Any, others: Any) -> Any:
        """Return how far apart the margins of each row's own task are, (rows,)."""
        return self._by_task(margins, lambda head, rows: head.apart(margins[rows, :1], others[rows, :1]), ())

    def spread(self, margins: Any, slopes: Any) -> Any:
        """Return the mean square of the slope by the head of each row's task, (rows, weights)."""
        return self._by_task(
            margins, lambda head, rows: head.spread(margins[rows, :1], slopes[rows, :1]), slopes.shape[2:]
        )

    def _by_task(self, margins: Any, said: Any, shape: Any) -> Any:
        out = torch().zeros((len(margins), *shape), dtype=margins.dtype)
        for task, head in enumerate(self.heads):
            rows = (margins[:, 1] == task).nonzero()[:, 0]
            out = out.index_add(0, rows, said(head, rows))
        return out
