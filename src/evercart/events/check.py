"""The border: what may enter the log.

Inside the border nobody checks again. Rules are told in a fixed order of fields, the first broken one a row.
"""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.errors import UserError, unknown
from evercart.events import casts, times
from evercart.events.currencies import CURRENCIES
from evercart.events.findings import ROW, Findings, Refusals, numbered
from evercart.events.kinds import KINDS, PROPERTIES, SENT, Property
from evercart.events.schema import FIELDS, SCHEMA, conform
from evercart.units import DAY_US

FIRST_US: Final = 631_152_000_000_000  # 1990-01-01T00:00:00Z
MOST_BYTES: Final = 1_000_000  # of one field of text
MOST: Final = 10**15  # of an integer: far above any price, and thousands of them still sum without overflow
_ORDER: Final = ("kind", "id", *(name for name in FIELDS if name not in ("kind", "id")))
_NUMBERS: Final = {kind.name: kind.number for kind in SENT}
_NAMES: Final = {kind.number: kind.name for kind in SENT}
_BOUNDS: Final = {"quantity": Property("quantity", "integer", low=0), "amount": Property("amount", "money")}
_BY_FIELD: Final[dict[str, Property]] = {**_BOUNDS, **PROPERTIES}
_NEEDED: Final = {name: [kind.number for kind in KINDS if name in kind.needs] for name in FIELDS}
_CARRIERS: Final = {
    name: [kind.number for kind in KINDS if name in {prop.name for prop in kind.properties}] for name in PROPERTIES
}


class Checked(NamedTuple):
    """What may enter, in `SCHEMA`, with its row numbers in the source; what may not."""

    good: pa.Table
    rows: NDArray[np.int64]
    bad: Refusals


def check(raw: pa.Table, *, now_us: int, where: str = "events") -> Checked:
    """Divide a table into rows that may enter and refusals.

    raw       columns of `SCHEMA`, typed or as text; `kind` by name or number; `row` numbers the rows in
              their source (1, 2, … if absent)
    now_us    the border's clock: nothing may come from more than a day after it

    Raises `UserError` for a column that is none of the schema's, or of a type that no value can be read from.

    >>> check(pa.table({"kind": ["view"], "id": ["a"], "item": ["x"], "event_us": [0]}), now_us=0).bad[0].rule
    'a time from 1990-01-01 on'
    """
    given = raw.column_names
    for name in given:
        if name != ROW and name not in FIELDS:
            raise UserError(unknown(where, "fields", FIELDS, name))
    raw = numbered(raw)
    findings = Findings(raw.num_rows)
    kinds = _kinds(raw, findings, where)
    present = [int(number) for number in np.unique(kinds)]
    typed: dict[str, Any] = {ROW: raw[ROW], "kind": pa.array(kinds)}
    none, nothing = np.zeros(len(kinds), np.bool_), pa.nulls(len(kinds))
    for name in _ORDER[1:]:
        if name in given:
            typed[name] = column = _typed(name, raw, now_us, findings, where)
            _carried(name, column, kinds, present, findings)
            _needed(name, casts.valid(column), kinds, present, findings, raw[name])
        else:
            _needed(name, none, kinds, present, findings, nothing)
    table, bad = _split(raw, pa.table(typed), findings)
    return Checked(conform(table.drop_columns(ROW)), table[ROW].to_numpy(), bad)


def _split(raw: pa.Table, typed: pa.Table, findings: Findings) -> tuple[pa.Table, Refusals]:
    """Keep the typed rows, but tell of the others as they were sent."""
    if not findings.broken.any():
        return typed, ()
    return typed.filter(pa.array(~findings.broken)), findings.split(raw)[1]


def _kinds(raw: pa.Table, findings: Findings, where: str) -> NDArray[np.int16]:
    """Return the number of each row's kind, 0 where it is unknown."""
    if "kind" not in raw.column_names:
        column: Any = pa.nulls(raw.num_rows)
        numbers = np.zeros(raw.num_rows, np.int16)
    else:
        column = raw["kind"]
        chunk = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        if not pa.types.is_dictionary(chunk.type):
            chunk = chunk if pa.types.is_integer(chunk.type) else casts.text(chunk, f"{where}.kind")
        words = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
        known = np.array([_number(word) for word in words.dictionary.to_pylist()] + [0], np.int16)
        numbers = known[words.indices.fill_null(len(known) - 1).to_numpy(zero_copy_only=False)]
    findings.note("kind", "one of " + " ".join(_NUMBERS), numbers == 0, column)
    return numbers


def _number(word: object) -> int:
    if isinstance(word, int):
        return word if word in _NAMES else 0
    return _NUMBERS.get(str(word), 0)


