"""Why: for each item that is shown, the kinds of evidence without which it would have scored less."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.learners.reasons.english import ENGLISH
from evercart.learners.reasons.evidence import Evidence, evidence, said
from evercart.learners.reasons.words import say

X = NDArray[np.float32]
Score = Callable[[X], NDArray[np.float64]]  # (rows, width) -> (rows,)


class Reason(NamedTuple):
    """Why an item is shown.

    kind   of evidence, or the rule that put the item there
    fall   by how much the score is lower without it; 0 for a rule
    text   in words
    """

    kind: str
    fall: float
    text: str


class _Plan(NamedTuple):
    """The kinds of evidence as arrays."""

    without: NDArray[np.bool_]  # (kinds, 1, width) columns that are overwritten
    absent: X  # (kinds, 1, width) with what
    sums: tuple[tuple[int, X], ...]  # columns that sum up, each with weights (kinds, width) of what it loses


class _Row:
    """A row of x by the names of its columns, most of which nobody asks for."""

    def __init__(self, x: X, places: dict[str, int]) -> None:
        self._x, self._places = x, places

    def __getitem__(self, name: str) -> float:
        return float(self._x[self._places[name]])


@dataclass(frozen=True)
class Why:
    """Reasons by leaving out: each kind of evidence in turn is made to read as where there is none.

    What lowers an item's score most, with all else as it is, is named first; what does not lower it is not named.
    The score is the one that ranked it, so a reason is what was really used.

    sources   what the columns of x came from, in their order
    most      reasons for an item
    texts     the words; see `english.py`

    Source: Robnik-Šikonja and Kononenko, "Explaining classifications for individual instances", TKDE 20(5), 2008,
    section 2 (the difference of predictions without a feature), by groups of columns.
    """

    sources: tuple[Any, ...]
    most: int = 3
    texts: Mapping[str, str] = field(default_factory=lambda: ENGLISH)

    def __post_init__(self) -> None:
        require(self.most >= 0, "why.most", "at least 0", self.most)

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return the kinds of evidence there are."""
        return evidence(self.sources)

    def falls(self, x: X, score: Score) -> NDArray[np.float64]:
        """Return how much lower each row (rows, width) scores without each kind of evidence, (kinds, rows)."""
        plan, (rows, width) = self._plan, x.shape
        changed = np.where(plan.without, plan.absent, x)
        for column, weights in plan.sums:
            changed[:, :, column] -= weights @ x.T
        scores = score(np.concatenate([x[None], changed]).reshape(-1, width)).reshape(-1, rows)
        found: NDArray[np.float64] = scores[0] - scores[1:]
        return found

    def __call__(self, x: X, score: Score, marks: Sequence[str]) -> list[tuple[Reason, ...]]:
        """Return up to `most` reasons for each row.

        x       (rows, width) of the items shown
        marks   (rows,) the rule that put each there, "" for none: it is the first reason
        """
        if not len(x) or not self.most:
            return [()] * len(x)
        falls = self.falls(x, score)
        there = (self._plan.without & (x != self._plan.absent)).any(axis=2)
        ranks = np.argsort(-falls, axis=0, kind="stable")
        found = []
        for row, mark in enumerate(marks):
            named = [Reason(mark, 0.0, self.texts[mark])] if mark else []
            for kind in ranks[:, row].tolist():
                if len(named) == self.most or falls[kind, row] <= 0:
                    break
                if there[kind, row]:
                    named.append(self._reason(kind, float(falls[kind, row]), x[row]))
            found.append(tuple(named))
        return found

    def _reason(self, kind: int, fall: float, row: X) -> Reason:
        name = self.evidence[kind].name
        return Reason(name, fall, say(self.texts, name, _Row(row, self._columns[kind])))

    @cached_property
    def _columns(self) -> tuple[dict[str, int], ...]:
        """Return the columns of each kind, from their own name to their place."""
        own = [name for source in self.sources for name in said(source, alone=len(self.sources) == 1)]
        return tuple({own[at]: at for at in one.absent} for one in self.evidence)

    @cached_property
    def _plan(self) -> _Plan:
        kinds = self.evidence
        width = sum(len(said(one, alone=len(self.sources) == 1)) for one in self.sources)
        without = np.zeros((len(kinds), 1, width), np.bool_)
        absent = np.zeros((len(kinds), 1, width), np.float32)
        sums: dict[int, X] = {}
        for at, kind in enumerate(kinds):
            for column, value in kind.absent.items():
                without[at, 0, column], absent[at, 0, column] = True, value
            for column, shares in kind.within.items():
                weights = sums.setdefault(column, np.zeros((len(kinds), width), np.float32))
                weights[at, list(shares)] = list(shares.values())
        return _Plan(without, absent, tuple(sums.items()))
