"""Deep: any torch module as a learner under the four laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column, chosen
from evercart.fold import Grain
from evercart.labels.turns import ASKED, CORRECTION, Turns
from evercart.learners.deep.extra import aligned, alone, calm, device, shuffle_chance, torch
from evercart.learners.deep.heads import Binary, Head
from evercart.learners.deep.inputs import Inputs, finite
from evercart.learners.deep.integrated import integrated, says_chances
from evercart.learners.deep.layout import Layout, layout
from evercart.learners.deep.lesson import Lesson, Waiting, lessons, waiting
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.network import Network
from evercart.learners.deep.plan import Plan, Planned
from evercart.learners.deep.room import roomy
from evercart.learners.deep.steps import AdamW, Floats, Steps
from evercart.learners.deep.table import Rows, Table, Touched, keys_of, merged, rows
from evercart.learners.learner import number_places, require_width
from evercart.learners.reasons.parts import Parts, names_of
from evercart.learners.terms import terms

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
    seen: NDArray[np.int64]  # (classes,) rows learned of each class; without classes: of all
    counts: Counts
    waiting: Waiting
    rows: Rows  # the vectors of slots; without a table: none


class Slope(NamedTuple):
    """Which way an objective falls."""

    value: float
    weights: Floats  # (weights,)
    buffers: tuple[NDArray[Any], ...]  # the module's, once the objective was asked while training
    touched: Touched


@dataclass(frozen=True)
class Deep:
    """A network of torch that learns a lesson, one minibatch, whenever enough labels have settled.

    columns       what the columns of X mean, all of them
    network       builds the module: `Mlp`, or a frozen dataclass of one's own
    head          what the margins mean: `Binary`, `Squared`, `Classes`
    steps         how the weights move
    use           the names of the columns it reads; None: all numbers, with a table all slots too
    batch         rows of a lesson; they wait in the state, in the order of settling, until a tick closes with enough
    precision     of the weights
    table         the vectors of slots, which come to the module behind the numbers; None: slots are not read
    device        where the module computes, "cpu" or "cuda"; states, losses stay on the CPU. No test has seen a GPU

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
    table: Table | None = None
    device: Literal["cpu", "cuda"] = "cpu"
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.batch >= 1, "deep.batch", "at least 1", self.batch)
        require(self.network.block >= 1, "deep.network.block", "at least 1", self.network.block)
        require(self.precision in ("float32", "float64"), "deep.precision", "float32 or float64", self.precision)
        require(len(self.places) > 0, "deep.columns", "at least one number column", len(self.places))
        device(self.device)

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """Return the places of the columns it reads, (inputs,): numbers first, then slots."""
        if self.table is None:
            return number_places(self.columns, self.use)
        every = chosen(self.columns, [one.name for one in self.columns] if self.use is None else self.use)
        return np.array(sorted(every, key=lambda place: not self.columns[place].is_number), np.int64)

    @cached_property
    def inputs(self) -> Inputs:
        """Return what the module is given of a row."""
        numbers = sum(self.columns[place].is_number for place in self.places)
        return Inputs(numbers, len(self.places) - numbers, self.table.width if self.table else 0)

    @cached_property
    def spaces(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the slots of each slot column begin, how many there are; both (fields,)."""
        names = [self.columns[place].name for place in self.places[self.inputs.numbers :]]
        if not names:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        plan = terms(self.columns, names, (), 0, bias=False).plan.astype(np.int64)
        return plan[:, 0], plan[:, 1]

    @cached_property
    def layout(self) -> Layout:
        """Return the module with the places of its parameters; only its structure counts, never what it holds."""
        with calm():
            shuffle_chance(self.seed, 0, "deep/start")
            module = self.network.module(self.inputs, self.head.outputs)
            return layout(module.to(device(self.device), getattr(torch(), self.precision)))

    @cached_property
    def plan(self) -> Plan | None:
        """Return how the network guesses without torch, if it knows."""
        return self.network.plan(self.inputs, self.head.outputs) if isinstance(self.network, Planned) else None

    def start(self) -> Trained:
        """Return the weights the module is born with."""
        weights, buffers = self.layout.weights.copy(), tuple(one.copy() for one in self.layout.buffers)
        moments = np.zeros((self.steps.moments, len(weights)), weights.dtype)
        counts = Counts(*(np.zeros(1, np.int64) for _ in Counts._fields))
        seen = np.zeros(self.head.classes, np.int64)
        held = rows(self.table.rows if self.table else 0, self.inputs.width, weights.dtype)
        return Trained(weights, buffers, moments, seen, counts, waiting(self.batch, len(self.places)), held)

    def step(self, state: Trained, turns: Turns) -> tuple[Trained, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        return self.walk(state, turns, self.learn)

    def peek(self, state: Trained, turns: Turns) -> NDArray[np.float64]:
        """Return guesses: questions alone move nothing."""
        asked = np.flatnonzero(turns.what == ASKED)
        guesses = np.full(len(turns), np.nan)
        with alone():
            guesses[asked] = self.guess(state, self.read(turns.x)[asked])
        return guesses

    def guess(self, state: Trained, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return a guess for each row of what the network reads, x, (rows, inputs)."""
        return self.head.guess(self.margins(state, x), state.seen)

    def read(self, x: NDArray[Any]) -> NDArray[np.float32]:
        """Return what it reads of X, (rows, columns): (rows, inputs), 0 for what is not finite."""
        require_width(x, self.columns)
        return finite(x, self.places)

    def walk(
        self, state: Trained, turns: Turns, learn: Callable[[Trained, Lesson], Trained]
    ) -> tuple[Trained, NDArray[np.float64]]:
        """Return the state after turns whose lessons were learned by `learn`, with the guesses, (rows,)."""
        guesses, taught, answered = np.full(len(turns), np.nan), 0, 0
        x = self.read(turns.x)
        stops = np.append(np.flatnonzero(turns.tick[1:] != turns.tick[:-1]) + 1, len(turns))
        labels = np.append(0, np.cumsum(turns.what != ASKED))  # before each row; no fewer than those that teach
        after = labels[stops]

        def answer(upto: int) -> None:
            asked = answered + np.flatnonzero(turns.what[answered:upto] == ASKED)
            if len(asked):
                guesses[asked] = self.guess(state, x[asked])

        with calm():
            while taught < len(turns):  # until there is a lesson, neither questions nor labels need to be looked at
                enough = labels[taught] + self.batch - int(state.waiting.filled[0])
                stop = int(stops[min(np.searchsorted(after, enough), len(stops) - 1)])
                for lesson in lessons(state.waiting, self._told(state, turns, x, slice(taught, stop))):
                    answer(stop)
                    answered = stop
                    state = learn(state, lesson)
                taught = stop
            answer(len(turns))
        return state, guesses

    def parts(self, state: Trained, turns: Turns) -> Parts:
        """Return what each column adds to the margin of nothing, by integrated gradients; of tasks, to its own task's.

        A head of classes, whose guess is a name, raises `UserError`.
        """
        x, every = self.read(turns.x), np.zeros(turns.x.shape)
        logistic = says_chances(self.head, x)
        base, every[:, self.places] = integrated(self, state, x)
        return Parts(names_of(self.columns), base, every, logistic)

    def _told(self, state: Trained, turns: Turns, x: NDArray[np.float32], ticks: slice) -> Lesson:
        """Return the rows of some ticks that teach."""
        named = (turns.what, turns.number, turns.y, turns.was, turns.weight)
        rows = Lesson(*named, x).rows(ticks)
        told = (rows.what != ASKED) & ~np.isnan(rows.y) & (rows.weight != 0)
        known = self.head.knows(rows.y) & (np.isnan(rows.was) | self.head.knows(rows.was))
        state.counts.refused[0] += np.count_nonzero(told & ~known)
        return rows.rows(told & known)

    def margins(self, state: Trained, x: NDArray[np.float32]) -> Floats:
        """Return what the network says of rows, (rows, outputs), without learning: by its plan, if it has one."""
        if self.plan is None:
            return self.by_module(state, x)
        return self.plan.margins(state.weights, self.embedded(state, x))

    def by_module(self, state: Trained, x: NDArray[np.float32], block: int = 0) -> Floats:
        """Return what the module says of rows, (rows, outputs), a block at a time.

        block    rows asked in one call; 0: as many as the network says
        """
        module, block = self.layout.asked(training=False), block or self.network.block
        out = np.empty((len(x), self.head.outputs), state.weights.dtype)
        self.layout.load(state.weights, state.buffers)
        whole = self.embedded(state, x)
        with torch().no_grad():
            given = torch().zeros((block, whole.shape[1]), dtype=getattr(torch(), self.precision))
            for start in range(0, len(x), block):
                rows = whole[start : start + block]
                given[: len(rows)] = torch().from_numpy(rows)
                out[start : start + block] = module(given.to(self.device))[: len(rows)].cpu().numpy()
        return out

    def embedded(self, state: Trained, x: NDArray[np.float32]) -> NDArray[np.floating[Any]]:
        """Return what the module is given of rows x, (rows, inputs): their numbers, then the vectors of their slots."""
        if self.table is None:
            return x
        numbers = self.inputs.numbers
        keys = keys_of(*self.spaces, x[:, numbers:])
        vectors = self.table.vectors(state.rows, keys.ravel(), self.seed, born=False)
        return np.concatenate([x[:, :numbers], vectors.reshape(len(x), -1)], 1, dtype=vectors.dtype)

    def _asking(self, state: Trained, touched: list[tuple[NDArray[np.int64], Any]]) -> Ask:
        """Return a way to ask the module while training, which notes keys with the tensors of their vectors."""
        it, module, numbers = torch(), self.layout.asked(training=True), self.inputs.numbers
        kind, table = getattr(it, self.precision), self.table

        def ask(x: NDArray[np.float32]) -> Any:
            if table is None:
                return module(aligned(x).to(self.device, kind)).cpu()
            every = keys_of(*self.spaces, x[:, numbers:])
            keys, place = np.unique(every, return_inverse=True)
            vectors = aligned(table.vectors(state.rows, keys, self.seed, born=True)).requires_grad_()
            touched.append((keys, vectors))
            looked = it.nn.functional.embedding(it.from_numpy(place.reshape(every.shape)), vectors)
            return module(it.cat([aligned(x[:, :numbers]).to(kind), looked.flatten(1)], 1).to(self.device)).cpu()

        return ask

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
        return self.moved(state, self.gradient(state, objective))

    def gradient(self, state: Trained, objective: Objective) -> Slope:
        """Return an objective's value with its slope."""
        it, parameters = torch(), self.layout.parameters
        place = int(state.counts.learned[0] + state.counts.skipped[0])
        shuffle_chance(self.seed, place, "deep/learn")
        self.layout.load(state.weights, state.buffers)
        noted: list[tuple[NDArray[np.int64], Any]] = []
        with roomy("deep"):
            value = objective(self._asking(state, noted))
            vectors = [tensor for _, tensor in noted]
            slopes = it.autograd.grad(value, [*parameters, *vectors], materialize_grads=True)
        parts = [
            Touched(keys, slope.numpy()) for (keys, _), slope in zip(noted, slopes[len(parameters) :], strict=True)
        ]
        touched = merged(parts) if parts else Touched(np.zeros(0, np.int64), np.zeros((0, 0), state.weights.dtype))
        weights = np.concatenate([one.cpu().numpy().ravel() for one in slopes[: len(parameters)]])
        return Slope(float(value.detach()), weights, self.layout.now(), touched)

    def moved(self, state: Trained, slope: Slope) -> Trained:
        """Return the state after a step against a slope, unless something is not finite."""
        weights, moments, touched = state.weights.copy(), state.moments.copy(), slope.touched
        with np.errstate(over="ignore", invalid="ignore"):
            finite = np.isfinite(slope.weights).all() and np.isfinite(touched.slope**2).all()
            if np.isfinite(slope.value) and finite:
                self.steps.move(weights, moments, slope.weights, int(state.counts.learned[0]) + 1)
                floats = [one for one in (weights, moments, *slope.buffers) if one.dtype.kind == "f"]
                if all(np.isfinite(one).all() for one in floats):
                    state.counts.learned[0] += 1
                    if self.table is not None:
                        self.table.learn(state.rows, touched, self.seed, int(state.counts.learned[0]))
                    return state._replace(weights=weights, moments=moments, buffers=slope.buffers)
        state.counts.skipped[0] += 1
        return state

    def faded(self, state: Trained, keep: float) -> Trained:
        """Return the state whose weights are `keep` times as far from those it was born with; vectors of slots stay."""
        born = self.layout.weights
        return state._replace(weights=born + state.weights.dtype.type(keep) * (state.weights - born))

    def seen(self, state: Trained, lesson: Lesson) -> Trained:
        """Return the state with a lesson's classes counted; a corrected row counts as what it is now."""
        first = np.isnan(lesson.was) & (lesson.what != CORRECTION)
        if self.head.classes == 1:
            state.seen[0] += np.count_nonzero(first)
            return state
        again = ~np.isnan(lesson.was)
        np.add.at(state.seen, lesson.y[first | again].astype(np.int64), 1)
        np.add.at(state.seen, lesson.was[again].astype(np.int64), -1)
        return state
