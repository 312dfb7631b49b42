"""Recommended: one way to rank beside all others, on the same questions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.compare import Difference
from evercart.evaluate.gains import GAINS, Asked, gained, means
from evercart.evaluate.hits import CUTS, Hits, measures, slices
from evercart.evaluate.places import UNASKED
from evercart.evaluate.sure import Sure
from evercart.units import DAY_US

APP: Final = "recommend"
PAGE: Final = "reports/backtest-recommend.html"  # in a shop's folder
CLICKS: Final = "next click"
BASKETS: Final = "next basket"
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Ranked(NamedTuple):
    """Where one way to rank put each answer, with its CPU seconds."""

    rank: NDArray[Any]  # (answers,) from 0; -1: not in the list; `UNASKED`: the question was not put to it
    cpu_s: float


@dataclass(frozen=True)
class Recommended:
    """The blend beside its baselines, all on the same questions, all as fresh as the last row.

    clicks, sessions, items   of the log: rows of the kind that is asked about, keys they are about, items
    hits                      of the blend, one row an answer, in the order of asking
    session                   (answers,) dense numbers of what is asked about, in the order in which they begin
    blend                     after every click
    baselines                 plain ones, by name
    alone                     each source as it would rank without the others, without a ranker
    stale                     the blend as it stood at an earlier moment, by how far behind it is
    coverage                  share of the known items that was shown to anyone
    share                     (answers,) of the first candidate in the ranker's eyes; NaN where there was none
    familiar                  (answers,) whether the shopper was known before; None where the log names none
    waited_h                  (items,) hours from an item's first click until it was first shown
    cut                       items of a list that count
    """

    clicks: int
    sessions: int
    items: int
    hits: Hits
    session: Ints
    blend: Ranked
    baselines: dict[str, Ranked]
    coverage: float
    share: Floats
    alone: dict[str, Ranked] = field(default_factory=dict)
    stale: dict[str, Ranked] = field(default_factory=dict)
    familiar: NDArray[np.bool_] | None = None
    waited_h: Floats = field(default_factory=lambda: np.zeros(0))
    cut: int = 20
    task: str = CLICKS

    @property
    def cuts(self) -> tuple[int, ...]:
        """Return the lengths at which lists are scored.

        The longest is that of the lists.
        """
        return (*(cut for cut in CUTS if cut < self.cut), self.cut)

    @cached_property
    def asked(self) -> Asked:
        """Return the questions, in the order of asking."""
        return Asked.of(self.hits.number)

    def held(self, one: Ranked) -> NDArray[np.int64]:
        """Return the answers of the questions that were put."""
        return np.flatnonzero(one.rank > UNASKED)

    def gains(self, gain: str, one: Ranked, rows: Ints | None = None) -> Floats:
        """Return what each question gains at the longest cut; of some answers where `rows` says so."""
        rows = np.arange(len(self.hits)) if rows is None else rows
        return GAINS[gain](one.rank[rows], Asked.of(self.hits.number[rows]), self.cut)

    def means(self, one: Ranked, rows: Ints | None = None) -> dict[str, float]:
        """Return each measure of each cut."""
        rows = np.arange(len(self.hits)) if rows is None else rows
        return means(one.rank[rows], Asked.of(self.hits.number[rows]), self.cuts)

    def best(self, gain: str, among: dict[str, Ranked] | None = None) -> str:
        """Return the name of the baseline that gains most."""
        others = self.baselines if among is None else among
        return max(others, key=lambda name: float(self.gains(gain, others[name]).mean()))

    def difference(self, gain: str, other: Ranked | str) -> Difference:
        """Return what the blend gains over another way, on the questions put to it, with its 95 % interval."""
        theirs = self.baselines[other] if isinstance(other, str) else other
        rows = self.held(theirs)
        first = rows[Asked.of(self.hits.number[rows]).starts]
        gaps = self.gains(gain, self.blend, rows), self.gains(gain, theirs, rows)
        return gained(*gaps, self.hits.us[first], self.session[first])

    @cached_property
    def sure(self) -> Sure:
        """Return how often the first candidate is right, by how sure the ranker is of it."""
        starts = self.asked.starts
        right = np.minimum.reduceat(np.where(self.blend.rank < 0, self.cut, self.blend.rank), starts) == 0
        return Sure.of(self.share[starts], right)

    def slices(self) -> dict[str, NDArray[np.bool_]]:
        """Return masks of answers by name."""
        found = slices(self.hits, "session" if self.task == CLICKS else "shopper")
        if self.familiar is None:
            return found
        return {**found, "known shopper": self.familiar, "new shopper": ~self.familiar}

    def by_day(self, gain: str, one: Ranked) -> tuple[Ints, Floats, Ints]:
        """Return days of 1970-01-01 on, the mean gain of the questions answered on each, how many they are."""
        rows = self.held(one)
        first = rows[Asked.of(self.hits.number[rows]).starts]
        days, at = np.unique(self.hits.us[first] // DAY_US, return_inverse=True)
        counts = np.bincount(at, minlength=len(days))
        return days, np.bincount(at, self.gains(gain, one, rows), len(days)) / counts, counts

    def exposure(self) -> dict[str, float]:
        """Return the median hours from an item's first click until it was first shown, the share never shown."""
        if not len(self.waited_h):
            return {"median_h": float("nan"), "never": float("nan")}
        return {"median_h": float(np.median(self.waited_h)), "never": float(np.isinf(self.waited_h).mean())}

    def summary(self) -> dict[str, Any]:
        """Return what `evercart backtest recommend --json` prints."""
        shown = measures(self.hits, ())
        said = {
            "app": APP,
            "task": self.task,
            "mode": self.mode,
            "clicks": self.clicks,
            "sessions": self.sessions,
            "items": self.items,
            "questions": len(self.asked),
            "answers": len(self.hits),
            "blend": {
                **self._said(self.blend),
                "mode": self.mode,
                "coverage": self.coverage,
                "tail": shown["tail"],
                "novelty": shown["novelty"],
            },
            "baselines": {name: self._said(one) for name, one in self.baselines.items()},
            "alone": {name: self._said(one) for name, one in self.alone.items()},
            "stale": {name: self._behind(one) for name, one in self.stale.items()},
            "differences": {f"{gain}@{self.cut}": self._against(gain) for gain in GAINS},
            "slices": {name: self._slice(which) for name, which in self.slices().items() if which.any()},
            "calibration": self.sure.summary(),
            "first_exposure": self.exposure(),
        }
        plain: dict[str, Any] = _plain(said)
        return plain

    @property
    def mode(self) -> str:
        """Return when the blend learns."""
        return "after every click" if self.task == CLICKS else "after every purchase"

    def _said(self, one: Ranked) -> dict[str, float]:
        return {**self.means(one), "cpu_s": round(one.cpu_s, 3)}

    def _behind(self, one: Ranked) -> dict[str, Any]:
        """Return a stale blend beside the fresh one on the same questions."""
        rows = self.held(one)
        return {
            "questions": len(Asked.of(self.hits.number[rows])),
            **self.means(one, rows),
            self.mode: self.means(self.blend, rows),
            "differences": {f"{gain}@{self.cut}": self.difference(gain, one)._asdict() for gain in GAINS},
        }

    def _against(self, gain: str) -> dict[str, Any]:
        best = self.best(gain)
        against = {name: self.difference(gain, name)._asdict() for name in self.baselines}
        return {"baseline": best, **against[best], "against": against}

    def _slice(self, which: NDArray[np.bool_]) -> dict[str, Any]:
        rows = np.flatnonzero(which)
        best = self.best("recall")
        asked = Asked.of(self.hits.number[rows])
        theirs = means(self.baselines[best].rank[rows], asked, (self.cut,))
        return {"questions": len(asked), **self.means(self.blend, rows), "best baseline": {"baseline": best, **theirs}}


def _plain(said: Any) -> Any:
    """Return nested figures with None where there is no number, for JSON knows none."""
    if isinstance(said, dict):
        return {name: _plain(one) for name, one in said.items()}
    if isinstance(said, Sequence) and not isinstance(said, str):
        return [_plain(one) for one in said]
    return None if isinstance(said, float) and not math.isfinite(said) else said
