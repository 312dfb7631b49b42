"""Integrated gradients: what each input of a network adds to its margin, summed along the way from nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected, require
from evercart.learners.deep.extra import calm, torch
from evercart.learners.deep.heads import Binary, Head
from evercart.learners.deep.tasks import Tasks

if TYPE_CHECKING:
    from evercart.learners.deep.deep import Deep, Trained

Floats = NDArray[np.float64]
FEWEST: Final = 32  # points of the way, doubled until the sum is right
MOST: Final = 4096
NEAR: Final = 1e-4  # of the margin, or of 1 where that is less: a sum so near its margin is taken
WRONG: Final = 1e-2  # one that stays farther off is no explanation
_AT_ONCE: Final = 512


def says_chances(head: Head, x: NDArray[np.float32]) -> bool:
    """Return whether the first margin of rows x is log odds; a head that does not say numbers raises `UserError`."""
    require(head.classes == 1, "explain", "a head that says a number", type(head).__name__)
    if not isinstance(head, Tasks):
        return isinstance(head, Binary)
    tasks = np.unique(x[:, 0])
    known = np.isin(tasks, np.arange(len(head.heads))).all()
    kinds = {type(head.heads[int(task)]) for task in tasks} if known else set()
    require(len(kinds) == 1, "explain", "rows of tasks of one kind", f"tasks {tasks.tolist()}")
    return Binary in kinds


def integrated(deep: Deep, state: Trained, x: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Return the margin of nothing, (rows,), with what each input adds to it, (rows, inputs).

    x    rows as the learner reads them, (rows, inputs); nothing is a row of zeros, whose slots have no vector, of the
         same task

    The gradient is integrated by Gauss and Legendre's rule over two halves of the way, with ever more points, until
    base plus parts is the margin. A network that jumps on the way, such as one that reads word numbers, has no such
    parts: it raises `UserError`. What the parts miss of the margin is at most `WRONG` of it.

    Source: Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks", ICML 2017, equation 1 with section 5.
    """
    with calm():
        deep.layout.load(state.weights, state.buffers)
        module = deep.layout.asked(training=False)
        held = int(isinstance(deep.head, Tasks))
        rows = [_row(deep, module, one, held) for one in deep.embedded(state, x)]
    base, each = np.array([one[0] for one in rows]), np.stack([one[1] for one in rows])
    return base, _by_input(deep, each)


def _row(deep: Deep, module: Any, to: NDArray[np.floating[Any]], held: int) -> tuple[float, Floats]:
    start = np.where(np.arange(len(to)) < held, to, 0.0).astype(np.float64)
    way = to.astype(np.float64) - start
    ends, _ = _asked(deep, module, np.stack([start, start + way]))
    gap, points = ends[1] - ends[0], FEWEST
    while True:
        at, weight = np.polynomial.legendre.leggauss(points // 2)
        at, weight = np.concatenate([at + 1, at + 3]) / 4, np.concatenate([weight, weight]) / 4
        _, slopes = _asked(deep, module, start + at[:, None] * way)
        each = way * (weight @ slopes)
        off = abs(gap - each.sum()) / max(1.0, abs(ends[1]))
        if off <= NEAR:
            return float(ends[0]), each
        if points == MOST:
            break
        points *= 2
    if off > WRONG:
        rule = f"a network whose margin is the sum of its slopes, to {WRONG:.0%}"
        raise UserError(expected("explain", rule, f"{off:.0%} off after {MOST} points"))
    return float(ends[0]), each


def _asked(deep: Deep, module: Any, given: Floats) -> tuple[Floats, Floats]:
    """Return the first margin of rows as the module is given them, (rows,); its slopes, (rows, given)."""
    it = torch()
    said, slopes = np.empty(len(given)), np.empty(given.shape)
    for first in range(0, len(given), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        tensor = it.from_numpy(given[some]).to(getattr(it, deep.precision)).requires_grad_()
        margins = module(tensor)[:, 0]
        (slope,) = it.autograd.grad(margins.sum(), [tensor], materialize_grads=True)
        said[some], slopes[some] = margins.detach().numpy(), slope.numpy()
    return said, slopes


def _by_input(deep: Deep, each: Floats) -> Floats:
    """Return the parts by column that is read: those of a slot's vector summed."""
    given = deep.inputs
    if not given.fields:
        return each
    slots = each[:, given.numbers :].reshape(len(each), given.fields, given.width).sum(2)
    return np.concatenate([each[:, : given.numbers], slots], 1)
