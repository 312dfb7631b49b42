"""Typical: running mean, median, mode of a stream of numbers, each in a few numbers of memory."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel

VALUES: Final = 32  # values that the mode counts at a time
_MARKERS: Final = 5


@kernel
def see_mean(seen: NDArray[np.float64], value: float) -> None:
    """Count a value; seen (2,): count, mean."""
    seen[0] += 1.0
    seen[1] += (value - seen[1]) / seen[0]


@kernel
def see_median(seen: NDArray[np.float64], value: float) -> None:
    """Count a value; seen (11,): count, five heights, five places.

    Source: Jain and Chlamtac, "The P2 algorithm for dynamic calculation of quantiles", CACM 28(10), 1985, for the
    quantile 1/2.
    """
    seen[0] += 1.0
    heights, places = seen[1:6], seen[6:11]
    if seen[0] <= _MARKERS:
        _insert(heights, int(seen[0]) - 1, value)
        places[int(seen[0]) - 1] = seen[0]
        return
    heights[0] = min(heights[0], value)
    heights[4] = max(heights[4], value)
    for i in range(1, _MARKERS):
        if value < heights[i] or i == _MARKERS - 1:
            places[i] += 1.0
    for i in range(1, _MARKERS - 1):
        wanted = 1.0 + (seen[0] - 1.0) * i / (_MARKERS - 1)
        _adjust(heights, places, i, wanted - places[i])


@kernel
def _insert(heights: NDArray[np.float64], count: int, value: float) -> None:
    at = count
    while at > 0 and heights[at - 1] > value:
        heights[at] = heights[at - 1]
        at -= 1
    heights[at] = value


@kernel
def _adjust(heights: NDArray[np.float64], places: NDArray[np.float64], i: int, off: float) -> None:
    """Move a marker by one place towards where it should stand, its height by a parabola through its neighbours."""
    up, down = places[i + 1] - places[i], places[i - 1] - places[i]
    if not ((off >= 1.0 and up > 1.0) or (off <= -1.0 and down < -1.0)):
        return
    step = 1.0 if off > 0.0 else -1.0
    above, below = (heights[i + 1] - heights[i]) / up, (heights[i - 1] - heights[i]) / down
    curved = heights[i] + step * ((step - down) * above + (up - step) * below) / (up - down)
    if heights[i - 1] < curved < heights[i + 1]:
        heights[i] = curved
    else:
        heights[i] += step * (above if step > 0.0 else below)
    places[i] += step


@kernel
def typical_median(seen: NDArray[np.float64]) -> float:
    """Return the median; of up to five values exactly."""
    if seen[0] == 0.0:
        return 0.0
    if seen[0] >= _MARKERS:
        return float(seen[3])
    count = int(seen[0])
    return float(0.5 * (seen[1 + (count - 1) // 2] + seen[1 + count // 2]))


@kernel
def see_frequent(seen: NDArray[np.float64], value: float) -> None:
    """Count a value; seen (2 * VALUES,): values, counts; the rarest gives way to one that is not among them.

    Source: Metwally, Agrawal and El Abbadi, "Efficient computation of frequent and top-k elements in data
    streams", ICDT 2005 ("Space-Saving").
    """
    values, counts = seen[:VALUES], seen[VALUES:]
    at = 0
    for i in range(VALUES):
        if values[i] == value and counts[i] > 0.0:
            counts[i] += 1.0
            return
        if counts[i] < counts[at]:
            at = i
    values[at] = value
    counts[at] += 1.0


@kernel
def typical_frequent(seen: NDArray[np.float64]) -> float:
    """Return the mode, exact while at most VALUES different values were seen; 0 before the first."""
    return float(seen[np.argmax(seen[VALUES:])])
