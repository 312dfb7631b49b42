"""BatchLinear: a linear model fitted to convergence on many rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.design import Design, Reads, design
from evercart.evaluate.lbfgs import minimum
from evercart.evaluate.losses import ABSOLUTE, LOG_LOSS, SQUARED, Loss
from evercart.features.columns import Column
from evercart.kernel import kernel

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
_ROUND: Final = 0.01  # half width, in deviations of the label, over which the kink of a pinball loss is rounded


class Weights(NamedTuple):
    """A fitted model; `w` is the bias, one weight a standardised number, one a one-hot column."""

    w: Floats  # (1 + numbers + width,)
    mean: Floats  # (numbers,)
    inverse: Floats  # (numbers,) 1 / deviation; 0 where a number never varied
    y_mean: float
    y_scale: float
    gradient: float  # largest absolute slope of the mean objective where fitting stopped
    passes: int  # over the rows


@dataclass(frozen=True)
class BatchLinear:
    """Minimise the sum of losses + l2 / 2 * |weights|², the bias left free, by L-BFGS from the last weights.

    Numbers are standardised by the rows that are fitted, labels too where they are numbers; slots are one-hot.
    With log loss this is logistic regression with C = 1 / l2, with squared loss ridge regression with
    alpha = l2; a pinball loss is rounded at its kink. `crosses` are pairs of slot columns.

    Source: Chen, "A finite
    smoothing algorithm for quantile regression", J. Comp. Graph. Stat. 16(1), 2007 (the rounding).
    """

    columns: tuple[Column, ...]
    loss: Loss
    l2: float = 1.0
    reads: Reads = "both"
    crosses: tuple[tuple[str, str], ...] = ()
    passes: int = 500
    tolerance: float = 1e-5  # of the slope of the mean objective, in preconditioned weights

    def __post_init__(self) -> None:
        require(self.l2 > 0, "batch_linear.l2", "more than 0", self.l2)
        require(self.reads in ("numbers", "slots", "both"), "batch_linear.reads", "numbers, slots or both", self.reads)
        require(self.passes > 0, "batch_linear.passes", "at least 1", self.passes)

    def ready(self, x: NDArray[np.float32]) -> Design:
        """Return the numbers beside the places of the one-hot columns."""
        return design(x, self.columns, self.crosses, self.reads)

    def fit(self, ready: Design, rows: Rows, y: Floats, was: Weights | None) -> Weights:
        """Return the weights of least objective on some rows."""
        start = _standard(ready, rows, y, self.loss.code == LOG_LOSS)
        if self.loss.code == LOG_LOSS and min(y.sum(), (1 - y).sum()) < 1:
            start.w[0] = np.log((y.sum() + 0.5) / ((1 - y).sum() + 0.5))  # one class: Krichevsky and Trofimov, 1981
            return start
        scaled = (y - start.y_mean) / start.y_scale
        spread = float(y.mean() * (1 - y.mean())) if self.loss.code == LOG_LOSS else 1.0
        root = np.sqrt(_curvature(ready, rows, spread, self.l2 / len(rows)))
        slopes = np.empty_like(root)

        def objective(u: Floats) -> tuple[float, Floats]:
            value = self._objective(ready, rows, scaled, start, u / root, slopes)
            return value, slopes / root

        begin = start.w if was is None else was.w
        found = minimum(objective, begin * root, self.passes, self.tolerance)
        self._objective(ready, rows, scaled, start, found.x / root, slopes)
        return start._replace(w=found.x / root, gradient=float(np.abs(slopes).max()), passes=found.passes)

    def guess(self, model: Weights, ready: Design, rows: Rows) -> Floats:
        """Return (rows,) chances, or numbers in the label's unit."""
        z = np.empty(len(rows))
        _margins(ready, rows, *_folded(model, model.w), z)
        if self.loss.code == LOG_LOSS:
            chances: Floats = 1.0 / (1.0 + np.exp(-z))
            return chances
        return model.y_mean + model.y_scale * z

    def _objective(self, ready: Design, rows: Rows, y: Floats, like: Weights, w: Floats, slopes: Floats) -> float:
        """Return the mean objective; write its slopes."""
        k, n = len(like.mean), len(rows)
        z = np.empty(n)
        _margins(ready, rows, *_folded(like, w), z)
        value = _residuals(self.loss.code, self.loss.level, y, z)
        slopes[:] = 0.0
        _gather(ready, rows, z, slopes[1 : 1 + k], slopes[1 + k :])
        slopes[0] = z.sum()
        slopes[1 : 1 + k] = like.inverse * (slopes[1 : 1 + k] - like.mean * slopes[0])
        slopes[1:] += self.l2 * w[1:]
        slopes /= n
        return (value + 0.5 * self.l2 * float(np.square(w[1:]).sum())) / n


