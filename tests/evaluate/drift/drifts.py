"""Streams that move, for the tests of detectors."""

import numpy as np

from evercart.labels.values import Values


def values(numbers):
    """Return numbers at places 0, 1, ..., a second each."""
    place = np.arange(len(numbers))
    return Values(place, place * 1_000_000, np.asarray(numbers))


def moving(kind, seed, rows=20_000):
    """Return numbers, (rows,), whose level jumps now and then."""
    rng = np.random.default_rng(seed)
    level = np.cumsum(np.where(rng.random(rows) < 1 / 3000, rng.normal(size=rows), 0.0))
    if kind == "normal":
        return level + rng.normal(size=rows)
    if kind == "yes or no":
        return (rng.random(rows) < 1 / (1 + np.exp(-level))).astype(float)
    return rng.exponential(np.exp(level / 2))


def river_alarms(detector, numbers):
    """Return where River's detector says drift."""
    found = []
    for place, number in enumerate(numbers.tolist()):
        detector.update(number)
        if detector.drift_detected:
            found.append(place)
    return found


def alarms(detector, numbers):
    return detector.step(detector.start(), values(numbers))[1]
