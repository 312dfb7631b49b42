"""Table: named, versioned features of one key, as they stood just before each question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.features.columns import Column
from evercart.features.moves import WRITE, moves
from evercart.features.needs import HASHES, Began, Need, Tally, Variety, one_of, seconds
from evercart.features.peeking import glance
from evercart.features.plan import Plan
from evercart.features.seen import Feature, Seen
from evercart.features.sliding import Kept, slide
from evercart.features.state import TableState, empty
from evercart.fold import Grain, config_hash
from evercart.hashing import mix_columns
from evercart.units import MISSING, SECOND_US

_AT_ONCE: Final = 1 << 15  # rows a kernel call: what it prepares stays in the processor's cache


@dataclass(frozen=True)
class Table:
    """A fold from woven events to X, float32 (questions, width), one row a question in the order of asking.

    key      the columns that together name whom the features are of; none: the whole shop
    version  to be raised when the meaning of the data changes; changed features change the fingerprint anyway
    keep_s   how long rows are kept, at least the longest window, which it is unless given; a key is
             forgotten with its last row

    A question whose key is missing, or unknown, finds what an unknown key has: zeros, slot 0 (recency: the
    longest window). Rows that lack the key write nothing. Different values are told apart by 64-bit hashes.

    >>> from evercart.features import Count
    >>> table = Table("user", key=("user",), features=(Count("order", 86_400),))
    >>> events = Events.of(kind=[2, 7], logged_us=[5, 6], user=[9, 9], number=[-1, 0])
    >>> table.step(table.start(), events)[1].tolist()
    [[1.0]]
    """

    name: str
    key: tuple[str, ...]
    features: tuple[Feature, ...]
    version: int = 1
    keep_s: int | None = None

    def __post_init__(self) -> None:
        require(self.name.isidentifier(), "table.name", "a name of letters, digits, underscores", self.name)
        for column in self.key:
            one_of(f"table {self.name}.key", HASHES, column)
        require(len({*self.key}) == len(self.key), f"table {self.name}.key", "different columns", self.key)
        require(self.version >= 1, f"table {self.name}.version", "at least 1", self.version)
        names = [column.name for column in self.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        require(not twice, f"table {self.name}.features", "columns of different names", " ".join(twice))
        self._check_keep()

    def _check_keep(self) -> None:
        where, longest = f"table {self.name}.keep_s", self._longest_us
        if self.keep_s is not None:
            keep_us = seconds(where, self.keep_s)
            require(keep_us >= longest, where, f"at least the longest window ({longest // SECOND_US} s)", self.keep_s)
        elif self._needs:
            require(longest > 0, where, "how long a key is remembered, as no feature has a window", self.keep_s)

    @property
    def grain(self) -> Grain:
        """Return where a batch may be cut: anywhere."""
        return "event"

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return what each column of X means, under the table's name."""

        def ours(column: Column, feature: Feature) -> Column:
            shared = column.space if column.space == getattr(feature, "space", "") else f"{self.name}.{column.space}"
            return replace(column, name=f"{self.name}.{column.name}", space=shared)

        return tuple(ours(column, feature) for feature in self.features for column in feature.outputs)

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns that `step` looks at, beside the clock, `kind`, `number`."""
        read = [*self.key, *(column for feature in self.features for column in feature.reads)]
        for need in self._needs:
            read += [name for name in (getattr(need, "column", None), getattr(need, "where", None)) if name]
        return tuple(dict.fromkeys(read))

    @property
    def fingerprint(self) -> str:
        """Return the name of this table by its content, as stored with every state."""
        return config_hash(self)

    @cached_property
    def _needs(self) -> tuple[Need, ...]:
        return tuple(dict.fromkeys(need for feature in self.features for need in feature.needs))

    @property
    def _longest_us(self) -> int:
        return max((need.window_us for need in self._needs if isinstance(need, Tally | Variety)), default=0)

    @cached_property
    def _plan(self) -> Plan:
        keep_us = self._longest_us if self.keep_s is None else seconds("keep_s", self.keep_s)
        return Plan(self._needs, keep_us)

    @property
    def bytes_per_key(self) -> int:
        """Return the most that a key adds to the packed state; in memory spare room may double it."""
        plan = self._plan
        kept = 8 * (1 + len(plan.sums) + len(plan.counts) + len(plan.lasts) + len(plan.latest)) + 16 * len(plan.decays)
        return 16 + kept + 4 * plan.items

    @property
    def bytes_per_event(self) -> int:
        """Return the most that a row adds to the packed state while it is in the longest window."""
        return 12 + 8 * self._plan.stored + 28 * len(self._plan.sets)

    def start(self) -> TableState:
        """Return a memory without a row."""
        return empty(self._plan)

    def step(self, state: TableState, woven: Events) -> tuple[TableState, NDArray[np.float32]]:
        """Return the memory after the rows; X, (questions, width)."""
        said = []
        for at in range(0, max(len(woven), 1), _AT_ONCE):
            piece = woven.rows(slice(at, at + _AT_ONCE))
            state, kept = self._slide(state, piece)
            said.append(self._say(kept, int(state.began[0]), piece.rows(piece.asked)))
        return state, said[0] if len(said) == 1 else np.concatenate(said)

    def peek(self, state: TableState, asked: Events) -> NDArray[np.float32]:
        """Return X of questions, (questions, width), each as if it were the next row; the state stays as it is."""
        kept = _nothing(state, len(asked))
        if self._needs:
            glance(self._plan.spec, state, np.ascontiguousarray(asked.logged_us), self._keys(asked), kept)
        return self._say(kept, int(state.began[0]), asked)

    def _slide(self, state: TableState, woven: Events) -> tuple[TableState, Kept]:
        plan = self._plan
        kept = _nothing(state, int(woven.asked.sum()))
        if not self._needs:
            return state, kept
        what = moves(plan, woven, self._keys(woven))
        writes = np.flatnonzero(what.act == WRITE)
        if plan.dated and len(writes) and state.began[0] == MISSING:
            state.began[0] = what.us[writes[0]]
        state = state.roomy(len(writes), len(plan.sets))
        slide(plan.spec, state, what, kept)
        return state, kept

    def _keys(self, woven: Events) -> NDArray[np.uint64]:
        if not self.key:
            return np.ones(len(woven), np.uint64)
        return reduce(mix_columns, (woven[column] for column in self.key))

    def _say(self, kept: Kept, began_us: int, asked: Events) -> NDArray[np.float32]:
        """Return X from what stood at the questions."""
        if not len(asked):
            return np.empty((0, len(self.columns)), np.float32)
        by_need = {**_by_need(self._plan, kept), Began(): np.full(len(asked), began_us)}
        seen = Seen(asked, by_need, self._plan.keep_us)
        x = np.empty((len(asked), len(self.columns)), np.float32)
        arrays = (array for feature in self.features for array in feature.values(seen))
        for place, array in enumerate(arrays):
            x[:, place] = array
        return x


def _nothing(state: TableState, questions: int) -> Kept:
    """Return what stands at questions about an unknown key."""
    kept = Kept(*(np.zeros((questions, column.shape[1]), column.dtype) for column in _shown(state)))
    kept.last_us[:] = MISSING
    return kept


def _shown(state: TableState) -> tuple[NDArray[Any], ...]:
    keys = state.keys
    return keys.tallies, keys.decayed, keys.last_us, keys.latest, keys.items


def _by_need(plan: Plan, kept: Kept) -> dict[Need, NDArray[Any]]:
    """Name the columns of what was kept."""
    numbers = (*kept.tallies.T[1:], *kept.decayed.T, *kept.last_us.T, *kept.latest.T)
    named: dict[Need, NDArray[Any]] = dict(zip(plan.numbers, numbers, strict=True))
    ends = plan.spec.item_ends
    named.update({need: kept.items[:, ends[j] : ends[j + 1]] for j, need in enumerate(plan.recents)})
    return named