def grid(one: BatchLinear, l2: Sequence[float], reads: Sequence[Reads]) -> list[BatchLinear]:
    """Return a candidate for each regularisation with each choice of columns."""
    return [replace(one, l2=strength, reads=read) for read in reads for strength in l2]


def _standard(ready: Design, rows: Rows, y: Floats, binary: bool) -> Weights:
    """Return zero weights with what standardises these rows."""
    mean, scale = _moments(ready.numbers, rows)
    varies = scale > 1e-12 * np.maximum(np.abs(mean), 1.0)
    inverse = np.divide(1.0, scale, out=np.zeros_like(scale), where=varies)
    y_mean, y_scale = (0.0, 1.0) if binary else (float(y.mean()), float(y.std()) or 1.0)
    return Weights(np.zeros(1 + len(mean) + ready.width), mean, inverse, y_mean, y_scale, 0.0, 0)


def _curvature(ready: Design, rows: Rows, spread: float, l2: float) -> Floats:
    """Return about the second derivatives of the mean objective: what makes all weights alike to L-BFGS."""
    counts = np.zeros(ready.width)
    _count(ready.places, rows, counts)
    flat = np.full(1 + ready.numbers.shape[1], spread + l2)
    flat[0] = spread
    return np.concatenate([flat, spread * counts / len(rows) + l2])


def _folded(like: Weights, w: Floats) -> tuple[float, Floats, Floats]:
    """Return bias with weights for numbers as they are, so that no row is ever standardised."""
    k = len(like.mean)
    numbers = w[1 : 1 + k] * like.inverse
    return float(w[0] - (numbers * like.mean).sum()), numbers, w[1 + k :]


@kernel
def _moments(numbers: NDArray[np.float32], rows: Rows) -> tuple[Floats, Floats]:
    k = numbers.shape[1]
    mean, square = np.zeros(k), np.zeros(k)
    for i in rows:
        for j in range(k):
            mean[j] += numbers[i, j]
    mean /= max(len(rows), 1)
    for i in rows:
        for j in range(k):
            square[j] += (numbers[i, j] - mean[j]) ** 2
    return mean, np.sqrt(square / max(len(rows), 1))


@kernel
def _count(places: NDArray[np.int32], rows: Rows, counts: Floats) -> None:
    for i in rows:
        for j in range(places.shape[1]):
            counts[places[i, j]] += 1.0


@kernel
def _margins(ready: Design, rows: Rows, bias: float, numbers: Floats, slots: Floats, out: Floats) -> None:
    k = len(numbers)
    for at in range(len(rows)):
        i = rows[at]
        a, b, c, d = bias, 0.0, 0.0, 0.0  # four sums: one alone waits for itself
        j = 0
        while j + 4 <= k:
            a += ready.numbers[i, j] * numbers[j]
            b += ready.numbers[i, j + 1] * numbers[j + 1]
            c += ready.numbers[i, j + 2] * numbers[j + 2]
            d += ready.numbers[i, j + 3] * numbers[j + 3]
            j += 4
        while j < k:
            a += ready.numbers[i, j] * numbers[j]
            j += 1
        for f in range(ready.places.shape[1]):
            b += slots[ready.places[i, f]]
        out[at] = a + b + c + d


@kernel
def _gather(ready: Design, rows: Rows, residual: Floats, numbers: Floats, slots: Floats) -> None:
    for at in range(len(rows)):
        i, r = rows[at], residual[at]
        for j in range(len(numbers)):
            numbers[j] += r * ready.numbers[i, j]
        for f in range(ready.places.shape[1]):
            slots[ready.places[i, f]] += r


@kernel
def _residuals(code: int, level: float, y: Floats, z: Floats) -> float:
    """Return the sum of losses of margins z; overwrite z with its slopes."""
    total = 0.0
    for i in range(len(y)):
        if code == LOG_LOSS:
            small = np.exp(-abs(z[i]))
            total += np.log1p(small) + max(z[i], 0.0) - y[i] * z[i]
            z[i] = (1.0 if z[i] >= 0 else small) / (1.0 + small) - y[i]
        elif code == SQUARED:
            z[i] -= y[i]
            total += 0.5 * z[i] * z[i]
        else:
            weight, at = (2.0, 0.5) if code == ABSOLUTE else (1.0, level)
            miss = y[i] - z[i]
            near = abs(miss) < _ROUND
            bend = 0.5 * miss * miss / _ROUND if near else abs(miss) - 0.5 * _ROUND
            total += weight * ((at - 0.5) * miss + 0.5 * bend)
            z[i] = -weight * ((at - 0.5) + 0.5 * (miss / _ROUND if near else np.sign(miss)))
    return total
