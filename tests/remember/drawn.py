"""Blobs learned two classes at a time, for the tests of cures."""

import numpy as np

from evercart.features.columns import Column
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.learners.deep.lesson import Lesson

WIDTH, CLASSES = 8, 6
COLUMNS = tuple(Column(f"x{at}") for at in range(WIDTH))


def blobs(rows, seed, classes=range(CLASSES)):
    """Return x (rows, 8), y (rows,) of overlapping clouds, one a class."""
    centres = np.random.default_rng(0).normal(size=(CLASSES, WIDTH)) * 1.5
    rng = np.random.default_rng(seed)
    y = rng.choice(list(classes), rows)
    return (1.0 + centres[y] + 0.5 * rng.normal(size=(rows, WIDTH))).astype(np.float32), y.astype(float)


def told(x, y, tick=1, first=0):
    """Return labels that settle, so many to a tick."""
    place = np.arange(len(y))
    never = np.full(len(y), np.nan)
    what = np.full(len(y), SETTLED, np.int8)
    ones, key = np.ones(len(y)), np.zeros(len(y), np.uint64)
    return Turns(what, place // tick, place, place, first + place, y, never, ones, key, x)


def asked(x):
    """Return questions of one tick."""
    place, never = np.arange(len(x)), np.full(len(x), np.nan)
    what = np.full(len(x), ASKED, np.int8)
    return Turns(what, place * 0, place, place, place, never, never, np.ones(len(x)), np.zeros(len(x), np.uint64), x)


def lesson(x, y, first=0, what=SETTLED):
    """Return labels as a lesson."""
    n = len(y)
    return Lesson(np.full(n, what, np.int8), first + np.arange(n), y, np.full(n, np.nan), np.ones(n), x)


def in_steps(learner, rows=2000, seed=1):
    """Return the share of all classes' fresh rows guessed right, once two classes at a time were learned."""
    state = learner.start()
    for pair in range(0, CLASSES, 2):
        x, y = blobs(rows, seed + pair, (pair, pair + 1))
        state, _ = learner.step(state, told(x, y, 32, pair * rows))
    x, y = blobs(600, seed + 99)
    return float((learner.peek(state, asked(x)) == y).mean())
