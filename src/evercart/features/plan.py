"""Plan: the needs of a table laid out as the columns of its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.features.needs import Decay, Last, Need, Recent, Tally, Variety

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
    def lasts(self) -> tuple[Last, ...]:
        """Return times of last rows."""
        return _once([n for n in self.needs if isinstance(n, Last)])

    @cached_property
    def recents(self) -> tuple[Recent, ...]:
        """Return lists of most recent values."""
        return _once([n for n in self.needs if isinstance(n, Recent)])

    @cached_property
    def values(self) -> tuple[tuple[str, str | None, str | None], ...]:
        """Return what is stored of a row to be summed: (kind, column, where), each once for all windows."""
        return _once([(n.kind, n.column, n.where) for n in self.sums])

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
        return Spec(
            windows=np.array(windows, np.int64),
            sum_ends=_ends(windows, [n.window_us for n in self.sums]),
            sum_of=np.array([self.values.index((n.kind, n.column, n.where)) for n in self.sums], np.int64),
            count_ends=_ends(windows, [n.window_us for n in self.counts]),
            count_of=np.array(count_of, np.int64),
            count_window=np.array([windows.index(n.window_us) for n in self.counts], np.int64),
            count_last=np.array([s not in count_of[i + 1 :] for i, s in enumerate(count_of)], np.bool_),
            half_lives=np.array([n.half_life_us for n in self.decays], np.float64),
            item_ends=np.cumsum([0, *(n.k for n in self.recents)]).astype(np.int64),
        )
