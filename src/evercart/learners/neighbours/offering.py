"""Offering: what all sources of candidates do alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import DTYPES, Events
from evercart.events.kinds import number as kind_number
from evercart.fold import clone
from evercart.kernel import lean
from evercart.learners.neighbours.board import Board
from evercart.learners.neighbours.candidates import Candidates

S = TypeVar("S")
Keys = NDArray[np.uint64]
Given = tuple[NDArray[np.int64], NDArray[np.int16], NDArray[np.int64], Keys, Keys]
Columns = tuple[NDArray[np.int64], Keys, NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]]


def require_source(name: str, kind: str, by: str, offered: int) -> None:
    """Raise `UserError` for settings that no source could have.

    name       of the source, with which errors begin
    kind, by   what it learns from, whose rows those are
    offered    candidates a question gets at most
    """
    kind_number(kind)
    require(DTYPES.get(by) == np.uint64, f"{name}.by", "a hashed column", by)
    require(1 <= offered <= 1000, f"{name}.offered", "1 to 1000", offered)


def of_kind(woven: Events, *kinds: str) -> int:
    """Return how many rows are of these kinds, for which there must be room.

    >>> of_kind(Events.of(kind=[1, 2, 1, 0]), "view")
    2
    """
    return sum(int(np.count_nonzero(woven.kind == kind_number(kind))) for kind in kinds)


def given(woven: Events, by: str) -> Given:
    """Return what kernels read of every row: number, kind, logged_us, whose it is, item."""
    return woven["number"], woven.kind, woven.logged_us, woven[by], woven["item"]


def offering(woven: Events, offered: int, width: int, write: Callable[[Columns], int]) -> Candidates:
    """Return what a kernel writes of candidates, up to `offered` a question; it says how many rows these are."""
    out = Candidates.room(int(np.count_nonzero(woven["number"] >= 0)) * offered, width)
    return out.rows(slice(write((out.question, out.item, out.score, out.rank, out.x))))


def peeked(name: str, source: Any, state: S, questions: Events, is_due: bool) -> Candidates:
    """Return what a source's `step` would say of questions, were they the next rows; the state stays as it is.

    A question only reads, unless by its time something has become too old: that leaves a copy, which takes long.

    name      of the source, with which errors begin
    is_due    whether something has
    """
    others = int(np.count_nonzero(questions["number"] < 0))
    require(others == 0, f"{name}.peek", "questions alone", f"{others} other rows")
    found: Candidates = source.step(clone(state) if is_due else state, questions)[1]
    return found


@lean
def put(
    scores: Board, reading: int, best: NDArray[np.int32], found: int, keys: Keys, number: int, columns: Columns, at: int
) -> int:
    """Write a question's candidates, which stand in rows `best` of the board, from row `at` on; return the next row.

    reading    of the board that is their score
    keys       of the slots that the board has for items
    """
    question, item, score, rank, _ = columns
    for i in range(found):
        question[at + i], item[at + i] = number, keys[scores.item[best[i]]]
        score[at + i], rank[at + i] = scores.score[best[i], reading], i
    return at + found
