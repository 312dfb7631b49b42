"""Candidates: what a source offers, one row for each question with each item it might be answered by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch
from evercart.errors import require


@dataclass(frozen=True)
class Candidates(Batch):
    """Rows of one question stand together, best first.

    question  (rows,) int64: the decision's number
    item      (rows,) uint64: the item's keyed hash
    score     (rows,) float32
    rank      (rows,) int32: 0 is the best of its question
    x         (rows, width) float32: what else the source says, for a ranker; the width may be 0
    """

    question: NDArray[np.int64]
    item: NDArray[np.uint64]
    score: NDArray[np.float32]
    rank: NDArray[np.int32]
    x: NDArray[np.float32]

    @classmethod
    def room(cls, rows: int, width: int) -> Self:
        """Return rows that are still to be written, so that a kernel may."""
        return cls(
            np.empty(rows, np.int64),
            np.empty(rows, np.uint64),
            np.empty(rows, np.float32),
            np.empty(rows, np.int32),
            np.empty((rows, width), np.float32),
        )

    @classmethod
    def of(cls, question: int, item: NDArray[np.uint64], score: NDArray[np.float32], x: NDArray[np.float32]) -> Self:
        """Return one question's items, which stand best first.

        >>> Candidates.of(4, np.uint64([7, 9]), np.float32([2, 1]), np.zeros((2, 0), np.float32)).rank.tolist()
        [0, 1]
        """
        rows = len(item)
        asked, rank = np.full(rows, question, np.int64), np.arange(rows, dtype=np.int32)
        return cls(asked, item, score.astype(np.float32), rank, x.astype(np.float32))


def starts(question: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each question's rows begin, then the number of rows: (questions + 1,).

    >>> starts(np.array([4, 4, 7])).tolist()
    [0, 2, 3]
    """
    edges = np.flatnonzero(np.diff(question)) + 1
    first = [0] if len(question) else []
    return np.concatenate([np.array(first, np.int64), edges, np.array([len(question)], np.int64)])


def united(parts: Sequence[Candidates]) -> Candidates:
    """Return what one source offers as it is, what several offer as `unite` does."""
    return parts[0] if len(parts) == 1 else unite(parts)


def unite(parts: Sequence[Candidates]) -> Candidates:
    """Return one row for each (question, item) that any source offers, ordered by agreement.

    The x of a row is, source by source, its score, 1 / (1 + rank), the source's own x; zeros where a source does
    not offer it. The score is the sum of 1 / (1 + rank), so what several sources rank high stands first.
    """
    require(len(parts) > 0, "unite.parts", "at least one source", len(parts))
    question = np.concatenate([part.question for part in parts])
    item = np.concatenate([part.item for part in parts])
    order = np.lexsort((item, question))
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(question[order]) != 0) | (item[order][1:] != item[order][:-1])
    row = np.empty(len(order), np.int64)
    row[order] = np.cumsum(new) - 1
    first = order[new]
    x = np.zeros((len(first), sum(2 + part.x.shape[1] for part in parts)), np.float32)
    score = np.zeros(len(first), np.float32)
    at = column = 0
    for part in parts:
        rows = row[at : at + len(part)]
        nearness = (1.0 / (1.0 + part.rank)).astype(np.float32)
        x[rows, column] = part.score
        x[rows, column + 1] = nearness
        x[rows, column + 2 : column + 2 + part.x.shape[1]] = part.x
        score[rows] += nearness
        at += len(part)
        column += 2 + part.x.shape[1]
    return ranked(question[first], item[first], score, x)


def ranked(
    question: NDArray[np.int64], item: NDArray[np.uint64], score: NDArray[np.float32], x: NDArray[np.float32]
) -> Candidates:
    """Return rows as candidates, best first in each question; equal scores stand in the order of their hashes."""
    order = np.lexsort((item, -score, question))
    bounds = starts(question[order])
    rank = np.arange(len(order)) - np.repeat(bounds[:-1], np.diff(bounds))
    return Candidates(question[order], item[order], score[order], rank.astype(np.int32), x[order])
