"""Elastic: weights that mattered are held by springs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.deep.extra import torch
from evercart.learners.deep.lesson import Lesson
from evercart.learners.deep.steps import Floats
from evercart.remember.news import News

_STIFFEST = 1e30  # a sum of finite diagonals may be none
_AT_ONCE = 8  # rows whose slopes are held side by side: outputs * weights numbers each


class Springs(NamedTuple):
    """Where each weight is held, how strongly."""

    anchor: Floats  # (weights,)
    stiffness: Floats  # (weights,) the sum of Fisher diagonals, older ones decayed
    coming: Floats  # (weights,) the sum of Fisher diagonals of the lessons since
    looked: NDArray[np.int64]  # (1,) lessons in that sum
    since: NDArray[np.int64]  # (1,) lessons since the anchor was dropped


@dataclass(frozen=True)
class Elastic:
    """The loss of a lesson, plus strength / 2 * sum of stiffness * (weight - anchor)^2.

    strength    lambda of the source
    keep        gamma of the source: what is left of older stiffness when an anchor is dropped
    look        the Fisher diagonal is computed at each `look`-th lesson
    news        when an anchor is dropped

    Vectors of slots are not held. The Fisher diagonal is over labels as the model itself would draw them, all of them,
    not over those that came.

    Source: Kirkpatrick et al., "Overcoming catastrophic forgetting in neural networks", PNAS 114(13), 2017, equation
    3; online: Schwarz et al., "Progress and compress", ICML 2018, section 3.2, equation 9; the model's own labels:
    Kunstner, Hennig and Balles, "Limitations of the empirical Fisher approximation", NeurIPS 2019, section 2.
    """

    strength: float = 100.0
    keep: float = 1.0
    look: int = 4
    news: News = field(default_factory=News)

    def __post_init__(self) -> None:
        require(self.strength >= 0, "elastic.strength", "0 or more", self.strength)
        require(0 <= self.keep <= 1, "elastic.keep", "0 to 1", self.keep)
        require(self.look >= 1, "elastic.look", "at least 1", self.look)

    def start(self, deep: Deep) -> Springs:
        """Return springs without strength."""
        self.news.check(deep)
        zero, one = deep.start().weights * 0, np.zeros(1, np.int64)
        return Springs(zero, zero.copy(), zero.copy(), one, one.copy())

    def learn(self, deep: Deep, trained: Trained, memory: Springs, lesson: Lesson) -> tuple[Trained, Springs]:
        """Learn a lesson against the springs, then see which weights mattered to it."""
        if self.news.due(trained, lesson, memory.since) and memory.looked[0]:
            with np.errstate(over="ignore"):
                stiffness = self.keep * memory.stiffness + memory.coming / memory.looked[0]
            stiffness = np.minimum(stiffness, _STIFFEST).astype(trained.weights.dtype)
            zero = np.zeros(1, np.int64)
            memory = Springs(trained.weights.copy(), stiffness, memory.coming * 0, zero, zero.copy())
        pulled, slope = self.penalty(trained, memory)
        own = deep.gradient(trained, lambda ask: deep.loss(ask(lesson.x), lesson))
        trained = deep.moved(trained, own._replace(value=own.value + pulled, weights=own.weights + slope))
        if memory.since[0] % self.look == 0:
            self._look(deep, trained, memory, lesson.x)
        memory.since[0] += 1
        return trained, memory

    def _look(self, deep: Deep, trained: Trained, memory: Springs, x: NDArray[np.float32]) -> None:
        """Add a Fisher diagonal to those that come; one that is not finite would stop all learning, so it is not."""
        with np.errstate(over="ignore", invalid="ignore"):
            coming = memory.coming + fisher(deep, trained, x)
        if np.isfinite(coming).all():
            memory.coming[:] = coming
            memory.looked[0] += 1

    def penalty(self, trained: Trained, memory: Springs) -> tuple[float, Floats]:
        """Return what the springs add to the loss, with its slope, (weights,)."""
        away = trained.weights - memory.anchor
        strength = trained.weights.dtype.type(self.strength)
        with np.errstate(over="ignore", invalid="ignore"):
            pull = memory.stiffness * away
            return float(0.5 * self.strength * (pull * away).sum()), strength * pull


def fisher(deep: Deep, trained: Trained, x: NDArray[np.float32]) -> Floats:
    """Return the diagonal of the Fisher matrix over the model's own labels, (weights,): the mean over rows of x.

    x    (rows, inputs)

    The mean, over labels drawn from the model's guess, of the squared slope of -log of their chance. With squared
    loss, labels are normal with variance 1/2, so that -log of their chance is the loss.
    """
    given = torch().from_numpy(deep.embedded(trained, x).copy()).to(getattr(torch(), deep.precision))
    total = np.zeros_like(trained.weights)
    for start in range(0, len(x), _AT_ONCE):
        rows = given[start : start + _AT_ONCE]
        slopes, said = _together(deep, trained, rows)
        if said.requires_grad:  # it took its own weights in the place of those given, as a Keras model does
            slopes, said = _apart(deep, trained, rows)
        total += deep.head.spread(said, slopes).sum(0).numpy()
    return total / total.dtype.type(max(len(x), 1))


def _together(deep: Deep, trained: Trained, rows: Any) -> tuple[Any, Any]:
    """Return the slopes of each row's margins, (rows, outputs, weights), with the margins, all rows in one go."""
    it, layout = torch(), deep.layout
    module, buffers = layout.asked(training=False), layout.tensors(trained.buffers)

    def margins(vector: Any, row: Any) -> Any:
        said = layout.called(module, vector, buffers, row[None])[0]
        return said, said

    slopes_of = it.func.vmap(it.func.jacrev(margins, has_aux=True), in_dims=(None, 0))
    slopes, said = slopes_of(it.from_numpy(trained.weights.copy()), rows)
    return slopes, said


def _apart(deep: Deep, trained: Trained, rows: Any) -> tuple[Any, Any]:
    """Return the same, a slope at a time."""
    it, layout = torch(), deep.layout
    module = layout.asked(training=False)
    layout.load(trained.weights, trained.buffers)
    said, found = module(rows), []
    for margin in said.flatten():
        parts = it.autograd.grad(margin, layout.parameters, retain_graph=True, materialize_grads=True)
        found.append(it.cat([part.flatten() for part in parts]))
    return it.stack(found).view(*said.shape, -1), said.detach()
