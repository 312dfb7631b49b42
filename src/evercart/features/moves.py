"""Moves: what each row of a batch does to a table, worked out column by column before the kernel."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.events import kinds
from evercart.events.batch import Events, missing
from evercart.features.hashed import slot_of
from evercart.features.plan import Plan
from evercart.hashing import U64, mix_columns

NOTHING, WRITE, READ = 0, 1, 2


class Moves(NamedTuple):
    """One row a row of the batch; what is to be written is absent where the row does not write it."""

    us: NDArray[np.int64]  # (rows,)
    act: NDArray[np.int8]  # (rows,) NOTHING, WRITE or READ
    key: NDArray[np.uint64]  # (rows,) 0 where missing
    values: NDArray[np.int64]  # (rows, values) 0 where absent
    members: NDArray[np.uint64]  # (rows, sets) hash of (key, value), 0 where absent
    flows: NDArray[np.float64]  # (rows, flows) NaN where absent
    moments: NDArray[np.bool_]  # (rows, moments)
    items: NDArray[np.int32]  # (rows, recents) 0 where absent


def _present(woven: Events, column: str) -> NDArray[np.bool_]:
    values = woven[column]
    present: NDArray[np.bool_] = np.isfinite(values) if values.dtype == np.float64 else values != missing(column)
    return present


def _stack(columns: list[NDArray[Any]], rows: int, dtype: Any) -> NDArray[Any]:
    """Return columns side by side, (rows, columns), each row in one stretch of memory."""
    stacked = np.empty((rows, len(columns)), dtype)
    for i, column in enumerate(columns):
        stacked[:, i] = column
    return stacked


def moves(plan: Plan, woven: Events, key: NDArray[np.uint64]) -> Moves:
    """Return what each row does: a question reads, a row that holds a measure of a known key writes it."""
    asked, rows = woven.asked, len(woven)
    free = ~asked & (key != 0)
    writes = np.zeros(rows, np.bool_)

    @cache
    def having(kind: str, column: str | None) -> NDArray[np.bool_]:
        if column is None:
            return np.asarray(free & (woven.kind == kinds.number(kind)))
        return having(kind, None) & _present(woven, column)

    def held(kind: str, *columns: str | None) -> NDArray[np.bool_]:
        where = having(kind, columns[0])
        for column in columns[1:]:
            where = where & having(kind, column)
        np.logical_or(writes, where, out=writes)
        return where

    def value(kind: str, column: str | None, where: str | None) -> NDArray[Any]:
        there = held(kind, column) if where is None else held(kind, column, where)
        return there if column is None else np.where(there, woven[column], 0)

    def member(place: int, kind: str, column: str) -> NDArray[np.uint64]:
        pair = mix_columns(np.where(held(kind, column), key, U64(0)), woven[column])
        return pair if place == 0 else mix_columns(pair, np.full(rows, place, np.uint64))

    def fading(kind: str, column: str | None) -> NDArray[np.float64]:
        return np.where(held(kind, column), 1.0 if column is None else woven[column], np.nan)

    def item(kind: str, column: str, slots: int) -> NDArray[np.int32]:
        return slot_of(np.where(held(kind, column), woven[column], U64(0)), slots)

    values = _stack([value(*one) for one in plan.values], rows, np.int64)
    members = _stack([member(place, *one) for place, one in enumerate(plan.sets)], rows, np.uint64)
    flows = _stack([fading(*one) for one in plan.flows], rows, np.float64)
    moments = _stack([held(kind, where) for kind, where, _ in plan.moments], rows, np.bool_)
    items = _stack([item(n.kind, n.column, n.slots) for n in plan.recents], rows, np.int32)
    act = np.where(asked, READ, np.where(writes, WRITE, NOTHING)).astype(np.int8)
    us = np.ascontiguousarray(woven.logged_us)
    return Moves(us, act, np.ascontiguousarray(key), values, members, flows, moments, items)
