"""Sent: events as they came over HTTP, as a table for the border."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa

from evercart.errors import expected, unknown
from evercart.events.check import check
from evercart.events.findings import ROW, Refusal, shown
from evercart.events.schema import FIELDS, SCHEMA
from evercart.serve.problem import NoSuchForm, Problem, TooLarge
from evercart.serve.settings import Settings

JSON, LINES, ARROW = "application/json", "application/x-ndjson", "application/vnd.apache.arrow.stream"
_FIELDS: Final = frozenset(FIELDS)
_FLOATS: Final = frozenset(f.name for f in SCHEMA if f.type == pa.float64())
_PLAIN: Final = frozenset({str, int, float})
_NOTHING: Final = type(None)
Row = tuple[int, Any]  # its number in the request, from 1; what was sent


class Sent(NamedTuple):
    """The events of one request.

    rows      what was sent as JSON, numbered
    table     what was sent as Arrow; None where it was JSON
    events    how many
    """

    rows: Sequence[Row]
    table: pa.Table | None
    events: int


def read(body: bytes, kind: str, settings: Settings) -> Sent:
    """Return the events that a body holds; raises `Problem` where it cannot be cut into events.

    >>> read(b'[{"kind": "view"}, 5]', "application/json", Settings()).rows
    [(1, {'kind': 'view'}), (2, 5)]
    """
    if kind not in _READ:
        raise NoSuchForm(expected("content-type", "one of " + " ".join(_READ), kind or "none"))
    found = _READ[kind](body)
    if found.events > settings.batch:
        raise TooLarge(expected("events", f"at most {settings.batch:,} a request", f"{found.events:,}"))
    deep = [row for row in found.rows if isinstance(row[1], dict) and "properties" in row[1]]
    if any(_deeper(row["properties"], settings.depth) for _, row in deep):
        raise Problem(expected("events.properties", f"JSON nested at most {settings.depth} deep", "deeper"))
    return found


def _json(body: bytes) -> Sent:
    try:
        said = msgspec.json.decode(body)
    except RecursionError:
        raise Problem(expected("body", "JSON that is nested less", "deeper")) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(expected("body", "JSON", str(error))) from None
    if isinstance(said, dict) and said.keys() == {"events"}:
        said = said["events"]
    events = said if isinstance(said, list) else [said]
    return Sent(list(enumerate(events, 1)), None, len(events))


def _lines(body: bytes) -> Sent:
    lines = [line for line in body.split(b"\n") if line.strip()]
    rows = [(number, _line(line)) for number, line in enumerate(lines, 1)]
    return Sent(rows, None, len(rows))


def _line(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return line.decode(errors="replace")  # told as what it is: no object


def _arrow(body: bytes) -> Sent:
    try:
        table = pa.ipc.open_stream(io.BytesIO(body)).read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Problem(expected("body", "an Arrow stream", str(error).split("\n")[0])) from None
    check(table.slice(0, 0), now_us=0, where="body")  # tells a field that is none, a type that cannot be read
    if len(set(table.column_names)) < len(table.column_names):
        raise Problem(expected("body", "fields that differ", " ".join(table.column_names)))
    return Sent([], table, table.num_rows)


_READ: Final[dict[str, Callable[[bytes], Sent]]] = {JSON: _json, LINES: _lines, ARROW: _arrow}


def _deeper(value: object, most: int) -> bool:
    """Return whether a value is nested deeper than `most`, without recursion."""
    level: list[object] = [value]
    for _ in range(most):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return any(isinstance(one, dict | list) for one in level)


def raw(rows: Sequence[Row]) -> tuple[pa.Table, list[Refusal]]:
    """Return rows as a table that the border can check, with refusals of those that are no flat JSON object.

    >>> table, refused = raw([(1, {"kind": "view", "item": "a"}), (2, 5)])
    >>> table.to_pylist(), [(one.row, one.field, one.rule) for one in refused]
    ([{'row': 1, 'kind': 'view', 'item': 'a'}], [(2, 'event', 'a JSON object')])
    """
    refused = [refusal for number, row in rows if (refusal := _misshapen(number, row))]
    if refused:
        bad = {one.row for one in refused}
        rows = [(number, row) for number, row in rows if number not in bad]
    names = dict.fromkeys(name for _, row in rows for name in row)
    columns = {name: _column(name, [row.get(name) for _, row in rows]) for name in names}
    return pa.table({ROW: pa.array([number for number, _ in rows], pa.int64()), **columns}), refused


def _misshapen(number: int, row: Any) -> Refusal | None:
    """Return what is wrong with a row's shape, if anything is."""
    if not isinstance(row, dict):
        return Refusal(number, "event", "a JSON object", shown(row), _body({"line": row}))
    if not row.keys() <= _FIELDS:
        name = next(name for name in row if name not in _FIELDS)
        rule = unknown("", "fields", FIELDS, name).removeprefix(": expected ").rpartition(", got ")[0]
        return Refusal(number, shown(name), rule, shown(row[name]), _body(row))
    for name, value in row.items():
        kind = type(value)
        if kind not in _PLAIN and kind is not _NOTHING and not (name == "properties" and kind is dict):
            rule = "a JSON object" if name == "properties" else "a text or a number"
            return Refusal(number, name, rule, shown(_body(value)), _body(row))
    return None


def _body(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _column(name: str, values: list[Any]) -> pa.Array:
    """Return values of one field: as they are where they are alike, else as text."""
    kinds = set(map(type, values)) - {_NOTHING}
    if kinds == {dict}:
        return pa.array([None if value is None else _body(value) for value in values], pa.string())
    try:
        if kinds <= {str}:
            return pa.array(values, pa.string())
        if kinds == {int}:
            return pa.array(values, pa.int64())
        if kinds == {float} or (kinds == {int, float} and name in _FLOATS):
            return pa.array(values, pa.float64())
    except (OverflowError, pa.ArrowInvalid, UnicodeEncodeError):
        pass
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _text(value: Any) -> str:
    """Return a value as text; half a surrogate pair, which JSON can carry, becomes a question mark."""
    text = value if isinstance(value, str) else _body(value)
    return text.encode(errors="replace").decode()


def held(row: Mapping[str, Any]) -> str:
    """Return a row of the log as the quarantine keeps it."""
    return _body({name: value for name, value in row.items() if value is not None})
