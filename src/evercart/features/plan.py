"""Plan: the needs of a table laid out as the columns of its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.features.needs import Began, Decay, Last, Latest, Need, Recent, Tally, Variety

N = TypeVar("N")


class Spec(NamedTuple):
    """What the kernel is told; sums come window by window, distinct counts too.

    windows       (windows,) us, rising; the last is how long rows are kept
    sum_ends      (windows + 1,) sums [sum_ends[w], sum_ends[w + 1]) belong to window w
    sum_of        (sums,) which value is summed
    count_ends    (windows + 1,) the same of distinct counts
    count_of      (distinct counts,) which set of values is counted
    count_window  (distinct counts,) its window
    count_last    (distinct counts,) whether the set has no longer window
    half_lives    (decayed,) us
    decay_of      (decayed,) which flow is summed
    decay_gaps    (decayed,) us within which a further row is not counted, or -1
    moment_gaps   (moments,) us within which a further row belongs to the same moment
    moment_ends   (moments + 1,) places [moment_ends[m], moment_ends[m + 1]) hold the times of the newest of m
    latest_ends   (moments + 1,) sums [latest_ends[m], latest_ends[m + 1]) are over the newest of m
    latest_of     (latest,) which value is summed
    item_ends     (recents + 1,) places [item_ends[j], item_ends[j + 1]) hold the most recent values of j
    """

    windows: NDArray[np.int64]
    sum_ends: NDArray[np.int64]
    sum_of: NDArray[np.int64]
    count_ends: NDArray[np.int64]
    count_of: NDArray[np.int64]
    count_window: NDArray[np.int64]
    count_last: NDArray[np.bool_]
    half_lives: NDArray[np.float64]
    decay_of: NDArray[np.int64]
    decay_gaps: NDArray[np.int64]
    moment_gaps: NDArray[np.int64]
    moment_ends: NDArray[np.int64]
    latest_ends: NDArray[np.int64]
    latest_of: NDArray[np.int64]
    item_ends: NDArray[np.int64]


def _once(things: Sequence[N]) -> tuple[N, ...]:
    return tuple(dict.fromkeys(things))


def _ends(windows: Sequence[int], of: Sequence[int]) -> NDArray[np.int64]:
    """Return where each window's share begins in the list `of`, which is sorted by window."""
    return np.searchsorted(np.array(of, np.int64), np.array([*windows, windows[-1] + 1], np.int64))