def _typed(name: str, raw: pa.Table, now_us: int, findings: Findings, where: str) -> pa.Array:
    """Return a column in the schema's type; what breaks the rules of its values is noted."""
    column, where = raw[name], f"{where}.{name}"
    type_ = SCHEMA.field(name).type
    if name == "event_us":
        return _times(column, now_us, findings, where)
    if pa.types.is_string(type_):
        return _text(name, casts.text(column, where), findings)
    cast = casts.integers if pa.types.is_integer(type_) else casts.numbers
    read = cast(column, where)
    findings.note(name, "an integer" if cast is casts.integers else "a finite number", read.bad, column)
    _bounded(_BY_FIELD[name], read.column, findings, column)
    return read.column


def _times(column: pa.Array, now_us: int, findings: Findings, where: str) -> pa.Array:
    """Return microseconds; text may also be a time with its zone."""
    sent = casts.flat(column)
    read = casts.integers(sent, where)
    if read.bad.any() and casts.is_text(sent.type):
        stamps = times.zoned(pc.if_else(pa.array(read.bad), sent, None))
        read = casts.Cast(pc.coalesce(read.column, stamps), read.bad & ~casts.valid(stamps))
    findings.note("event_us", "microseconds since 1970, or a time with its zone", read.bad, sent)
    us = read.column.fill_null(FIRST_US).to_numpy(zero_copy_only=False)
    for rule, wrong in (
        ("a time from 1990-01-01 on", us < FIRST_US),
        ("a time at most a day ahead", us > now_us + DAY_US),
    ):
        if wrong.any():
            findings.note("event_us", rule, wrong, sent)
    return read.column


def _text(name: str, column: pa.Array, findings: Findings) -> pa.Array:
    sizes = pc.binary_length(column)
    least, most = pc.min_max(sizes).values()
    if (most.as_py() or 0) > MOST_BYTES:
        findings.note(name, f"at most {MOST_BYTES:,} bytes", _mask(pc.greater(sizes, MOST_BYTES)), column)
    if least.as_py() == 0:  # an empty name is no name
        column = pc.if_else(pc.equal(sizes, 0), None, column)
    if name == "currency":
        known = _mask(pc.is_in(column, pa.array([*CURRENCIES, None], pa.string())))
        findings.note(name, "a currency code of ISO 4217", ~known, column)
    if name == "properties":
        findings.note(name, "a JSON object", ~_objects(column), column)
    return column


def _mask(truth: Any) -> NDArray[np.bool_]:
    """Return a boolean array of Arrow as a mask; null is false."""
    mask: NDArray[np.bool_] = truth.fill_null(False).to_numpy(zero_copy_only=False)
    return mask


def _objects(column: pa.Array) -> NDArray[np.bool_]:
    """Return which rows hold a JSON object, or nothing."""

    def holds(body: str | None) -> bool:
        try:
            return body is None or isinstance(json.loads(body), dict)
        except (ValueError, RecursionError):
            return False

    return np.array([holds(body) for body in column.to_pylist()], np.bool_)


def _bounded(prop: Property, column: pa.Array, findings: Findings, sent: Any) -> None:
    values = column.fill_null(0).to_numpy(zero_copy_only=False)
    held = casts.valid(column)
    if prop.low is not None:
        findings.note(prop.name, f"at least {prop.low:g}", held & (values < prop.low), sent)
    if prop.high is not None:
        findings.note(prop.name, f"at most {prop.high:g}", held & (values > prop.high), sent)
    if prop.type != "number":
        findings.note(prop.name, f"at most {MOST:,} either way", held & ((values > MOST) | (values < -MOST)), sent)


def _carried(name: str, column: pa.Array, kinds: NDArray[np.int16], present: list[int], findings: Findings) -> None:
    """Refuse a declared property on a kind that does not carry it."""
    for number in present:
        if number and name in _CARRIERS and number not in _CARRIERS[name] and column.null_count < len(column):
            mask = (kinds == number) & casts.valid(column)
            findings.note(name, f"nothing, as {_NAMES[number]} has no {name}", mask, column)


def _needed(
    name: str, held: NDArray[np.bool_], kinds: NDArray[np.int16], present: list[int], findings: Findings, sent: Any
) -> None:
    if name in ("id", "event_us"):
        findings.note(name, "a value", ~held, sent)
    for number in present:
        if number in _NEEDED[name]:
            findings.note(name, f"a value, which {_NAMES[number]} needs", (kinds == number) & ~held, sent)


__all__ = ["FIRST_US", "MOST", "MOST_BYTES", "Checked", "check"]
