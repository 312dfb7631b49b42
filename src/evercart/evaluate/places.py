"""Places: where the answers of questions stand among candidates, in the order of any score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel, lean

UNASKED = -2  # the rank of an answer whose question was never put


@dataclass(frozen=True)
class Places:
    """The answers, known beforehand to whoever judges, with the place of each in the lists that come.

    number   (answers,) int64: of the question; never falls
    item     (answers,) uint64
    cut      items of a list that count
    rank     (answers,) int32 from 0; -1: not among the first `cut`; `UNASKED` until the question is put

    >>> places = Places.of(np.array([4]), np.array([9], np.uint64), 20)
    >>> four, score = np.array([4, 4]), np.array([0.5, 0.25], np.float32)
    >>> places.put(np.array([4]), four, np.array([8, 9], np.uint64), score)
    >>> places.rank.tolist()
    [1]
    """

    number: NDArray[np.int64]
    item: NDArray[np.uint64]
    cut: int
    rank: NDArray[np.int32]

    @classmethod
    def of(cls, number: NDArray[np.int64], item: NDArray[np.uint64], cut: int) -> Places:
        """Return the answers before any question is put."""
        return cls(number, item, cut, np.full(len(number), UNASKED, np.int32))

    def put(
        self,
        asked: NDArray[np.int64],
        question: NDArray[np.int64],
        item: NDArray[np.uint64],
        score: NDArray[np.float32],
        least: float = -np.inf,
    ) -> None:
        """Note where answers stand: highest score first, equal ones in the order of their hashes.

        asked     (questions,) numbers, of all that are put
        question  (rows,) of each candidate; the rows of one question stand together
        least     candidates that do not score more are not in the list
        """
        _absent(self.number, asked, self.rank)
        _put(self.number, self.item, question, item, score, least, self.cut, self.rank)


@kernel
def _absent(number: NDArray[np.int64], asked: NDArray[np.int64], rank: NDArray[np.int32]) -> None:
    for one in asked:
        row = np.searchsorted(number, one)
        while row < len(number) and number[row] == one:
            rank[row] = -1
            row += 1


@kernel
def _put(
    number: NDArray[np.int64],
    answer: NDArray[np.uint64],
    question: NDArray[np.int64],
    item: NDArray[np.uint64],
    score: NDArray[np.float32],
    least: float,
    cut: int,
    rank: NDArray[np.int32],
) -> None:
    first = 0
    while first < len(question):
        last = first + 1
        while last < len(question) and question[last] == question[first]:
            last += 1
        row = np.searchsorted(number, question[first])
        while row < len(number) and number[row] == question[first]:
            rank[row] = _place(answer[row], item[first:last], score[first:last], least, cut)
            row += 1
        first = last


@lean
def _place(answer: np.uint64, item: NDArray[np.uint64], score: NDArray[np.float32], least: float, cut: int) -> int:
    at = 0
    while at < len(item) and item[at] != answer:
        at += 1
    if at == len(item) or not score[at] > least:
        return -1
    above = 0
    for other in range(len(item)):
        if score[other] > score[at] or (score[other] == score[at] and item[other] < answer):
            above += 1
    return above if above < cut else -1
