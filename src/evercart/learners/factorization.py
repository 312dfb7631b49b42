"""Factorization: a weight with a short vector for each term, whose products stand for all pairs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import normal_at, stream
from evercart.errors import require
from evercart.features.columns import Column
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, Turns
from evercart.learners.lanes import descend, gather
from evercart.learners.learner import require_width, working_order
from evercart.learners.losses import guess_of, loss_code, slope_of
from evercart.learners.reasons.parts import Parts, names_of
from evercart.learners.terms import AHEAD, RING, Terms, laid, lay, ring, terms
from evercart.memory import prefetch

_W, _SQUARES, _V = 0, 1, 2  # of a term's row: its weight, the sum of squared gradients, its vector, their sums
_LINE: Final = 16  # float32 numbers in a cache line


class Factors(NamedTuple):
    """What is known of each term; AdaGrad's sums stand beside what they belong to."""

    bias: NDArray[np.float64]  # (2,) the bias, the sum of its squared gradients
    memory: NDArray[np.float32]  # (weights, 2 + 2 * factors)


class Hyper(NamedTuple):
    """The settings as kernels take them."""

    rate: float
    damping: float
    l2: float
    spread: float
    radius: np.uint64
    angle: np.uint64


@dataclass(frozen=True)
class Factorization:
    """A factorization machine of degree two: bias + sum w_i x_i + sum over pairs of (v_i . v_j) x_i x_j.

    columns       what the columns of X mean, all of them
    loss          "logistic" or "squared"
    factors       the length of a term's vector
    rate          a step is rate * gradient / sqrt(damping + sum of squared gradients), for every parameter
    spread        the standard deviation of a vector's first values, drawn by (seed, place)
    use           the names of the columns it reads; None: all

    A vector is drawn when its slot is first learned; until then it counts as zero, so that a slot never seen
    adds no noise to a guess, nor does the start cost a draw for every slot there might be.

    Source: Rendle, "Factorization machines", ICDM 2010, equations 1 to 5; steps by Duchi, Hazan and Singer,
    "Adaptive subgradient methods", JMLR 12, 2011.

    >>> pairs = Factorization((Column("user", slots=100), Column("item", slots=50)), factors=4)
    >>> pairs.start().memory.shape
    (150, 10)
    """

    columns: tuple[Column, ...]
    loss: Literal["logistic", "squared"] = "logistic"
    factors: int = 8
    rate: float = 0.1
    damping: float = 1.0
    l2: float = 0.0
    spread: float = 0.05
    seed: int = 1
    use: tuple[str, ...] | None = None
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.loss in ("logistic", "squared"), "factorization.loss", "logistic or squared", self.loss)
        require(1 <= self.factors <= 64, "factorization.factors", "1 to 64", self.factors)
        require(self.rate > 0, "factorization.rate", "more than 0", self.rate)
        require(self.damping > 0, "factorization.damping", "more than 0", self.damping)
        require(self.l2 >= 0, "factorization.l2", "at least 0", self.l2)
        require(self.spread > 0, "factorization.spread", "more than 0", self.spread)
        _ = self.terms

    @cached_property
    def terms(self) -> Terms:
        """Return which weights a row touches."""
        return terms(self.columns, self.use, (), 0, bias=False)

    def start(self) -> Factors:
        """Return terms of which nothing is known."""
        return Factors(np.zeros(2), np.zeros((self.terms.weights, 2 + 2 * self.factors), np.float32))

    def step(self, state: Factors, turns: Turns) -> tuple[Factors, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        require_width(turns.x, self.columns)
        order = working_order(turns.tick, turns.what)
        labels = (turns.y, turns.was, turns.weight)
        streams = stream(self.seed, "factors/radius"), stream(self.seed, "factors/angle")
        hyper = Hyper(self.rate, self.damping, self.l2, self.spread, *streams)
        lanes = (np.float32(0.0),) * self.factors
        loss = loss_code("factorization.loss", self.loss)
        return state, _walk(self.terms, hyper, loss, lanes, state, order, turns.what, labels, turns.x)

    def peek(self, state: Factors, turns: Turns) -> NDArray[np.float64]:
        """Return guesses: questions alone move nothing."""
        return self.step(state, turns)[1]

    def parts(self, state: Factors, turns: Turns) -> Parts:
        """Return what each column adds to the bias: its own weight, half of each pair that it is in.

        That is Shapley's value where a column that is left out reads 0, no slot: `terms.by_column` says why.
        """
        places, values = laid(self.terms, turns.x)
        term = state.memory[places].astype(np.float64)  # (rows, terms, remembered)
        moved = term[:, :, _V : _V + self.factors] * values[:, :, None]
        others = moved.sum(1, keepdims=True) - moved
        each = term[:, :, _W] * values + 0.5 * (moved * others).sum(2)
        _, found = self.terms.by_column(each, turns.x.shape[1])
        base = np.full(len(places), state.bias[0])
        return Parts(names_of(self.columns), base, found, self.loss == "logistic")


@kernel
def _walk(
    terms: Terms,
    hyper: Hyper,
    loss: int,
    lanes: tuple[Any, ...],
    state: Factors,
    order: NDArray[np.int64],
    what: NDArray[np.int8],
    labels: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    x: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Go through the rows in their working order, fetching what the next ones need.

    `lanes` has as many entries as a vector: its length is known while compiling, so loops over it are unrolled.
    """
    y, was, weight = labels
    guesses = np.full(len(what), np.nan)
    places, values = ring(terms)
    sums = np.empty((2, len(lanes)), np.float32)
    for i in range(-AHEAD, len(order)):
        if i + AHEAD < len(order):
            coming = (i + AHEAD) % RING
            lay(terms, x, order[i + AHEAD], places, values, coming)
            _fetch(state.memory, places, coming)
        if i < 0:
            continue
        row, at = order[i], i % RING
        if what[row] == ASKED:
            guesses[row] = guess_of(loss, state.bias[0] + _margin(lanes, state.memory, places[at], values[at], sums))
        elif not np.isnan(y[row]):
            _draw(hyper, lanes, state.memory, places[at])
            margin = state.bias[0] + _margin(lanes, state.memory, places[at], values[at], sums)
            slope = weight[row] * slope_of(loss, margin, y[row], was[row])
            state.bias[1] += slope * slope
            state.bias[0] -= hyper.rate * slope / np.sqrt(hyper.damping + state.bias[1])
            _move(hyper, lanes, state.memory, places[at], values[at], sums, slope)
    return guesses


@kernel
def _fetch(memory: NDArray[np.float32], places: NDArray[np.uint32], at: int) -> None:
    """Ask for the cache lines of a laid row's terms."""
    flat, stride = memory.reshape(memory.size), memory.shape[1]
    for term in range(places.shape[1]):
        first = np.int64(places[at, term]) * stride
        for line in range(0, stride, _LINE):
            prefetch(flat, first + line)


@kernel
def _draw(hyper: Hyper, lanes: tuple[Any, ...], memory: NDArray[np.float32], places: NDArray[np.uint32]) -> None:
    """Give each term that was never learned its first vector."""
    for place in places:
        if memory[place, _SQUARES] == 0.0:
            for f in range(len(lanes)):
                index = int(place) * len(lanes) + f
                memory[place, _V + f] = hyper.spread * normal_at(hyper.radius, hyper.angle, index)


@kernel
def _margin(
    lanes: tuple[Any, ...],
    memory: NDArray[np.float32],
    places: NDArray[np.uint32],
    values: NDArray[np.float64],
    sums: NDArray[np.float32],
) -> float:
    """Return the margin without the bias; leave sum v_i x_i, sum (v_i x_i)^2 in `sums` (Rendle, lemma 3.1)."""
    margin = 0.0
    sums[:] = np.float32(0.0)
    for term in range(len(places)):
        place, value = places[term], np.float32(values[term])
        margin += memory[place, _W] * value
        gather(lanes, memory, place, value, sums)
    for f in range(len(lanes)):
        margin += 0.5 * (sums[0, f] * sums[0, f] - sums[1, f])
    return float(margin)


@kernel
def _move(
    hyper: Hyper,
    lanes: tuple[Any, ...],
    memory: NDArray[np.float32],
    places: NDArray[np.uint32],
    values: NDArray[np.float64],
    sums: NDArray[np.float32],
    slope: float,
) -> None:
    """Move every weight, every vector against its gradient."""
    scales = np.float32(slope), np.float32(hyper.rate), np.float32(hyper.damping), np.float32(hyper.l2)
    steep, rate, damping, l2 = scales
    for term in range(len(places)):
        place, value = places[term], np.float32(values[term])
        gradient = steep * value + l2 * memory[place, _W]
        memory[place, _SQUARES] += gradient * gradient
        memory[place, _W] -= rate * gradient / np.sqrt(damping + memory[place, _SQUARES])
        descend(lanes, memory, place, value, sums, scales)
