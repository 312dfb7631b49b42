"""Plain labels: what anybody could guess of a message, so that more can be seen to be more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evercart.features.encoders.grams import hashed
from evercart.hashing import U64
from evercart.kernel import kernel

Ints = NDArray[np.int64]
_BUCKETS = 1 << 15
_BLOCK = 4_096  # texts hashed at once


def majority(label: Ints) -> Ints:
    """Return the label that most messages before each had, (messages,); 0 where there was none.

    label    (messages,) class numbers from 1 on; others are not told

    >>> majority(np.array([1, 2, 2, 2])).tolist()
    [0, 1, 1, 2]
    """
    counts, best, out = np.zeros(max(int(label.max()), 0) + 1, np.int64), 0, np.zeros(len(label), np.int64)
    for row, one in enumerate(label):
        out[row] = best
        if one > 0:
            counts[one] += 1
            best = int(one) if counts[one] > counts[best] else best
    return out


def last(label: Ints) -> Ints:
    """Return the last label told before each message, (messages,); 0 where there was none.

    >>> last(np.array([3, -1, 4, 4])).tolist()
    [0, 3, 3, 4]
    """
    at = np.maximum.accumulate(np.where(label > 0, np.arange(len(label)), -1))
    before = np.concatenate([[-1], at[:-1]])
    return np.where(before >= 0, label[np.maximum(before, 0)], 0)


def linear(texts: Sequence[str], label: Ints, rate: float = 0.5) -> Ints:
    """Return what a linear learner of hashed words, pairs, letters guesses of each message before it learns it.

    texts    messages in order
    label    (messages,) class numbers from 1 on; others are not told
    rate     of AdaGrad

    Terms weigh as TF-IDF by the messages so far; the loss is that of a softmax over the labels so far.

    Source: Duchi, Hazan and Singer, "Adaptive subgradient methods", JMLR 12, 2011.
    """
    classes, out = max(int(label.max()), 0) + 1, np.zeros(len(label), np.int64)
    weights = np.zeros((_BUCKETS, classes), np.float32)
    squares = np.zeros((_BUCKETS, classes), np.float32)
    held, known = np.zeros(_BUCKETS, np.int64), np.zeros(classes, np.bool_)
    for first in range(0, len(texts), _BLOCK):
        rows, hashes = hashed(texts[first : first + _BLOCK])
        some = label[first : first + _BLOCK]
        stops = np.searchsorted(rows, np.arange(len(some) + 1))
        bucket = (hashes % U64(_BUCKETS)).astype(np.int64)
        out[first : first + _BLOCK] = _walked(stops, bucket, some, weights, squares, held, known, first, rate)
    return out


@kernel
def _walked(
    stops: Ints,
    bucket: Ints,
    label: Ints,
    weights: NDArray[np.float32],
    squares: NDArray[np.float32],
    held: Ints,
    known: NDArray[np.bool_],
    before: int,
    rate: float,
) -> Ints:
    out, classes = np.zeros(len(label), np.int64), len(known)
    margins = np.empty(classes)
    for row in range(len(label)):
        start, stop = stops[row], stops[row + 1]
        value = np.empty(stop - start)
        length = 0.0
        for at in range(start, stop):
            value[at - start] = 1.0 + np.log((1.0 + before + row) / (1.0 + held[bucket[at]]))
            length += value[at - start] ** 2
        value /= np.sqrt(length) if length > 0 else 1.0
        margins[:] = 0.0
        for at in range(start, stop):
            for one in range(classes):
                margins[one] += value[at - start] * weights[bucket[at], one]
        best, highest = 0, -np.inf
        for one in range(1, classes):
            if known[one] and margins[one] > highest:
                best, highest = one, margins[one]
        out[row] = best
        if label[row] <= 0:
            continue
        known[label[row]] = True
        total = 0.0
        highest = max(highest, margins[label[row]])
        for one in range(1, classes):
            margins[one] = np.exp(margins[one] - highest) if known[one] else 0.0
            total += margins[one]
        for at in range(start, stop):
            held[bucket[at]] += 1
            for one in range(1, classes):
                if known[one]:
                    slope = (margins[one] / total - (1.0 if one == label[row] else 0.0)) * value[at - start]
                    squares[bucket[at], one] += slope * slope
                    if squares[bucket[at], one] > 0:
                        weights[bucket[at], one] -= rate * slope / np.sqrt(squares[bucket[at], one])
    return out
