"""LambdaRank: boosted trees that order lists, grown on as lists settle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column
from evercart.fold import Grain
from evercart.labels.turns import ASKED, CORRECTION, SETTLED, Turns
from evercart.learners.grown import REPEATABLE, booster, lightgbm_of, text_of
from evercart.learners.learner import lists_of, require_width

_NAME: Final = "lambda_rank"
_GRADES: Final = 31  # whole numbers are what LightGBM takes as gains


class Grown(NamedTuple):
    """The last lists that settled, a ring by `learned`, beside the trees grown on them."""

    learned: NDArray[np.int64]  # (1,) lists ever learned
    number: NDArray[np.int64]  # (memory,)
    length: NDArray[np.int64]  # (memory,)
    x: NDArray[np.float32]  # (memory, longest, width)
    y: NDArray[np.float32]  # (memory, longest)
    trees: NDArray[np.int64]  # (1,)
    model: NDArray[np.uint8]  # LightGBM's own text

    def packed(self) -> Grown:
        """Drop spare room, with what stands beyond each list's end."""
        held = min(int(self.learned[0]), len(self.number))
        stands = np.arange(self.y.shape[1]) < self.length[:held, None]
        return Grown(
            self.learned,
            self.number[:held],
            self.length[:held],
            np.where(stands[:, :, None], self.x[:held], np.float32(0.0)),
            np.where(stands, self.y[:held], np.float32(0.0)),
            self.trees,
            self.model,
        )


