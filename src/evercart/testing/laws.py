"""The first three laws of a fold, each checked on one drawn case: resume, batching, honesty."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from evercart.errors import expected
from evercart.fold import Fold, Packed, clone, pack, unpack
from evercart.testing.streams import Stream
from evercart.testing.trees import Leaves, copied, difference, joined, leaves, poison

In = TypeVar("In")
Law = Literal["resume", "batching", "honesty", "flat"]
LAWS: Final[tuple[Law, ...]] = ("resume", "batching", "honesty", "flat")


class LawBroken(AssertionError):
    """A fold does not keep a law; the text says which, where, what was and what is.

    >>> str(LawBroken("honesty", "Counts", "row 3, column count", 1, 2))
    'honesty of Counts, row 3, column count: expected 1, got 2'
    """

    def __init__(self, law: Law, fold: str, where: str, was: object, now: object) -> None:
        self.law = law
        super().__init__(expected(f"{law} of {fold}, {where}", str(was), now))


@dataclass(frozen=True)
class Case(Generic[In]):
    """A fold's factory with one drawn input."""

    make: Callable[[In], Fold[Any, In, Any]]
    stream: Stream[In]
    batch: In

    @property
    def fold(self) -> Fold[Any, In, Any]:
        """Return a fold that shares nothing with any other."""
        return copy.deepcopy(self.make(self.batch))

    def rows(self, start: int, stop: int) -> In:
        """Return the rows from `start` up to `stop`."""
        return self.stream.rows(self.batch, start, stop)

    def cuttable(self) -> list[int]:
        """Return the rows before which the input may be cut."""
        size = self.stream.size(self.batch)
        if self.fold.grain == "event":
            return list(range(size + 1))
        return [0, *(np.flatnonzero(np.diff(self.stream.ticks(self.batch))) + 1).tolist(), size]

    def holds(self, law: Law, kept: bool, where: str, was: object, now: object) -> None:
        """Raise `LawBroken` unless the law was kept."""
        if not kept:
            raise LawBroken(law, type(self.make(self.batch)).__name__, where, was, now)

    def agree(self, law: Law, what: str, was: Leaves, now: Leaves) -> None:
        """Raise `LawBroken` where two sets of columns part."""
        at = difference(was, now)
        if at:
            self.holds(law, False, f"{what}, row {at.row}, column {at.column}", at.was, at.now)


def resume(case: Case[In], cut: int) -> None:
    """Law 1: save at `cut`, load in another fold, step the rest: the same as going on, bit for bit.

    Neither run may lean on anything but the state it is given, so what was given and said is spoiled.
    """
    first, rest = _pieces(case, [cut])
    fold, other = case.fold, case.fold
    state, _ = fold.step(fold.start(), copied(first))
    flat = pack(state)
    loaded = unpack(other.start(), load_tensors(save_tensors(flat)))
    case.agree("resume", "state when loaded", flat, pack(loaded))
    state, was = fold.step(state, copied(rest))
    loaded, now = other.step(loaded, copied(rest))
    case.agree("resume", "output", leaves(was), leaves(now))
    case.agree("resume", "state", pack(state), pack(loaded))
    _alone(case, [cut])


def _alone(case: Case[In], cuts: Sequence[int]) -> None:
    """Step with all that went in or came out of earlier steps spoiled: only the state returned may matter."""
    fold, plain = case.fold, case.fold
    state, own = plain.start(), fold.start()
    for piece in _pieces(case, cuts):
        state, was = plain.step(state, copied(piece))
        given, lent = clone(own), copied(piece)
        kept, now = fold.step(given, lent)
        case.agree("resume", "input after the step", leaves(piece), leaves(lent))
        own, said = clone(kept), copied(now)
        for spent in (given, kept):
            poison(spent)
        case.agree("resume", "output after its state was spoiled", leaves(said), leaves(now))
        poison(lent)
        case.agree("resume", "output beside a spoiled state", leaves(was), leaves(said))
    case.agree("resume", "state beside a spoiled state", pack(state), pack(own))


def batching(case: Case[In], cuts: Sequence[int]) -> None:
    """Law 2: the same state and the same outputs, bit for bit, however the input was cut."""
    whole, was = _run(case, [])
    for places in (list(cuts), case.cuttable()):
        state, now = _run(case, places)
        case.agree("batching", "output", was, now)
        case.agree("batching", "state", whole, state)


def honesty(case: Case[In], aim: int, seed: int) -> None:
    """Law 3: what is said about a row stays when all at and after it is drawn again, or never comes.

    The factory sees each of the three inputs, so that what was fitted on all of one is caught.
    """
    stream = case.stream
    was, places = _all_said(case)
    if not len(places):
        return
    aims = np.unique(places)
    row = min(int(aims[aim % len(aims)]), stream.size(case.batch) - 1)
    scrambled = stream.scramble(case.batch, row, seed)
    ended = stream.rows(scrambled, 0, row + 1)
    for what, batch in (("other rows follow", scrambled), ("no rows follow", ended)):
        now, then = _all_said(Case(case.make, stream, batch))
        told, retold = _only(was, places <= row), _only(now, then <= row)
        case.agree("honesty", f"input row {row} where {what}, output", told, retold)


def _all_said(case: Case[In]) -> tuple[Leaves, NDArray[np.int64]]:
    """Return what is said over one read of everything, with the first row of input that each must not depend on."""
    fold = case.fold
    _, out = fold.step(fold.start(), copied(case.batch))
    columns = leaves(out)
    if not columns:
        return columns, np.empty(0, np.int64)
    places = case.stream.said(case.batch, out)
    return columns, _row_by_row(case) if places is None else places


def _row_by_row(case: Case[In]) -> NDArray[np.int64]:
    fold = case.fold
    state, counts = fold.start(), []
    edges = case.cuttable()
    for piece in _pieces(case, edges[1:-1]):
        state, out = fold.step(state, copied(piece))
        counts.append(len(next(iter(leaves(out).values()))))
    return np.repeat(np.array(edges[1:]), counts)


def _run(case: Case[In], cuts: Sequence[int]) -> tuple[Packed, Leaves]:
    """Return the packed state and all that was said."""
    fold = case.fold
    state, outs = fold.start(), []
    for piece in _pieces(case, cuts):
        state, out = fold.step(state, copied(piece))
        outs.append(copied(out))
    return pack(state), joined(outs)


def _pieces(case: Case[In], cuts: Sequence[int]) -> list[In]:
    edges = [0, *sorted(cuts), case.stream.size(case.batch)]
    return [case.rows(start, stop) for start, stop in pairwise(edges)]


def _only(out: Leaves, which: NDArray[np.bool_]) -> Leaves:
    return {path: column[which] for path, column in out.items()}
