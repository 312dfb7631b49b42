"""Casts from what was sent to what the log keeps, with a mask of the values that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.errors import UserError, expected

EXACT: Final = 1 << 53  # integers up to here are exact in a float64
_NEAR_HALF: Final = 1e-3  # closer to a half than this, a float64 may round to the wrong side
_PLAIN: Final = 1e9
_NUMBER: Final = r"^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


class Cast(NamedTuple):
    """A column as read, null where it could not be, and which rows those are (a null is not one)."""

    column: pa.Array
    bad: NDArray[np.bool_]


def flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return one contiguous array, dictionaries decoded."""
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def valid(column: pa.Array) -> NDArray[np.bool_]:
    """Return which rows hold a value, (rows,)."""
    if column.null_count == 0:
        return np.ones(len(column), np.bool_)
    held: NDArray[np.bool_] = column.is_valid().to_numpy(zero_copy_only=False)
    return held


def lenient(column: pa.Array, cast: Callable[[pa.Array], pa.Array], to: pa.DataType, shape: str) -> pa.Array:
    """Return the cast column of text, null where a value cannot be cast.

    shape    what a value looks like that can be cast, as a regular expression; the few that look like it, yet
             cannot be cast, are found by halving
    """
    try:
        return cast(column)
    except pa.ArrowInvalid:
        looks = pc.match_substring_regex(column, shape)
        return _halved(pc.if_else(looks, column, None), cast, to)


def _halved(column: pa.Array, cast: Callable[[pa.Array], pa.Array], to: pa.DataType) -> pa.Array:
    try:
        return cast(column)
    except pa.ArrowInvalid:
        if len(column) == 1:
            return pa.nulls(1, to)
        half = len(column) // 2
        return pa.concat_arrays([_halved(part, cast, to) for part in (column[:half], column[half:])])


def is_text(type_: pa.DataType) -> bool:
    """Return whether a type is one of the kinds of text."""
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_))


def text(column: pa.Array | pa.ChunkedArray, where: str) -> pa.Array:
    """Return the column as text; a float that is whole is written like an integer, as keys are.

    >>> text(pa.array([17.0, 2.5, None]), "user").to_pylist()
    ['17', '2.5', None]
    """
    column = flat(column)
    if pa.types.is_string(column.type):
        return column
    if pa.types.is_floating(column.type):
        whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), float(EXACT)))
        integers = pc.if_else(whole, column, None).cast(pa.int64())
        return pc.coalesce(integers.cast(pa.string()), column.cast(pa.string()))
    try:
        return column.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise UserError(expected(where, "text or numbers", column.type)) from None


def numbers(column: pa.Array | pa.ChunkedArray, where: str) -> Cast:
    """Return the column as float64; NaN and the infinities count as unreadable.

    >>> numbers(pa.array(["1.5", "x", "inf"]), "value").bad.tolist()
    [False, True, True]
    """
    column = flat(column)
    kind = column.type
    if is_text(kind):
        read = lenient(pc.utf8_trim_whitespace(column), _parse, pa.float64(), _NUMBER)
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        read = column.cast(pa.float64(), safe=False)
    else:
        raise UserError(expected(where, "numbers", kind))
    held = valid(column)
    finite = valid(read) & np.isfinite(read.to_numpy(zero_copy_only=False))
    return _masked(read, held & ~finite)


def _parse(column: pa.Array) -> pa.Array:
    return column.cast(pa.float64())


def _masked(column: pa.Array, bad: NDArray[np.bool_]) -> Cast:
    return Cast(pc.if_else(pa.array(~bad), column, None) if bad.any() else column, bad)


def integers(column: pa.Array | pa.ChunkedArray, where: str) -> Cast:
    """Return the column as int64; fractions, and what is not below 2^53, count as unreadable.

    >>> integers(pa.array(["3", "3.5"]), "quantity").column.to_pylist()
    [3, None]
    """
    column = flat(column)
    if pa.types.is_signed_integer(column.type):
        return Cast(column.cast(pa.int64()), np.zeros(len(column), np.bool_))
    read = numbers(column, where)
    values = read.column.fill_null(0).to_numpy(zero_copy_only=False)
    odd = (values != np.floor(values)) | (np.abs(values) >= EXACT)
    out = pa.array(np.where(odd, 0, values).astype(np.int64), mask=odd | ~valid(read.column))
    return Cast(out, read.bad | odd)


def scaled(column: pa.Array | pa.ChunkedArray, digits: int | NDArray[np.int64], where: str) -> Cast:
    """Return value × 10^digits as int64, rounded half to even in decimal, exactly.

    column    numbers, or decimal text
    digits    one for all, or (rows,)

    >>> scaled(pa.array([0.29, 1.005]), 2, "amount").column.to_pylist()
    [29, 100]
    """
    column = flat(column)
    if isinstance(digits, int) and digits == 0 and pa.types.is_signed_integer(column.type):
        return integers(column, where)
    read = numbers(column, where)
    held = valid(read.column)
    sent = read.column.fill_null(0).to_numpy(zero_copy_only=False)
    with np.errstate(over="ignore"):
        values = sent * np.power(10.0, digits)
    wide = np.abs(values) >= EXACT
    values = np.where(wide, 0, values)
    out = np.rint(values).astype(np.int64)
    unsure = np.abs(values - np.floor(values) - 0.5) < _NEAR_HALF
    unsure |= (np.abs(values) >= _PLAIN) & (sent != np.floor(sent))
    for i in np.flatnonzero(unsure & held):
        each = digits if isinstance(digits, int) else int(digits[i])
        out[i] = int(Decimal(str(column[int(i)].as_py()).strip()).scaleb(each).to_integral_value(ROUND_HALF_EVEN))
    return Cast(pa.array(out, mask=wide | ~held), read.bad | wide)
