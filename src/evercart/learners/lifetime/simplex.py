"""Simplex: the lowest point of a function of few numbers, found without its slopes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Point = NDArray[np.float64]


def lowest(of: Callable[[Point], float], start: Point, step: float, most: int = 300, near: float = 1e-7) -> Point:
    """Return about the lowest point near `start`; equal input, equal output to the last bit.

    step    length of each side of the first simplex
    most    evaluations after which it stops
    near    difference of values in the simplex at which it stops, once it is no longer than its root

    Source: Nelder and Mead, "A simplex method for function minimization", Computer Journal 7(4), 1965.

    >>> lowest(lambda at: float((at[0] - 3) ** 2 + (at[1] - 1) ** 2), np.zeros(2), 1.0).round(2).tolist()
    [3.0, 1.0]
    """
    points = np.vstack([start, start + step * np.eye(len(start))])
    values = np.array([of(point) for point in points])
    spent = len(points)
    while spent < most:
        order = np.argsort(values, kind="stable")
        points, values = points[order], values[order]
        if values[-1] - values[0] < near and np.abs(points[1:] - points[0]).max() < near**0.5:
            break
        middle = points[:-1].mean(axis=0)
        away = middle - points[-1]
        tried = middle + away
        value = of(tried)
        spent += 1
        if value < values[0]:
            further = middle + 2.0 * away
            beyond = of(further)
            spent += 1
            tried, value = (further, beyond) if beyond < value else (tried, value)
        elif value >= values[-2]:
            closer = middle + (0.5 if value < values[-1] else -0.5) * away
            inside = of(closer)
            spent += 1
            if inside >= min(value, values[-1]):
                points[1:] = points[0] + 0.5 * (points[1:] - points[0])
                values[1:] = [of(point) for point in points[1:]]
                spent += len(points) - 1
                continue
            tried, value = closer, inside
        points[-1], values[-1] = tried, value
    return np.asarray(points[int(np.argmin(values))], np.float64)
