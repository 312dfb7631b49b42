"""Deep: any torch module as a learner under the four laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column
from evercart.fold import Grain
from evercart.labels.turns import ASKED, CORRECTION, Turns
from evercart.learners.deep.extra import aligned, calm, shuffle_chance, torch
from evercart.learners.deep.heads import Binary, Head
from evercart.learners.deep.layout import Layout, layout
from evercart.learners.deep.lesson import Lesson, Waiting, lessons, waiting
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.network import Network
from evercart.learners.deep.steps import AdamW, Floats, Steps
from evercart.learners.learner import number_places, tick_stop

Ask = Callable[[NDArray[np.float32]], Any]  # from x, (rows, inputs), to a tensor of margins, (rows, outputs)
Objective = Callable[[Ask], Any]  # from a way to ask, to a tensor of one number to make small


class Counts(NamedTuple):
    """How often what happened; each (1,)."""

    learned: NDArray[np.int64]  # lessons
    skipped: NDArray[np.int64]  # lessons whose step would have led to numbers that are not finite
    refused: NDArray[np.int64]  # labels that the head does not know


class Trained(NamedTuple):
    """All that a deep learner has become."""

    weights: Floats  # (weights,) every parameter of the module, end to end in the module's order
    buffers: tuple[NDArray[Any], ...]  # the module's buffers, in its order
    moments: Floats  # (moments, weights) what the optimizer remembers
    seen: NDArray[np.int64]  # (outputs,) rows learned of each class; with one output: of all
    counts: Counts
    waiting: Waiting


@dataclass(frozen=True)
class Deep:
    """A network of torch that learns a lesson, one minibatch, whenever enough labels have settled.

    columns       what the columns of X mean, all of them
    network       builds the module: `Mlp`, or a frozen dataclass of one's own
    head          what the margins mean: `Binary`, `Squared`, `Classes`
    steps         how the weights move
    use           the names of the number columns it reads; None: all
    batch         rows of a lesson; they wait in the state, in the order of settling, until a tick closes with enough
    precision     of the weights

    Numbers want a scale near 1 (`Scaled`); one that is not finite counts as 0. A label that the head does not know
    is counted, not learned. A lesson after which a weight would not be finite is counted, then left out. Bits are
    the same on one thread, one CPU family, one version of torch. Needs the extra `deep`.
    """

    columns: tuple[Column, ...]
    network: Network = field(default_factory=Mlp)
    head: Head = field(default_factory=Binary)
    steps: Steps = field(default_factory=AdamW)
    use: tuple[str, ...] | None = None
    batch: int = 32
    seed: int = 1
    precision: Literal["float32", "float64"] = "float32"
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.batch >= 1, "deep.batch", "at least 1", self.batch)
        require(self.network.block >= 1, "deep.network.block", "at least 1", self.network.block)
        require(self.precision in ("float32", "float64"), "deep.precision", "float32 or float64", self.precision)
        require(len(self.places) > 0, "deep.columns", "at least one number column", len(self.places))
        torch()

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """Return the places of the columns it reads, (inputs,)."""
        return number_places(self.columns, self.use)

    @cached_property
    def layout(self) -> Layout:
        """Return the module with the places of its parameters; only its structure counts, never what it holds."""
        with calm():
            shuffle_chance(self.seed, 0, "deep/start")
            module = self.network.module(len(self.places), self.head.outputs)
            return layout(module.to(getattr(torch(), self.precision)))

    def start(self) -> Trained:
        """Return the weights the module is born with."""
        weights, buffers = self.layout.weights.copy(), tuple(one.copy() for one in self.layout.buffers)
        moments = np.zeros((self.steps.moments, len(weights)), weights.dtype)
        counts = Counts(*(np.zeros(1, np.int64) for _ in Counts._fields))
        seen = np.zeros(self.head.outputs, np.int64)
        return Trained(weights, buffers, moments, seen, counts, waiting(self.batch, len(self.places)))

    def step(self, state: Trained, turns: Turns) -> tuple[Trained, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        return self.walk(state, turns, self.learn)

    def peek(self, state: Trained, turns: Turns) -> NDArray[np.float64]:
        """Return guesses: questions alone move nothing."""
        return self.step(state, turns)[1]

    def walk(
        self, state: Trained, turns: Turns, learn: Callable[[Trained, Lesson], Trained]
    ) -> tuple[Trained, NDArray[np.float64]]:
        """Return the state after turns whose lessons were learned by `learn`, with the guesses, (rows,)."""
        require(turns.x.shape[1] == len(self.columns), "x", f"{len(self.columns)} columns", turns.x.shape[1])
        guesses, start = np.full(len(turns), np.nan), 0
        x = np.nan_to_num(turns.x[:, self.places].astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
        with calm():
            while start < len(turns):
                stop = tick_stop(turns.tick, start)
                asked = start + np.flatnonzero(turns.what[start:stop] == ASKED)
                if len(asked):
                    guesses[asked] = self.head.guess(self.margins(state, x[asked]), state.seen)
                if len(asked) < stop - start:
                    for lesson in lessons(state.waiting, self._told(state, turns, x, slice(start, stop))):
                        state = learn(state, lesson)
                start = stop
        return state, guesses

    def _told(self, state: Trained, turns: Turns, x: NDArray[np.float32], tick: slice) -> Lesson:
        """Return the rows of a tick that teach."""
        named = (turns.what, turns.number, turns.y, turns.was, turns.weight)
        rows = Lesson(*named, x).rows(tick)
        told = (rows.what != ASKED) & ~np.isnan(rows.y) & (rows.weight != 0)
        known = self.head.knows(rows.y) & (np.isnan(rows.was) | self.head.knows(rows.was))
        state.counts.refused[0] += np.count_nonzero(told & ~known)
        return rows.rows(told & known)

    def margins(self, state: Trained, x: NDArray[np.float32]) -> Floats:
        """Return what the network says of rows, (rows, outputs), a block at a time, without learning."""
        module, block = self.layout.asked(training=False), self.network.block
        out = np.empty((len(x), self.head.outputs), state.weights.dtype)
        self.layout.load(state.weights, state.buffers)
        with torch().no_grad():
            given = torch().zeros((block, x.shape[1]), dtype=getattr(torch(), self.precision))
            for start in range(0, len(x), block):
                rows = x[start : start + block]
                given[: len(rows)] = torch().from_numpy(rows)
                out[start : start + block] = module(given)[: len(rows)].numpy()
        return out

    def learn(self, state: Trained, lesson: Lesson) -> Trained:
        """Return the state after one lesson, learned with nothing else in mind."""
        return self.seen(self.descend(state, lambda ask: self.loss(ask(lesson.x), lesson)), lesson)

    def loss(self, margins: Any, lesson: Lesson) -> Any:
        """Return the mean loss of a lesson, a tensor of one number, given its margins (rows, outputs)."""
        y, weight = torch().from_numpy(lesson.y), torch().from_numpy(lesson.weight).to(margins.dtype)
        losses = self.head.loss(margins, y)
        again = np.flatnonzero(~np.isnan(lesson.was))
        if len(again):
            back = self.head.loss(margins[again], torch().from_numpy(lesson.was[again]))
            losses = losses.index_add(0, torch().from_numpy(again), -back)
        return (weight * losses).mean()

    def descend(self, state: Trained, objective: Objective) -> Trained:
        """Return the state one step down an objective; where that is not finite: as it was, counted as skipped."""
        value, gradient, buffers = self.gradient(state, objective)
        return self.moved(state, value, gradient, buffers)

    def gradient(self, state: Trained, objective: Objective) -> tuple[float, Floats, tuple[NDArray[Any], ...]]:
        """Return an objective's value, its slope, (weights,), and the buffers once it was asked while training."""
        it, module = torch(), self.layout.asked(training=True)
        place = int(state.counts.learned[0] + state.counts.skipped[0])
        shuffle_chance(self.seed, place, "deep/learn")
        self.layout.load(state.weights, state.buffers)
        value = objective(lambda x: module(aligned(x).to(getattr(it, self.precision))))
        slopes = it.autograd.grad(value, self.layout.parameters, materialize_grads=True)
        slope = np.concatenate([one.numpy().ravel() for one in slopes])
        return float(value.detach()), slope, self.layout.now()

    def moved(self, state: Trained, value: float, gradient: Floats, buffers: tuple[NDArray[Any], ...]) -> Trained:
        """Return the state after a step against a gradient, (weights,), unless something is not finite."""
        weights, moments = state.weights.copy(), state.moments.copy()
        if np.isfinite(value) and np.isfinite(gradient).all():
            with np.errstate(over="ignore", invalid="ignore"):
                self.steps.move(weights, moments, gradient, int(state.counts.learned[0]) + 1)
            floats = [one for one in (weights, moments, *buffers) if one.dtype.kind == "f"]
            if all(np.isfinite(one).all() for one in floats):
                state.counts.learned[0] += 1
                return state._replace(weights=weights, moments=moments, buffers=buffers)
        state.counts.skipped[0] += 1
        return state

    def seen(self, state: Trained, lesson: Lesson) -> Trained:
        """Return the state with a lesson's classes counted; a corrected row counts as what it is now."""
        first = np.isnan(lesson.was) & (lesson.what != CORRECTION)
        if self.head.outputs == 1:
            state.seen[0] += np.count_nonzero(first)
            return state
        again = ~np.isnan(lesson.was)
        np.add.at(state.seen, lesson.y[first | again].astype(np.int64), 1)
        np.add.at(state.seen, lesson.was[again].astype(np.int64), -1)
        return state
