"""A seeded stream whose truth drifts: categorical fields, weights that wander, pairs that act together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

FIELDS = 20
LETTERS = "abcdefghijklmnopqrst"  # a field's name, and its namespace in Vowpal Wabbit
PAIRS = ((0, 5), (1, 6), (2, 7), (3, 8), (4, 9), (0, 7), (2, 9), (5, 8))  # the pairs that really act together
SPAN = 20_000  # events between two moves of the truth


class Stream(NamedTuple):
    """Events in order: values (events, FIELDS) int64, labels (events,) of 0 and 1, chance (events,) that made them."""

    values: NDArray[np.int64]
    labels: NDArray[np.float64]
    chance: NDArray[np.float64]


def sizes() -> NDArray[np.int64]:
    """Return how many values each field has: ten that matter in pairs are small, ten grow to 50,000."""
    return np.concatenate([np.geomspace(8, 60, 10), np.geomspace(100, 50_000, 10)]).astype(np.int64)


def drifting(events: int, seed: int) -> Stream:
    """Draw a stream; every SPAN events a field's weights move on by a random walk that returns to zero."""
    rng = np.random.default_rng(seed)
    values = np.stack([_zipf(rng, int(size), events) for size in sizes()], 1)
    margin = np.full(events, -1.2)
    spans = np.arange(events) // SPAN
    for field, size in enumerate(sizes()):
        truth = _walk(rng, int(spans[-1]) + 1, int(size), 0.35)
        margin += truth[spans, values[:, field]]
    for a, b in PAIRS:
        left, right = (rng.normal(size=(int(sizes()[f]), 3)) for f in (a, b))
        margin += 0.45 * np.einsum("ij,ij->i", left[values[:, a]], right[values[:, b]])
    chance = 1.0 / (1.0 + np.exp(-margin))
    return Stream(values, (rng.random(events) < chance).astype(np.float64), chance)


def _zipf(rng: np.random.Generator, size: int, events: int) -> NDArray[np.int64]:
    share = np.arange(1, size + 1) ** -1.05
    return rng.choice(size, size=events, p=share / share.sum())


def _walk(rng: np.random.Generator, steps: int, size: int, spread: float) -> NDArray[np.float64]:
    """Return (steps, size) weights of standard deviation `spread`; a step keeps nine tenths of the last."""
    weights = np.empty((steps, size))
    weights[0] = rng.normal(size=size)
    for step in range(1, steps):
        weights[step] = 0.9 * weights[step - 1] + np.sqrt(1 - 0.81) * rng.normal(size=size)
    return spread * weights


def names(stream: Stream) -> pa.Table:
    """Return the stream as Arrow strings, one column a field, as a source would bring it."""
    words = [
        pa.array([f"{letter}{value}" for value in range(int(size))])
        for letter, size in zip(LETTERS, sizes(), strict=True)
    ]
    columns = [word.take(pa.array(stream.values[:, field])) for field, word in enumerate(words)]
    return pa.table(dict(zip(LETTERS, columns, strict=True)))


def vw_text(table: pa.Table, labels: NDArray[np.float64]) -> str:
    """Return the stream in Vowpal Wabbit's text form, one namespace a field (so that -q can name pairs)."""
    columns = [table[letter].to_pylist() for letter in LETTERS]
    signs = np.where(labels > 0, "1", "-1").tolist()
    lines = (
        sign + "".join([f" |{letter} {word}" for letter, word in zip(LETTERS, row, strict=True)])
        for sign, row in zip(signs, zip(*columns, strict=True), strict=True)
    )
    return "\n".join(lines) + "\n"
