"""L-BFGS: the minimum of a smooth function, on one thread.

SciPy's calls BLAS, which on vectors of 30,000 weights starts threads: measured on a busy machine, 40 times the
CPU seconds, in bits that depend on the number of cores.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]  # value with slopes, an array of its own each time

_KEPT: Final = 10  # pairs of steps
_LEAST_FALL: Final = 1e-12  # of the value, relative, below which steps are noise
_TRIES: Final = 30  # evaluations along one direction


class Minimum(NamedTuple):
    """Where the search ended."""

    x: Floats
    value: float
    slope: float  # largest absolute slope
    passes: int  # evaluations of the function


def minimum(objective: Objective, x: Floats, passes: int, tolerance: float) -> Minimum:
    """Walk downhill from x until no slope exceeds `tolerance`, or `passes` evaluations are spent.

    Source: Nocedal and Wright, "Numerical optimization", 2nd ed., 2006, algorithm 7.4 (directions); Lewis and
    Overton, "Nonsmooth optimization via quasi-Newton methods", Math. Prog. 141, 2013, algorithm 2.6 (steps).

    >>> minimum(lambda x: (float(((x - 3) ** 2).sum()), 2 * (x - 3)), np.zeros(2), 50, 1e-9).x.round(6).tolist()
    [3.0, 3.0]
    """
    value, slopes = objective(x)
    used, pairs = 1, list[tuple[Floats, Floats, float]]()
    while np.abs(slopes).max(initial=0.0) > tolerance and used < passes:
        way = _direction(slopes, pairs)
        down = _dot(slopes, way)
        before, old, old_slopes = value, x, slopes
        low, high, step = 0.0, np.inf, 1.0
        for _ in range(min(_TRIES, passes - used)):
            x = old + step * way
            value, slopes = objective(x)
            used += 1
            if value > before + 1e-4 * step * down:
                high = step
            elif _dot(slopes, way) < 0.9 * down:
                low = step
            else:
                break
            step = 2.0 * low if high == np.inf else 0.5 * (low + high)
        if value >= before:  # rounding is all that is left
            x, value, slopes = (old, before, old_slopes) if value > before else (x, value, slopes)
            break
        _remember(pairs, x - old, slopes - old_slopes)
        if before - value <= _LEAST_FALL * max(abs(before), 1.0):
            break
    return Minimum(x, value, float(np.abs(slopes).max(initial=0.0)), used)


def _remember(pairs: list[tuple[Floats, Floats, float]], moved: Floats, turned: Floats) -> None:
    curved = _dot(moved, turned)
    if curved > 1e-14 * _dot(turned, turned):
        pairs.append((moved, turned, curved))
        del pairs[:-_KEPT]


def _direction(slopes: Floats, pairs: list[tuple[Floats, Floats, float]]) -> Floats:
    """Return minus the inverse curvature, as far as the last steps tell, times the slopes."""
    way = -slopes
    shares = []
    for moved, turned, curved in reversed(pairs):
        share = _dot(moved, way) / curved
        shares.append(share)
        way -= share * turned
    if pairs:
        _, turned, curved = pairs[-1]
        way *= curved / _dot(turned, turned)
    for (moved, turned, curved), share in zip(pairs, reversed(shares), strict=True):
        way += (share - _dot(turned, way) / curved) * moved
    return way


@kernel
def _dot(a: Floats, b: Floats) -> float:
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total
