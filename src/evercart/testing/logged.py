"""Streams of events, as the log hands them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.events.batch import CLOCK, DTYPES, Events, missing
from evercart.events.kinds import KEYS, TOMBSTONE, number
from evercart.hashing import hash_name, mix_columns
from evercart.labels.turns import tick_of
from evercart.testing.streams import Times, even_clock, hurting_clock
from evercart.units import MISSING, SECOND_US, THOUSANDTHS

KINDS: Final = ("view", "order", "item", "user", "exposure", "redeem", "outcome", "heartbeat")
_NEVER_DRAWN: Final = (*CLOCK, "id", "number", "outlier", "decided")
_AMOUNTS: Final = np.array([0, 1, 250, 999, 12_345, -700, 10**12, MISSING], np.int64)
_NUMBERS: Final = np.array([0.0, 1.5, -2.25, 1e6, np.nan])
_ERASED, _LATE, _TWICE, _NAMED = 0.06, 0.3, 0.08, 0.5  # shares of rows


@dataclass(frozen=True)
class Logged:
    """Events as the log hands them out, for a fold that asks or cleans.

    kinds   which kinds are drawn, erased rows apart; with "decision" half the rows name a row before them
    own     columns of a row that a question standing just before it may carry
    keys    how many different values each key takes
    live    share of rows that say the log has gone live
    """

    kinds: tuple[str, ...] = KINDS
    own: tuple[str, ...] = ()
    keys: int = 3
    live: float = 0.02

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Events:
        """Return rows with three keys, half of them tied; some late, doubled or erased."""
        steps = 1 + 4 * (uniform(seed, np.arange(rows), "skipped") < 0.1)  # a reader of few kinds sees gaps
        return self.filled(np.cumsum(steps), hurting_clock(seed, rows, durations_us), seed)

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Events:
        """Return rows at an even pace, whose keys come, stay for four rows, never return."""
        clock = even_clock(rows, alive, span_us, len(self.kinds))
        batch = replace(self, live=0.0).filled(np.arange(rows), clock, seed, erased=0.0)
        kind = batch.kind.copy()
        kind[-len(self.kinds) :] = [number(name) for name in self.kinds]
        ages = np.arange(rows, dtype=np.uint64) // np.uint64(4)
        fresh = {name: mix_columns(np.full(rows, hash_name(name, 1), np.uint64), ages + np.uint64(1)) for name in KEYS}
        return Events({**batch.columns, **fresh, "kind": kind, "event_us": clock})

    def size(self, batch: Events) -> int:
        """Return how many rows there are."""
        return len(batch)

    def rows(self, batch: Events, start: int, stop: int) -> Events:
        """Return the rows from `start` up to `stop`."""
        return batch.rows(slice(start, stop))

    def ticks(self, batch: Events) -> Times:
        """Return ticks of a second."""
        return tick_of(batch.logged_us, batch.offset, SECOND_US, 4096)

    def scramble(self, batch: Events, row: int, seed: int) -> Events:
        """Draw all from `row` on again, but offset, log time, whose clock it is and, in that row, `own`."""
        other = self.filled(batch.offset, batch.logged_us, seed)
        mixed = Events.concat([batch.rows(slice(row)), other.rows(slice(row, None))])
        mixed["live"][row:] = batch["live"][row:]  # the first live row abandons history's clock
        for name in (*self.own, *(["id"] if "kind" in self.own else [])):  # only an erased row has none
            mixed[name][row] = batch[name][row]
        return mixed

    def said(self, batch: Events, out: Events) -> Times:
        """Return for each row of the output how many rows of input had been handed on by then."""
        if "number" not in out.columns:
            return np.arange(1, len(out) + 1)
        of_the_log = out["id"] != 0 if "id" in out.columns else False  # a woven question has no id
        return np.cumsum(~out.asked | of_the_log)

    def filled(self, offset: Times, logged_us: Times, seed: int, erased: float = _ERASED) -> Events:
        """Return rows with this clock."""
        rows = len(offset)
        columns = {name: self._column(name, seed, rows) for name in DTYPES if name not in _NEVER_DRAWN}
        kinds = np.array([number(name) for name in self.kinds], np.int16)
        columns["kind"] = kinds[_picks(seed, rows, "kind", len(kinds))]
        late = np.where(uniform(seed, np.arange(rows), "late") < _LATE, _lateness(seed, logged_us), 0)
        columns["event_us"] = logged_us - late
        columns["id"] = 1 + np.arange(rows, dtype=np.uint64)
        if "decision" in self.kinds:
            named = uniform(seed, np.arange(rows), "named") < _NAMED
            columns["ref"] = np.where(named, columns["id"][any_of(seed + 2, np.arange(rows))], columns["ref"])
        columns = {name: column[_sources(seed, rows)] for name, column in columns.items()}
        gone = uniform(seed, np.arange(rows), "erased") < erased
        for name, column in columns.items():
            column[gone] = TOMBSTONE if name == "kind" else missing(name)
        columns["event_us"] = np.where(gone, logged_us, np.minimum(columns["event_us"], logged_us))
        return Events({"offset": offset.astype(np.int64), "logged_us": logged_us, **columns})

    def _column(self, name: str, seed: int, rows: int) -> NDArray[Any]:
        dtype = DTYPES[name]
        if dtype == np.uint64:
            names = np.array([hash_name(f"{name}-{i}", 1) for i in range(self.keys)] * 4 + [0], np.uint64)
            return names[_picks(seed, rows, name, len(names))]
        if name == "quantity":
            return (THOUSANDTHS * np.arange(4))[_picks(seed, rows, name, 4)]
        if name == "live":  # rarely: it ends all questions that are open
            return np.where(uniform(seed, np.arange(rows), name) < self.live, 1, 0)
        if name == "currency":
            return np.full(rows, 978, dtype)
        values = _NUMBERS if dtype == np.float64 else _AMOUNTS
        return values[_picks(seed, rows, name, len(values))].astype(dtype)


def _picks(seed: int, rows: int, purpose: str, choices: int) -> NDArray[np.int64]:
    return (uniform(seed, np.arange(rows), purpose) * choices).astype(np.int64)


def any_of(seed: int, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each row itself or one before it."""
    return (uniform(seed, places, "any of") * (places + 1)).astype(np.int64)


def _lateness(seed: int, logged_us: Times) -> Times:
    """Return how late each row is, µs: about as late as the row lies after an earlier one."""
    rows = np.arange(len(logged_us))
    return logged_us - logged_us[any_of(seed + 1, rows)] + _picks(seed, len(rows), "late by", 3) - 1


def _sources(seed: int, rows: int) -> NDArray[np.int64]:
    """Return which row each row repeats: itself, or for a double the one before it."""
    places = np.arange(rows)
    return np.maximum(places - (uniform(seed, places, "twice") < _TWICE), 0)
