"""Blanks: rows of which nothing is left but their place, or no longer some of their columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.errors import UserError, require, unknown
from evercart.events.kinds import TOMBSTONE
from evercart.events.schema import SCHEMA

BLANKABLE: Final = tuple(name for name in SCHEMA.names if name not in ("id", "event_us", "kind"))
_ERASED: Final = tuple(name for name in SCHEMA.names if name not in ("event_us", "kind"))


def asked(
    offsets: Sequence[int] | NDArray[np.int64], columns: Collection[str] | None, next_offset: int
) -> NDArray[np.int64]:
    """Return the offsets to blank, sorted, each once; what makes no sense raises `UserError`."""
    found = np.unique(np.asarray(offsets, np.int64))
    within = not len(found) or (found[0] >= 0 and found[-1] < next_offset)
    require(within, "blank.offsets", f"offsets of the log, below {next_offset}", found.tolist())
    for name in columns or ():
        if name not in BLANKABLE:
            raise UserError(unknown("blank.columns", "columns", BLANKABLE, name))
    return found


def blanked(rows: pa.Table, which: NDArray[np.bool_], columns: Collection[str] | None = None) -> pa.Table:
    """Return rows, of which some say nothing more in these columns; without columns they become tombstones.

    A tombstone keeps offset with log time, which stands for the sender's time, too; so it tells nothing, yet no
    fold meets a row without a time.

    rows     with `offset`, `logged_us`, the columns of `SCHEMA`
    which    (rows,)
    """
    mask = pa.array(which)
    for name in _ERASED if columns is None else columns:
        rows = _with(rows, name, pc.if_else(mask, pa.scalar(None, rows.schema.field(name).type), rows[name]))
    if columns is None:
        rows = _with(rows, "kind", pc.if_else(mask, pa.scalar(TOMBSTONE, pa.int16()), rows["kind"]))
        rows = _with(rows, "event_us", pc.if_else(mask, rows["logged_us"], rows["event_us"]))
    return rows


def _with(rows: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    place = rows.schema.get_field_index(name)
    return rows.set_column(place, rows.schema.field(place), column)