@dataclass(frozen=True)
class Plan:
    """Needs without doubles, in the order of the state's columns."""

    needs: tuple[Need, ...]
    keep_us: int

    @cached_property
    def sums(self) -> tuple[Tally, ...]:
        """Return sums over windows, by window."""
        return _once(sorted((n for n in self.needs if isinstance(n, Tally)), key=lambda n: n.window_us))

    @cached_property
    def counts(self) -> tuple[Variety, ...]:
        """Return distinct counts, by window."""
        return _once(sorted((n for n in self.needs if isinstance(n, Variety)), key=lambda n: n.window_us))

    @cached_property
    def decays(self) -> tuple[Decay, ...]:
        """Return decayed sums."""
        return _once([n for n in self.needs if isinstance(n, Decay)])

    @cached_property
    def flows(self) -> tuple[tuple[str, str | None], ...]:
        """Return what fades: (kind, column), each once for all half-lives."""
        return _once([(n.kind, n.column) for n in self.decays])

    @cached_property
    def moments(self) -> tuple[tuple[str, str | None, int], ...]:
        """Return which rows make moments: (kind, where, gap_us)."""
        lasts = [(n.kind, n.where, n.gap_us) for n in self.needs if isinstance(n, Last)]
        return _once([*lasts, *((n.kind, None, n.gap_us) for n in self.needs if isinstance(n, Latest))])

    @cached_property
    def lasts(self) -> tuple[Last, ...]:
        """Return times of moments, by moment, newest first, without a gap between them."""

        def depth(one: tuple[str, str | None, int]) -> int:
            backs = [n.back for n in self.needs if isinstance(n, Last) and (n.kind, n.where, n.gap_us) == one]
            return 1 + max(backs, default=0)

        return tuple(
            Last(kind, where, i, gap) for kind, where, gap in self.moments for i in range(depth((kind, where, gap)))
        )

    @cached_property
    def latest(self) -> tuple[Latest, ...]:
        """Return sums over newest moments, by moment."""
        latest = [n for n in self.needs if isinstance(n, Latest)]
        return _once(sorted(latest, key=lambda n: self.moments.index((n.kind, None, n.gap_us))))

    @cached_property
    def numbers(self) -> tuple[Need, ...]:
        """Return what is one number a key, in the order of the columns of `Kept`."""
        return (*self.sums, *self.counts, *self.decays, *self.lasts, *self.latest)

    @cached_property
    def dated(self) -> bool:
        """Return whether it must be known when the table began."""
        return Began() in self.needs

    @cached_property
    def recents(self) -> tuple[Recent, ...]:
        """Return lists of most recent values."""
        return _once([n for n in self.needs if isinstance(n, Recent)])

    @cached_property
    def values(self) -> tuple[tuple[str, str | None, str | None], ...]:
        """Return what is summed: (kind, column, where), each once for all windows; what they need comes first."""
        return _once(
            [*((n.kind, n.column, n.where) for n in self.sums), *((n.kind, n.column, None) for n in self.latest)]
        )

    @cached_property
    def stored(self) -> int:
        """Return how many of the values a row must give back to a window."""
        return len({(n.kind, n.column, n.where) for n in self.sums})

    @cached_property
    def sets(self) -> tuple[tuple[str, str], ...]:
        """Return what is counted without doubles: (kind, column), each once for all windows."""
        return _once([(n.kind, n.column) for n in self.counts])

    @cached_property
    def items(self) -> int:
        """Return how many most recent values are held a key."""
        return sum(n.k for n in self.recents)

    @cached_property
    def spec(self) -> Spec:
        """Return the arrays that steer the kernel."""
        windows = sorted({*(n.window_us for n in self.sums), *(n.window_us for n in self.counts), self.keep_us})
        count_of = [self.sets.index((n.kind, n.column)) for n in self.counts]
        depths = [sum((n.kind, n.where, n.gap_us) == one for n in self.lasts) for one in self.moments]
        latest = [sum((n.kind, None, n.gap_us) == one for n in self.latest) for one in self.moments]
        return Spec(
            windows=np.array(windows, np.int64),
            sum_ends=_ends(windows, [n.window_us for n in self.sums]),
            sum_of=np.array([self.values.index((n.kind, n.column, n.where)) for n in self.sums], np.int64),
            count_ends=_ends(windows, [n.window_us for n in self.counts]),
            count_of=np.array(count_of, np.int64),
            count_window=np.array([windows.index(n.window_us) for n in self.counts], np.int64),
            count_last=np.array([s not in count_of[i + 1 :] for i, s in enumerate(count_of)], np.bool_),
            half_lives=np.array([n.half_life_us for n in self.decays], np.float64),
            decay_of=np.array([self.flows.index((n.kind, n.column)) for n in self.decays], np.int64),
            decay_gaps=np.array([-1 if n.gap_us is None else n.gap_us for n in self.decays], np.int64),
            moment_gaps=np.array([gap for *_, gap in self.moments], np.int64),
            moment_ends=np.cumsum([0, *depths]).astype(np.int64),
            latest_ends=np.cumsum([0, *latest]).astype(np.int64),
            latest_of=np.array([self.values.index((n.kind, n.column, None)) for n in self.latest], np.int64),
            item_ends=np.cumsum([0, *(n.k for n in self.recents)]).astype(np.int64),
        )
