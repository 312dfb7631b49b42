"""Statistics: how far two samples lie apart, as counts over the same cells."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel

_TERMS: Final = 100  # of Kolmogorov's series; they fall as exp(-2 k^2 z^2)
_STEPS: Final = 500
_CLOSE: Final = 1e-15
Counts = NDArray[Any]


@kernel
def psi(before: Any, after: Any, groups: int = 10) -> float:
    """Return the population stability index over so many groups of equal size before; 0.1 is some, 0.25 a lot.

    before, after    (cells,) counts, of which none is all 0; neighbouring cells are grouped

    Half a count is added to each group, so that an empty one says something finite.

    Source: Siddiqi, "Credit risk scorecards", Wiley 2006, chapter 8 (the index of Jeffreys, 1946).

    >>> psi(np.array([50, 50]), np.array([50, 50])), round(psi(np.array([50, 50]), np.array([25, 75])), 2)
    (0.0, 0.27)
    """
    old, new = np.zeros(groups), np.zeros(groups)
    total, upto = before.sum(), 0.0
    for cell in range(len(before)):
        if before[cell] == 0 and after[cell] == 0:
            continue
        upto += before[cell]
        group = min(int((upto - before[cell] / 2) * groups / total), groups - 1)
        old[group] += before[cell]
        new[group] += after[cell]
    used = old + new > 0
    old, new = old[used] + 0.5, new[used] + 0.5
    old, new = old / old.sum(), new / new.sum()
    return float(((new - old) * np.log(new / old)).sum())


def kolmogorov_smirnov(before: Counts, after: Counts) -> tuple[float, float]:
    """Return the largest distance between the two cumulative shares, with its p-value.

    before, after    (cells,) counts of ordered cells, of which none is all 0

    Values that share a cell count as ties, with which the test errs towards no difference.

    Source: Smirnov, "Table for estimating the goodness of fit of empirical distributions", 1948.

    >>> kolmogorov_smirnov(np.array([50, 50]), np.array([50, 50]))
    (0.0, 1.0)
    """
    n, m = float(before.sum()), float(after.sum())
    distance = float(np.abs(np.cumsum(before) / n - np.cumsum(after) / m).max())
    z = distance * math.sqrt(n * m / (n + m))
    if z < 0.2:  # the series is slow there, its sum is 1 to twelve digits
        return distance, 1.0
    k = np.arange(1, _TERMS + 1)
    return distance, float(np.clip(2 * ((-1.0) ** (k - 1) * np.exp(-2 * (k * z) ** 2)).sum(), 0, 1))


def g_test(before: Counts, after: Counts) -> tuple[float, float]:
    """Return the likelihood ratio of two sets of shares against one, with its p-value by chi-square.

    before, after    (cells,) counts of cells without order; cells empty in both are left out

    Source: Wilks, "The large-sample distribution of the likelihood ratio", Ann. Math. Stat. 9(1), 1938; divided by
    Williams' correction, "Improved likelihood ratio tests for complete contingency tables", Biometrika 63, 1976.

    >>> g_test(np.array([50, 50]), np.array([50, 50]))
    (0.0, 1.0)
    """
    table = np.stack([before, after]).astype(np.float64)
    table = table[:, table.sum(0) > 0]
    rows, columns, total = table.sum(1), table.sum(0), table.sum()
    free = len(columns) - 1
    if free < 1:
        return 0.0, 1.0
    due = np.outer(rows, columns) / total
    ratio = float(2 * (table * np.log(np.where(table > 0, table, due) / due)).sum())
    larger = (total * (1 / rows).sum() - 1) * (total * (1 / columns).sum() - 1) / (6 * total * free)
    ratio = max(ratio, 0.0) / (1 + float(larger))
    return ratio, chi_square_beyond(ratio, free)


def chi_square_beyond(x: float, free: int) -> float:
    """Return the chance that chi-square with so many degrees of freedom is larger than x.

    Source: Abramowitz and Stegun, "Handbook of mathematical functions", 6.5.29 below the mean, 6.5.31 above it.

    >>> round(chi_square_beyond(3.841, 1), 3)
    0.05
    """
    a, x = free / 2, x / 2
    if x <= 0:
        return 1.0
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for n in range(1, _STEPS):
            term *= x / (a + n)
            total += term
            if term < _CLOSE * total:
                break
        return max(1 - scale * total, 0.0)
    b, c = x + 1 - a, 1e300
    d = part = 1 / b
    for n in range(1, _STEPS):  # the continued fraction, by Lentz's method
        b += 2
        d = 1 / (b - n * (n - a) * d)
        c = b - n * (n - a) / c
        part *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return scale * part


def discoveries(p: NDArray[np.float64], rate: float) -> NDArray[np.bool_]:
    """Return which of many tests are told, so that at most a share `rate` of those told are false, on average.

    p    (tests,) p-values; of tests that do not depend on each other, or depend positively

    Source: Benjamini and Hochberg, "Controlling the false discovery rate", JRSS B 57(1), 1995; Benjamini and
    Yekutieli, "The control of the false discovery rate in multiple testing under dependency", Ann. Stat. 29(4), 2001.

    >>> discoveries(np.array([0.9, 0.001, 0.02, 0.5]), 0.05).tolist()
    [False, True, True, False]
    """
    ordered = np.sort(p)
    held = np.flatnonzero(ordered <= rate * np.arange(1, len(p) + 1) / max(len(p), 1))
    told: NDArray[np.bool_] = p <= (ordered[held[-1]] if len(held) else -1.0)
    return told