@dataclass(frozen=True)
class LambdaRank:
    """A score for each row of a list by LightGBM's lambdarank: a challenger to `Ranker` over the same turns.

    Of the last `memory` lists in which something was taken it grows `rounds` more trees whenever `every` further
    ones have settled. Once there would be more than `most` trees, all are dropped, half as many grown anew on what
    is remembered. A list with gains of several sizes is graded in 31 steps of its largest. A correction replaces
    the gains of its list, where that is still remembered; trees that have grown stay. Hints teach nothing. Before
    there are trees a list keeps the order it came in.
    Bytes: at most `memory` * `longest` * 4 * (width + 1), then about 60 * `leaves` * `most` of trees.

    Needs the extra `trees`. Source: Burges, "From RankNet to LambdaRank to LambdaMART: an overview", MSR-TR-2010-82,
    section 7; Ke et al., "LightGBM: a highly efficient gradient boosting decision tree", NeurIPS 2017.

    >>> LambdaRank((Column("near"), Column("own")), memory=8).start().x.shape
    (8, 64, 2)
    """

    columns: tuple[Column, ...]
    every: int = 1024
    memory: int = 4096
    rounds: int = 10
    most: int = 200
    leaves: int = 31
    rate: float = 0.05
    least: int = 20  # rows of a leaf
    longest: int = 64
    seed: int = 1
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(len(self.columns) > 0, "lambda_rank.columns", "at least one", len(self.columns))
        for column in self.columns:
            require(column.is_number, f"column {column.name}", "a number column", "a slot column")
        require(self.every >= 1, "lambda_rank.every", "at least 1", self.every)
        require(self.memory >= 1, "lambda_rank.memory", "at least 1", self.memory)
        require(self.rounds >= 1, "lambda_rank.rounds", "at least 1", self.rounds)
        require(self.most >= 2 * self.rounds, "lambda_rank.most", "at least twice `rounds`", self.most)
        require(self.leaves >= 2, "lambda_rank.leaves", "at least 2", self.leaves)
        require(self.rate > 0, "lambda_rank.rate", "more than 0", self.rate)
        require(self.least >= 1, "lambda_rank.least", "at least 1", self.least)
        require(self.longest >= 1, "lambda_rank.longest", "at least 1", self.longest)

    def start(self) -> Grown:
        """Return a memory of nothing, without a tree."""
        return Grown(
            np.zeros(1, np.int64),
            np.zeros(self.memory, np.int64),
            np.zeros(self.memory, np.int64),
            np.zeros((self.memory, self.longest, len(self.columns)), np.float32),
            np.zeros((self.memory, self.longest), np.float32),
            np.zeros(1, np.int64),
            np.zeros(0, np.uint8),
        )

    def step(self, state: Grown, turns: Turns) -> tuple[Grown, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        require_width(turns.x, self.columns)
        state = self._roomy(state)
        guesses = np.full(len(turns), np.nan)
        asked: list[NDArray[np.int64]] = []
        for rows in lists_of(turns):
            what = turns.what[rows[0]]
            if what == ASKED:
                asked.append(rows)
            elif what in (SETTLED, CORRECTION) and self._keep(state, turns, rows, bool(what == CORRECTION)):
                self._answer(state, turns.x, asked, guesses)
                state, asked = self._grow(state), []
        self._answer(state, turns.x, asked, guesses)
        return state, guesses

    def guess(self, state: Grown, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the scores of one list (rows, width) as `step` would, without learning."""
        require_width(x, self.columns)
        guesses = np.empty(len(x))
        self._answer(state, x, [np.arange(len(x))], guesses)
        return guesses

    def _roomy(self, state: Grown) -> Grown:
        """Return a state that was packed with its room again."""
        if len(state.number) == self.memory:
            return state
        empty = self.start()
        for name in ("number", "length", "x", "y"):
            held = getattr(state, name)
            getattr(empty, name)[: len(held)] = held
        return empty._replace(learned=state.learned, trees=state.trees, model=state.model)

    def _answer(
        self,
        state: Grown,
        x: NDArray[np.float32],
        lists: list[NDArray[np.int64]],
        guesses: NDArray[np.float64],
    ) -> None:
        if not lists:
            return
        rows = np.concatenate(lists)
        if len(state.model):
            guesses[rows] = booster(state.model.tobytes(), _NAME).predict(x[rows], num_threads=1)
        else:
            guesses[rows] = -np.concatenate([np.arange(len(one)) for one in lists]).astype(np.float64)

    def _keep(self, state: Grown, turns: Turns, rows: NDArray[np.int64], corrects: bool) -> bool:
        """Remember a list; return whether it is time to grow."""
        require(len(rows) <= self.longest, "lambda_rank.longest", f"at least {len(rows)} rows", self.longest)
        y = np.nan_to_num(turns.y[rows] * turns.weight[rows])
        if corrects:
            for at in np.flatnonzero((state.number == turns.number[rows[0]]) & (state.length == len(rows))):
                state.y[at, : len(rows)] = y
            return False
        if y.max() <= 0.0:
            return False
        slot = int(state.learned[0]) % self.memory
        state.number[slot], state.length[slot] = turns.number[rows[0]], len(rows)
        state.x[slot, : len(rows)], state.y[slot, : len(rows)] = turns.x[rows], y
        state.learned[0] += 1
        return bool(state.learned[0] % self.every == 0)

    def _grow(self, state: Grown) -> Grown:
        """Return the state with more trees, or with new ones where there would be too many."""
        lightgbm = lightgbm_of(_NAME)
        held = min(int(state.learned[0]), self.memory)
        stands = np.arange(self.longest) < state.length[:held, None]
        y, most = state.y[:held], state.y[:held].max(1, keepdims=True)
        grades = np.minimum(np.ceil(_GRADES * y / np.maximum(most, 1e-9)), _GRADES)[stands]
        data = lightgbm.Dataset(state.x[:held][stands], grades, group=state.length[:held], params=self._params)
        trees = int(state.trees[0])
        anew = trees == 0 or trees + self.rounds > self.most
        rounds = self.most // 2 if anew and trees else self.rounds
        before = None if anew else booster(state.model.tobytes(), _NAME)
        grown = lightgbm.train(self._params, data, num_boost_round=rounds, init_model=before)
        return state._replace(trees=np.array([rounds if anew else trees + rounds]), model=text_of(grown))

    @property
    def _params(self) -> dict[str, Any]:
        return {
            "objective": "lambdarank",
            "label_gain": list(range(_GRADES + 1)),
            "num_leaves": self.leaves,
            "learning_rate": self.rate,
            "min_data_in_leaf": self.least,
            "seed": self.seed,
            **REPEATABLE,
        }
