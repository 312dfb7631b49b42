"""Compare: how much one racer loses to another, with an interval."""

from __future__ import annotations

from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.evaluate.days import Days
from evercart.evaluate.report import Report

REPLICATES: Final = 2_000
_NORMAL_975: Final = NormalDist().inv_cdf(0.975)
Floats = NDArray[np.float64]


class Difference(NamedTuple):
    """A mean difference of losses per question, with its 95 % interval; NaN where there is too little."""

    mean: float
    low: float
    high: float


def difference(
    report: Report, days: Days, control: str, champion: str, seed: int = 0, block_days: int = 14
) -> Difference:
    """Return the loss of `control` minus that of `champion`; above 0 the champion is better.

    Two block bootstraps, of which the wider interval counts: over log days in moving blocks of `block_days`
    (twice a window of seven days, which makes the labels of neighbouring days depend on each other), around the
    end as in a circle; over shoppers, hashed to buckets. Paired: both racers answer the same drawn questions.
    Few blocks are too alike: the interval is stretched to the quantile of Student's t.

    Source: Künsch, "The jackknife and the bootstrap for general stationary observations", Ann. Stat. 17(3),
    1989 (moving blocks); Politis and Romano, "A circular block-resampling procedure for stationary data", 1992;
    Cameron, Gelbach and Miller, "Bootstrap-based improvements for inference with clustered errors",
    Rev. Econ. Stat. 90(3), 2008 (clusters).
    """
    require(block_days > 0, "difference.block_days", "at least 1", block_days)
    a, b = report.racers.index(control), report.racers.index(champion)
    by_day = days.sums[:, a, 0] - days.sums[:, b, 0]
    by_shopper = (days.bucket_loss[:, :, a] - days.bucket_loss[:, :, b]).sum(axis=0)
    counts = days.bucket_n.sum(axis=0)
    held = counts > 0
    if len(days) <= block_days or held.sum() < 2:
        return Difference(float(by_day.sum() / days.n.sum()) if len(days) else float("nan"), float("nan"), float("nan"))
    one = interval(by_day, days.n, block_days, seed, "bootstrap/days")
    two = interval(by_shopper[held], counts[held], 1, seed, "bootstrap/shoppers")
    low, high = max(one, two, key=lambda interval: interval[1] - interval[0])
    return Difference(float(by_day.sum() / days.n.sum()), low, high)


def interval(values: Floats, counts: NDArray[np.int64], block: int, seed: int, purpose: str) -> tuple[float, float]:
    """Return the 2.5 % and 97.5 % quantiles of the mean over redrawn blocks."""
    rows = len(values)
    blocks = -(-rows // block)
    sums, n = _blocks(values, block), _blocks(counts.astype(np.float64), block)
    places = np.arange(REPLICATES * blocks).reshape(REPLICATES, blocks)
    drawn = (uniform(seed, places, purpose) * rows).astype(np.int64)
    means = sums[drawn].sum(axis=1) / n[drawn].sum(axis=1)
    ends = np.quantile(means, [0.025, 0.975])
    middle = float(values.sum() / counts.sum())
    low, high = middle + (ends - middle) * _stretch(blocks)
    return float(low), float(high)


def _stretch(blocks: int) -> float:
    """Return what the spread over few redrawn blocks lacks against Student's t."""
    return float(np.sqrt(blocks / (blocks - 1)) * student_975(blocks - 1) / _NORMAL_975)


def student_975(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t, within 0.1 % from 4 degrees of freedom on.

    Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.5.

    >>> round(student_975(10), 3)
    2.228
    """
    z, v = _NORMAL_975, float(freedom)
    one = (z**3 + z) / 4
    two = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    three = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    four = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + one / v + two / v**2 + three / v**3 + four / v**4


def _blocks(values: Floats, block: int) -> Floats:
    """Return the sum of each block of neighbours, one beginning at each row."""
    around = np.concatenate([[0.0], np.cumsum(np.concatenate([values, values[: block - 1]]))])
    blocks: Floats = around[block:] - around[:-block]
    return blocks
