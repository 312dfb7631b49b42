"""Columns: what a checked table's columns become right of the log, with the way back for numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import CLOCK, DTYPES, missing
from evercart.events.currencies import CURRENCIES
from evercart.events.schema import SCHEMA
from evercart.hashing import hash_strings

NAMES: Final = tuple(f.name for f in SCHEMA if f.type in (pa.string(), pa.binary()))  # kept as they were sent
NUMBERS: Final = tuple(f.name for f in SCHEMA if f.name not in NAMES)
HASHED: Final = tuple(name for name in NAMES if name in DTYPES)  # kept as hashes too
STORED: Final = (*NUMBERS, *HASHED, "logged_us")  # of an events file; offsets follow from the first
READABLE: Final = ("offset", *STORED)
_CODE_NUMBERS: Final = np.array([*CURRENCIES.values(), 0], np.int16)
STAMPED: Final = pa.schema([("offset", pa.int64()), ("logged_us", pa.int64()), *SCHEMA])


def wanted(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the clock with the asked columns, each once."""
    for name in columns:
        require(name in READABLE, "column", "one of " + " ".join(READABLE), name)
    return tuple(dict.fromkeys((*CLOCK, *columns)))


def encoded(column: pa.ChunkedArray, name: str, key: int) -> NDArray[Any]:
    """Return a column as `Events` holds it, (rows,): names hashed under the key, gaps filled.

    >>> encoded(pa.chunked_array([[3, None]], pa.int64()), "quantity", key=1).tolist()
    [3, -9223372036854775808]
    """
    if name == "currency":
        return _currency_numbers(column)
    if name in HASHED:
        return hash_strings(column, key)
    filled = column.fill_null(missing(name)) if column.null_count else column
    values: NDArray[Any] = filled.to_numpy()
    return values


def _currency_numbers(codes: pa.ChunkedArray) -> NDArray[np.int16]:
    """Return the ISO 4217 number of each code; 0 where there is none."""
    places = pc.index_in(codes, value_set=_known_codes()).fill_null(len(CURRENCIES))
    numbers: NDArray[np.int16] = _CODE_NUMBERS[places.to_numpy()]
    return numbers


@cache
def _known_codes() -> pa.Array:
    return pa.array(list(CURRENCIES))  # made late: the first array that is made imports pandas, unless it is spared


def decoded(values: NDArray[Any], name: str) -> pa.Array:
    """Return a column of numbers as it was sent.

    >>> decoded(np.array([3, np.iinfo(np.int64).min]), "quantity").to_pylist()
    [3, None]
    """
    if name == "kind":
        return pa.array(values)
    gap = missing(name)
    return pa.array(values, mask=np.isnan(values) if gap != gap else values == gap)


def gaps(name: str, rows: int) -> NDArray[Any]:
    """Return a column in which nothing was sent, (rows,)."""
    return np.full(rows, missing(name), DTYPES[name])


def unlike(one: pa.ChunkedArray, other: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Return where two columns say different things, (rows,); NaN says nothing, like null."""
    gap, other_gap = pc.is_null(one, nan_is_null=True), pc.is_null(other, nan_is_null=True)
    differ = pc.fill_null(pc.not_equal(one, other), False)
    both = pc.or_(gap, other_gap)
    unequal: NDArray[np.bool_] = pc.if_else(both, pc.xor(gap, other_gap), differ).to_numpy()
    return unequal
