"""DeepRank: a network of several outcomes that orders lists, learned as lists settle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column
from evercart.fold import Grain
from evercart.labels.turns import ASKED, FURTHER, SETTLED, Turns
from evercart.learners.deep.deep import Ask, Deep, Trained
from evercart.learners.deep.extra import calm, torch
from evercart.learners.deep.heads import Squared
from evercart.learners.deep.mmoe import Mmoe
from evercart.learners.deep.network import Network
from evercart.learners.deep.numbered import numbered
from evercart.learners.deep.steps import AdamW
from evercart.learners.deep.tasks import Tasks
from evercart.learners.learner import lists_of, require_width

_BLOCK: Final = 64  # candidates asked in one call
_WIDEST: Final = np.float32(20.0)  # a number further from 0 counts as this


class Lesson(NamedTuple):
    """Lists that wait until there are enough of them; spare places are zeros."""

    filled: NDArray[np.int64]  # (1,) places taken, the first ones
    task: NDArray[np.int64]  # (batch,)
    length: NDArray[np.int64]  # (batch,)
    y: NDArray[np.float32]  # (batch, longest)
    x: NDArray[np.float32]  # (batch, longest, width)


class Ranks(NamedTuple):
    """What the network has become, beside the lists that it has not learned yet."""

    net: Trained
    lesson: Lesson


@dataclass(frozen=True)
class DeepRank:
    """A score for each row of a list, from experts that several outcomes share: a challenger to `Ranker`.

    The first of the `tasks` is the answer: a list that settles teaches it. Each other one is a bit of the lists that
    `Further` tells once more, in its order of kinds. The loss of a list in one task is -sum(share * log(softmax)), a
    row's share being its y among the sum of the list's; a step is down the mean over `batch` lists, as soon as so many
    have come. The guess of a row is its score in the first task: only differences within a list mean anything. Hints,
    corrections, lists in which nothing was taken teach nothing.
    Bytes: `batch` * `longest` * 4 * (width + 1), then 12 for each weight.

    columns    what the columns of x mean, numbers all, of a scale near 1
    tasks      names of the outcomes
    network    of tasks: `Mmoe`, `Ple`; None: `Mmoe` of the tasks
    rate       of AdamW's steps
    longest    rows a list may have

    Needs the extra `deep`. Source: the loss: Cao et al., "Learning to rank: from pairwise approach to listwise
    approach", ICML 2007, section 4; the network: see `Mmoe`; outcomes of one list beside each other: Ma et al.,
    "Entire space multi-task model", SIGIR 2018.
    """

    columns: tuple[Column, ...]
    tasks: tuple[str, ...] = ("view", "cart", "order")
    network: Network | None = None
    rate: float = 1e-3
    batch: int = 8
    longest: int = 64
    seed: int = 1
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(len(self.columns) > 0, "deep_rank.columns", "at least one", len(self.columns))
        for column in self.columns:
            require(column.is_number, f"column {column.name}", "a number column", "a slot column")
        require(len(self.tasks) > 0, "deep_rank.tasks", "at least one", self.tasks)
        require(self.batch >= 1, "deep_rank.batch", "at least 1", self.batch)
        require(self.longest >= 1, "deep_rank.longest", "at least 1", self.longest)
        torch()

    @cached_property
    def deep(self) -> Deep:
        """Return what holds the network: rows are the candidates, the first number says which task is asked."""
        head = Tasks(tuple(Squared() for _ in self.tasks))  # its guess is the margin itself
        return Deep(numbered(self.columns), self.network or Mmoe(self.tasks), head, AdamW(self.rate), seed=self.seed)

    def start(self) -> Ranks:
        """Return the weights the network is born with."""
        width = len(self.columns)
        lesson = Lesson(
            np.zeros(1, np.int64),
            np.zeros(self.batch, np.int64),
            np.zeros(self.batch, np.int64),
            np.zeros((self.batch, self.longest), np.float32),
            np.zeros((self.batch, self.longest, width), np.float32),
        )
        return Ranks(self.deep.start(), lesson)

    def step(self, state: Ranks, turns: Turns) -> tuple[Ranks, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        require_width(turns.x, self.columns)
        guesses, x = np.full(len(turns), np.nan), _tame(turns.x)
        asked: list[NDArray[np.int64]] = []
        with calm():
            for rows in lists_of(turns):
                what = turns.what[rows[0]]
                if what == ASKED:
                    asked.append(rows)
                    continue
                for task, y in self._taught(turns, rows) if what in (SETTLED, FURTHER) else ():
                    self._keep(state.lesson, task, x[rows], y)
                    if state.lesson.filled[0] == self.batch:
                        self._answer(state, x, asked, guesses)
                        state, asked = self._learn(state), []
            self._answer(state, x, asked, guesses)
        return state, guesses

    def peek(self, state: Ranks, turns: Turns) -> NDArray[np.float64]:
        """Return guesses: questions alone move nothing."""
        return self.step(state, turns)[1]

    def guess(self, state: Ranks, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the scores of one list (rows, width) as `step` would, without learning: what a server asks."""
        require_width(x, self.columns)
        with calm():
            return self.margins(state, _tame(x), 0)

    def margins(self, state: Ranks, x: NDArray[np.float32], task: int) -> NDArray[np.float64]:
        """Return the scores of rows in one of the tasks, (rows, width) -> (rows,)."""
        return self.deep.by_module(state.net, _of(task, x), _BLOCK)[:, 0].astype(np.float64)

    def _taught(self, turns: Turns, rows: NDArray[np.int64]) -> list[tuple[int, NDArray[np.float64]]]:
        """Return which tasks a list teaches, with the shares of its rows."""
        require(len(rows) <= self.longest, "deep_rank.longest", f"at least {len(rows)} rows", self.longest)
        y = np.nan_to_num(turns.y[rows])
        if turns.what[rows[0]] == SETTLED:
            told = [(0, np.maximum(y * turns.weight[rows], 0.0))]
        else:
            bits = y.astype(np.int64)
            told = [(task, (bits >> (task - 1) & 1).astype(np.float64)) for task in range(1, len(self.tasks))]
        return [(task, one / one.sum()) for task, one in told if one.sum() > 0]

    def _answer(
        self, state: Ranks, x: NDArray[np.float32], asked: list[NDArray[np.int64]], guesses: NDArray[np.float64]
    ) -> None:
        if asked:
            rows = np.concatenate(asked)
            guesses[rows] = self.margins(state, x[rows], 0)

    def _keep(self, lesson: Lesson, task: int, x: NDArray[np.float32], y: NDArray[np.float64]) -> None:
        at = int(lesson.filled[0])
        lesson.task[at], lesson.length[at] = task, len(x)
        lesson.x[at, : len(x)], lesson.y[at, : len(x)] = x, y
        lesson.filled[0] += 1

    def _learn(self, state: Ranks) -> Ranks:
        """Return the state a step further, without a list that waits."""
        lesson = state.lesson
        stands = np.arange(self.longest) < lesson.length[:, None]
        task = np.broadcast_to(lesson.task[:, None], stands.shape)[stands]
        x = np.column_stack([task.astype(np.float32), lesson.x[stands]])
        net = self.deep.descend(state.net, lambda ask: _loss(ask, x, lesson.y, stands))
        for part in lesson:
            part[:] = 0
        return Ranks(net, lesson)


def _tame(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return x with what is not finite as 0, what is far out cut."""
    tame: NDArray[np.float32] = np.nan_to_num(x, nan=0.0).clip(-_WIDEST, _WIDEST).astype(np.float32)
    return tame


def _of(task: int, x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.column_stack([np.full(len(x), task, np.float32), x])


def _loss(ask: Ask, x: NDArray[np.float32], y: NDArray[np.float32], stands: NDArray[np.bool_]) -> Any:
    """Return the mean loss of lists, a tensor of one number.

    x        (rows, 1 + width) of those that stand
    y        (lists, longest) shares
    stands   (lists, longest) which places there are
    """
    it = torch()
    there = it.from_numpy(stands)
    scores = it.full(stands.shape, -1e9).masked_scatter(there, ask(x)[:, 0])
    return -(it.from_numpy(y.copy()) * scores.log_softmax(1)).sum(1).mean()
