"""Translation: a source's columns become fields, in the log's units, as a mapping says."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.errors import UserError, expected
from evercart.events import casts, times
from evercart.events.currencies import digits as digits_of
from evercart.events.findings import ROW, Findings, Refusals
from evercart.events.mapping import UNITS, SourceMap
from evercart.units import SECOND_US

Digits = int | NDArray[np.int64]
_MOST_PLACES: Final = 10**12  # seconds; the border has its own say on how late a time may be


def translate(source: SourceMap, table: pa.Table) -> tuple[pa.Table, Refusals]:
    """Return a raw table for the border, with what could not be converted refused.

    table    the columns that the mapping names, with `row`
    """
    findings = Findings(table.num_rows)
    out = {ROW: table[ROW], **_kind(source, table)}
    given = {name: [table[column] for column in names] for name, names in source.columns.items()}
    given |= {name: [pa.repeat(pa.scalar(value), len(table))] for name, value in source.constants.items()}
    if source.id:
        out["id"] = _id(source, table)
    for name, columns in given.items():
        out[name] = _scaled(source, name, columns, given, findings) if name in UNITS else columns[0]
    out["event_us"] = _times(source, table, findings)
    return findings.split(pa.table(out))


def joined(table: pa.Table, lookup: pa.Table, on: str, where: str) -> pa.Table:
    """Return the table with the columns of a lookup table that it does not have; null where nothing matches."""
    places = pc.index_in(casts.text(table[on], where), casts.text(lookup[on], where))
    for name in lookup.column_names:
        if name not in table.column_names:
            table = table.append_column(name, lookup[name].take(places))
    return table


def check_lookup(lookup: pa.Table, on: str, where: str) -> None:
    """Raise `UserError` unless each key of a lookup table stands there once."""
    counted = pc.value_counts(casts.text(lookup[on], where))
    for one in counted.filter(pc.greater(counted.field("counts"), 1)).to_pylist():
        raise UserError(expected(where, f"each {on} once", f"{one['values']!r} {one['counts']} times"))


def _kind(source: SourceMap, table: pa.Table) -> dict[str, Any]:
    if not source.kind:
        return {}
    words = pa.DictionaryArray.from_arrays(np.zeros(len(table), np.int8), [source.kind])
    return {"kind": words}


def _id(source: SourceMap, table: pa.Table) -> pa.Array:
    """Return the id's template filled in; null where one of its columns is."""
    pieces: list[Any] = []
    for before, name in source.template:
        pieces.extend([before] if before else [])
        pieces.extend([casts.text(table[name], f"{source.where}.id")] if name else [])
    return pieces[0] if len(pieces) == 1 else pc.binary_join_element_wise(*pieces, "")


def _scaled(
    source: SourceMap, name: str, columns: list[Any], given: dict[str, list[Any]], findings: Findings
) -> pa.Array:
    """Return the sum of columns in thousandths, or minor units."""
    digits = _digits(source.unit(name), given)
    total = None
    for column in columns:
        read = casts.scaled(column, digits, f"{source.where}.columns.{name}")
        findings.note(name, "a number", read.bad, column)
        total = read.column if total is None else pc.add(total, read.column)
    return total


def _digits(unit: str, given: dict[str, list[Any]]) -> Digits:
    if unit != "major":
        return 3 if unit == "pieces" else 0
    codes = casts.flat(given["currency"][0]).dictionary_encode()
    known = np.array([digits_of(str(code)) for code in codes.dictionary.to_pylist()] + [2], np.int64)
    if len(known) == 2:
        return int(known[0])
    rows: NDArray[np.int64] = known[codes.indices.fill_null(len(known) - 1).to_numpy(zero_copy_only=False)]
    return rows


def _times(source: SourceMap, table: pa.Table, findings: Findings) -> pa.Array:
    time = source.time
    if time.constant_us is not None:
        return pa.repeat(pa.scalar(time.constant_us, pa.int64()), len(table))
    if time.epoch_us is not None:
        return _in_order(source, table, findings)
    read = times.micros(table[time.column], time.format, time.zone, f"{source.where}.time.column {time.column}")
    findings.note("event_us", f"a time, format {time.format}", read.bad, table[time.column])
    return read.column


def _in_order(source: SourceMap, table: pa.Table, findings: Findings) -> pa.Array:
    """Return one second a place: of a column of places, else of the rows as they stand."""
    epoch_us, name = source.time.epoch_us, source.time.order
    if not name:
        return pa.array(epoch_us + (table[ROW].to_numpy() - 1) * SECOND_US)
    read = casts.integers(table[name], f"{source.where}.time.order {name}")
    places = read.column.fill_null(0).to_numpy(zero_copy_only=False)
    wide = np.abs(places) > _MOST_PLACES
    findings.note("event_us", f"a place of at most {_MOST_PLACES:,}", read.bad | wide, table[name])
    lacks = ~casts.valid(read.column) | wide
    return pa.array(epoch_us + np.where(wide, 0, places) * SECOND_US, mask=lacks)
