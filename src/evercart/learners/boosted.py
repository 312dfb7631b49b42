"""Boosted: a chance by LightGBM's trees, grown on as labels come, over a window that slides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.features.columns import Column
from evercart.fold import Grain
from evercart.labels.turns import ASKED, Turns
from evercart.learners.grown import REPEATABLE, booster, lightgbm_of, text_of
from evercart.learners.learner import number_places, require_width, working_order
from evercart.learners.reasons.parts import Parts, chance
from evercart.learners.reasons.trees import tree_parts

_NAME: Final = "boosted"
_GONE: Final = -1.0
Floats = NDArray[np.float64]


class Grove(NamedTuple):
    """The last labels that were kept, a ring by `kept`, beside the trees grown on them."""

    labels: NDArray[np.int64]  # (2,) ever seen: all, those that said yes
    kept: NDArray[np.int64]  # (1,) ever
    number: NDArray[np.int64]  # (memory,) of the question
    x: NDArray[np.float32]  # (memory, columns read)
    y: NDArray[np.float32]  # (memory,) below 0 where a yes was taken back
    trees: NDArray[np.int64]  # (2,) now; labels that the first ones grew on
    model: NDArray[np.uint8]  # LightGBM's own text

    def packed(self) -> Grove:
        """Drop spare room."""
        held = min(int(self.kept[0]), len(self.number))
        return self._replace(number=self.number[:held], x=self.x[:held], y=self.y[:held])


@dataclass(frozen=True)
class Boosted:
    """A chance by boosted trees over numbers, for answers that are rarely yes.

    Of all labels each yes is kept, of the others a share `keep`, drawn by the question's number; log odds are put
    right by log(`keep`). After every so many labels `rounds` more trees grow (`init_model`) on the last `memory` of
    what was kept. Once there would be more than `most` trees, all are dropped, half as many grown anew on what is
    remembered, so that the past is forgotten; likewise whenever twice as much is remembered as then. A later label of
    the same question takes the earlier one's place while that is remembered; trees that have grown stay. Before there
    are trees the chance is the share of yes so far.

    columns     what the columns of X mean, all of them
    use         the names of the number columns that it reads; None: all
    rising, falling    names of those whose number, as it grows, never lowers the chance, never raises it
    least       labels of a leaf
    Bytes: at most `memory` * (4 * columns read + 12), then about 60 * `leaves` * `most` of trees.

    Needs the extra `trees`. Source: Ke et al., "LightGBM: a highly efficient gradient boosting decision tree",
    NeurIPS 2017.

    >>> Boosted((Column("rate"), Column("hour", slots=24)), memory=8).start().x.shape
    (8, 1)
    """

    columns: tuple[Column, ...]
    use: tuple[str, ...] | None = None
    rising: tuple[str, ...] = ()
    falling: tuple[str, ...] = ()
    every: int = 1 << 15
    memory: int = 1 << 16
    keep: float = 0.1
    rounds: int = 5
    most: int = 200
    leaves: int = 31
    rate: float = 0.05
    least: int = 50
    seed: int = 1
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(len(self._places) > 0, "boosted.use", "at least one", len(self._places))
        read = set(self._names)
        for name in (*self.rising, *self.falling):
            require(name in read, "boosted.rising, falling", "columns that are read: " + " ".join(self._names), name)
        both = " ".join({*self.rising} & {*self.falling})
        require(not both, "boosted.falling", "other columns than rising", both)
        require(self.every >= 1, "boosted.every", "at least 1", self.every)
        require(self.memory >= 1, "boosted.memory", "at least 1", self.memory)
        require(0 < self.keep <= 1, "boosted.keep", "more than 0, at most 1", self.keep)
        require(self.rounds >= 1, "boosted.rounds", "at least 1", self.rounds)
        require(self.most >= 2 * self.rounds, "boosted.most", "at least twice `rounds`", self.most)
        require(self.leaves >= 2, "boosted.leaves", "at least 2", self.leaves)
        require(self.rate > 0, "boosted.rate", "more than 0", self.rate)
        require(self.least >= 1, "boosted.least", "at least 1", self.least)

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        return number_places(self.columns, self.use)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self.columns[place].name for place in self._places)

    def start(self) -> Grove:
        """Return a memory of nothing, without a tree."""
        return Grove(
            np.zeros(2, np.int64),
            np.zeros(1, np.int64),
            np.zeros(self.memory, np.int64),
            np.zeros((self.memory, len(self._places)), np.float32),
            np.zeros(self.memory, np.float32),
            np.zeros(2, np.int64),
            np.zeros(0, np.uint8),
        )

    def step(self, state: Grove, turns: Turns) -> tuple[Grove, Floats]:
        """Guess, then learn, tick by tick."""
        require_width(turns.x, self.columns)
        state, guesses = self._roomy(state), np.full(len(turns), np.nan)
        order = working_order(turns.tick, turns.what)
        fresh = (turns.what != ASKED) & ~np.isnan(turns.y) & np.isnan(turns.was)
        seen = state.labels[0] + np.cumsum(fresh[order])
        yes = state.labels[1] + np.cumsum((fresh & (turns.y > 0))[order])
        prior = np.empty(len(turns))
        prior[order] = _share(seen, yes)
        grows = np.flatnonzero(fresh[order] & (seen % self.every == 0)) + 1
        for rows in np.split(order, grows):
            self._answer(state, turns, rows, prior, guesses)
            self._keep(state, turns, rows, fresh)
            if len(rows) and fresh[rows[-1]] and state.labels[0] % self.every == 0:
                state = self._grow(state)
        return state, guesses

    def peek(self, state: Grove, turns: Turns) -> Floats:
        """Return guesses: questions alone move nothing."""
        guesses = np.full(len(turns), np.nan)
        self._answer(state, turns, np.arange(len(turns)), self._prior(state, len(turns)), guesses)
        return guesses

    def parts(self, state: Grove, turns: Turns) -> Parts:
        """Return what each column adds to the mean of the trees, by Shapley's values."""
        x = np.ascontiguousarray(turns.x[:, self._places])
        if not len(state.model):
            nothing = self._prior(state, len(x))
            return Parts(self._names, np.log(nothing / (1 - nothing)), np.zeros(x.shape), logistic=True)
        found = tree_parts(booster(state.model.tobytes(), _NAME), x, self._names, logistic=True)
        return found._replace(base=found.base + np.log(self.keep))

    def _roomy(self, state: Grove) -> Grove:
        """Return a state that was packed with its room again."""
        if len(state.number) == self.memory:
            return state
        empty = self.start()
        for name in ("number", "x", "y"):
            held = getattr(state, name)
            getattr(empty, name)[: len(held)] = held
        return state._replace(number=empty.number, x=empty.x, y=empty.y)

    def _prior(self, state: Grove, rows: int) -> Floats:
        return np.full(rows, _share(*state.labels))

    def _answer(self, state: Grove, turns: Turns, rows: NDArray[np.int64], prior: Floats, guesses: Floats) -> None:
        rows = rows[turns.what[rows] == ASKED]
        if not len(rows):
            return
        if not len(state.model):
            guesses[rows] = prior[rows]
            return
        x = turns.x[np.ix_(rows, self._places)]
        odds = booster(state.model.tobytes(), _NAME).predict(x, raw_score=True, num_threads=1) + np.log(self.keep)
        guesses[rows] = chance(odds)

    def _keep(self, state: Grove, turns: Turns, rows: NDArray[np.int64], fresh: NDArray[np.bool_]) -> None:
        """Take in labels, in their order."""
        rows = rows[(turns.what[rows] != ASKED) & ~np.isnan(turns.y[rows])]
        first, yes = fresh[rows], turns.y[rows] > 0
        state.labels[:] += first.sum(), (first & yes).sum()
        drawn = uniform(self.seed, turns.number[rows], "boosted/keep") < self.keep
        for at in np.flatnonzero(yes | drawn | ~first).tolist():
            self._put(state, turns, int(rows[at]), bool(yes[at]), bool(drawn[at]))

    def _put(self, state: Grove, turns: Turns, row: int, is_yes: bool, is_drawn: bool) -> None:
        """Remember a label; one that is remembered of the same question goes."""
        held = min(int(state.kept[0]), self.memory)
        known = np.flatnonzero(state.number[:held] == turns.number[row])
        y = turns.y[row] if is_yes or is_drawn else _GONE
        if len(known):
            state.y[known] = y
        elif is_yes or is_drawn:
            at = int(state.kept[0]) % self.memory
            state.number[at], state.x[at], state.y[at] = turns.number[row], turns.x[row, self._places], y
            state.kept[0] += 1

    def _grow(self, state: Grove) -> Grove:
        """Return the state with more trees, or with new ones where there would be too many, or more is known."""
        held = min(int(state.kept[0]), self.memory)
        stands = state.y[:held] >= 0
        y = state.y[:held][stands]
        if len(y) < 2 * self.least or y.min() == y.max():
            return state
        lightgbm, (trees, grown_on) = lightgbm_of(_NAME), state.trees.tolist()
        anew = trees + self.rounds > self.most or held >= 2 * grown_on
        rounds, before = self.rounds, None if anew else booster(state.model.tobytes(), _NAME)
        if anew:
            trees, grown_on, rounds = 0, held, self.most // 2
        data = lightgbm.Dataset(state.x[:held][stands], y, params=self._params)
        grown = lightgbm.train(self._params, data, num_boost_round=rounds, init_model=before)
        return state._replace(trees=np.array([trees + rounds, grown_on]), model=text_of(grown))

    @property
    def _params(self) -> dict[str, Any]:
        way = {name: 1 for name in self.rising} | {name: -1 for name in self.falling}
        return {
            "objective": "binary",
            "monotone_constraints": [way.get(name, 0) for name in self._names],
            "num_leaves": self.leaves,
            "learning_rate": self.rate,
            "min_data_in_leaf": self.least,
            "lambda_l2": 1.0,  # where old trees are sure, what is new would else be answered by any number
            "max_delta_step": 4.0,
            "seed": self.seed,
            **REPEATABLE,
        }


def _share(labels: Any, yes: Any) -> Any:
    """Return the share of labels that say yes, as if half a one more did of one more."""
    return (yes + 0.5) / (labels + 1.0)
