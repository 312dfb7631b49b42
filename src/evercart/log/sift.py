"""Sift: which rows are new, which stand in the log already, which reuse an id for something else."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.events.kinds import TOMBSTONE
from evercart.events.schema import SCHEMA
from evercart.log.columns import unlike
from evercart.log.ids import Ids, first_of
from evercart.log.log import NO_ROWS, REFUSED

RULE: Final = "a new id, or the same body again"
_NONE_REFUSED: Final = REFUSED.empty_table()


class Known(Protocol):
    """What stands in the log, by id and by offset."""

    def find(self, ids: Ids, names: pa.ChunkedArray) -> NDArray[np.int64]:
        """Return the offset at which each id seems to stand, (rows,), or -1."""
        ...

    def at(self, offsets: NDArray[np.int64]) -> pa.Table:
        """Return these rows, in this order, with the columns of `SCHEMA`."""
        ...


class Sifted(NamedTuple):
    """Rows that are new, in the order they came; how many stand there already; rows of `REFUSED`."""

    fresh: pa.Table
    ids: Ids  # of the new rows
    duplicates: int
    refused: pa.Table
    same: NDArray[np.int64] = NO_ROWS  # places, in the table that was handed in, of duplicates
    other: NDArray[np.int64] = NO_ROWS  # of the refused rows


def sift(table: pa.Table, ids: Ids, known: Known) -> Sifted:
    """Compare rows with the log, then with earlier rows of the same table."""
    offsets = known.find(ids, table["id"])
    first = first_of(ids)
    rows = np.arange(len(first))
    stands, repeats = offsets >= 0, (offsets < 0) & (first != rows)
    if not (stands.any() or repeats.any()):
        return Sifted(table, ids, 0, _NONE_REFUSED)
    doubtful = np.concatenate([np.flatnonzero(stands), np.flatnonzero(repeats)])
    mine = table.take(doubtful)
    others = pa.concat_tables([known.at(offsets[stands]).select(SCHEMA.names), table.take(first[repeats])])
    changed = np.stack([unlike(mine[name], others[name]) for name in SCHEMA.names])
    erased = others["kind"].to_numpy() == TOMBSTONE  # of which nothing is left to compare
    taken = ~changed[0] | erased  # where the ids themselves differ, only their hashes were alike
    refused = taken & ~erased & changed[1:].any(axis=0)
    fresh = np.ones(len(rows), np.bool_)
    fresh[doubtful[taken]] = False
    in_order = np.flatnonzero(refused)[np.argsort(doubtful[refused])]
    left = np.flatnonzero(fresh)
    same = np.sort(doubtful[taken & ~refused])
    return Sifted(
        table.take(left),
        _kept(ids, fresh),
        len(same),
        _explained(mine.take(in_order), changed[:, in_order]),
        same,
        doubtful[in_order],
    )


def _kept(ids: Ids, fresh: NDArray[np.bool_]) -> Ids:
    """Return the hashes of the rows that stay, numbered anew, still sorted."""
    number = np.cumsum(fresh) - 1
    return Ids(ids.high[fresh], ids.low[fresh], number[ids.order[fresh[ids.order]]])


def _explained(rows: pa.Table, changed: NDArray[np.bool_]) -> pa.Table:
    """Add to each refused row the rule, with what was sent instead."""
    fields = np.array(SCHEMA.names)
    names = rows["id"].to_pylist()
    got = [f"{name!r} with another {', '.join(fields[which])}" for name, which in zip(names, changed.T, strict=True)]
    rule = pa.array([RULE] * len(got), pa.string())
    return rows.append_column("rule", rule).append_column("got", pa.array(got, pa.string())).cast(REFUSED)
