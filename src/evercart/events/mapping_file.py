"""Mapping files: TOML read into `mapping`, with everything that is wrong told by its place."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from evercart.errors import UserError, expected, require, unknown
from evercart.events import clean, times
from evercart.events.currencies import CURRENCIES
from evercart.events.mapping import Join, MappingFile, SourceMap, Time
from evercart.events.sources import FORMATS

_KEYS: Final = ("files", "format", "delimiter", "kind", "columns", "constants", "id", "units", "time", "join", "clean")
_TIME_KEYS: Final = ("column", "format", "zone", "constant", "order", "epoch")


def load(path: Path) -> MappingFile:
    """Read a mapping file; whatever is wrong in it raises `UserError`."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(expected(str(path), "a mapping file that can be read", error.strerror)) from None
    except UnicodeDecodeError as error:
        raise UserError(expected(str(path), "a mapping file in UTF-8", str(error))) from None


def parse(text: str) -> MappingFile:
    """Return the mapping that a TOML text declares: `[[source]]` tables, or the keys of one at the top."""
    try:
        top = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(expected("mapping", "a TOML file", str(error))) from None
    if "source" not in top:
        return MappingFile((_source("mapping", top),), text)
    tables = top["source"]
    require(isinstance(tables, list), "mapping.source", "tables [[source]]", tables)
    _only("mapping", top, ("source",))
    return MappingFile(tuple(_source(f"mapping.source[{i}]", one) for i, one in enumerate(tables, 1)), text)


def source_of(table: dict[str, Any]) -> SourceMap:
    """Return the mapping of one source from the keys of a TOML file."""
    return _source("mapping", table)


def _source(where: str, table: dict[str, Any]) -> SourceMap:
    _only(where, table, _KEYS)
    steps = [(f"{where}.clean[{i}]", one) for i, one in enumerate(_list(where, table, "clean"), 1)]
    return SourceMap(
        where=where,
        kind=_word(where, table, "kind"),
        columns={name: _names(f"{where}.columns.{name}", it) for name, it in _table(where, table, "columns").items()},
        constants=_constants(f"{where}.constants", _table(where, table, "constants")),
        units=_table(where, table, "units"),
        time=_time(f"{where}.time", _table(where, table, "time")),
        id=_template(f"{where}.id", _word(where, table, "id")),
        files=_word(where, table, "files"),
        format=_format(f"{where}.format", _word(where, table, "format")),
        delimiter=_delimiter(f"{where}.delimiter", _word(where, table, "delimiter") or ","),
        join=_join(f"{where}.join", _table(where, table, "join")),
        steps=tuple((_step_name(one), clean.step(place, one)) for place, one in steps),
    )


def _step_name(table: dict[str, Any]) -> str:
    return f"{table.get('step')} {table.get('column', '')}".strip()


def _time(where: str, table: dict[str, Any]) -> Time:
    _only(where, table, _TIME_KEYS)
    ways = [name for name in ("column", "constant", "order") if name in table]
    require(len(ways) == 1, where, "exactly one of column, constant, order", " ".join(ways) or "nothing")
    zone = _word(where, table, "zone")
    if zone:
        times.check_zone(f"{where}.zone", zone)
    if ways == ["constant"]:
        return Time(constant_us=times.instant(f"{where}.constant", table["constant"]))
    if ways == ["order"]:
        return _order(where, table)
    format = _word(where, table, "format") or "iso"
    known = format in ("iso", *times.DIGITS) or "%" in format
    require(known, f"{where}.format", "iso, s, ms, us or a pattern such as %d.%m.%Y", format)
    return Time(_word(where, table, "column"), format, zone)


def _order(where: str, table: dict[str, Any]) -> Time:
    order = table["order"]
    good = order is True or (isinstance(order, str) and bool(order))
    require(good, f"{where}.order", "true, or the name of a column", order)
    epoch_us = times.instant(f"{where}.epoch", table.get("epoch", "nothing"))
    return Time(epoch_us=epoch_us, order="" if order is True else order)


def _join(where: str, table: dict[str, Any]) -> Join | None:
    _only(where, table, ("file", "on"))
    if not table:
        return None
    require(len(table) == 2, where, "both file and on", " ".join(table))
    return Join(_word(where, table, "file"), _word(where, table, "on"))


def _template(where: str, text: str) -> str:
    try:
        fields = [rest for _, *rest in string.Formatter().parse(text) if rest[0] is not None]
        good = bool(fields) and all(name and not spec and not conversion for name, spec, conversion in fields)
    except ValueError:
        good = False
    require(good or not text, where, 'a template such as "{order_id}/{row}"', text)
    return text


def _format(where: str, name: str) -> str:
    require(name in ("", *FORMATS), where, "one of " + " ".join(FORMATS), name)
    return name


def _delimiter(where: str, mark: str) -> str:
    require(len(mark) == 1 and mark not in '"\r\n' and mark.isascii(), where, "one character", mark)
    return mark


def _names(where: str, value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    good = isinstance(names, list) and bool(names) and all(isinstance(name, str) and name for name in names)
    require(good, where, "the name of a column, or a list of names to sum", value)
    return tuple(names)


def _constants(where: str, table: dict[str, Any]) -> dict[str, Any]:
    for name, value in table.items():
        good = isinstance(value, str | int | float) and not isinstance(value, bool)
        require(good, f"{where}.{name}", "text or a number", value)
    if "currency" in table:
        require(table["currency"] in CURRENCIES, f"{where}.currency", "a currency code of ISO 4217", table["currency"])
    return table


def _only(where: str, table: dict[str, Any], known: Iterable[str]) -> None:
    for key in table:
        if key not in known:
            raise UserError(unknown(f"{where}.{key}", "keys", known, key))


def _word(where: str, table: dict[str, Any], key: str) -> str:
    value = table.get(key, "")
    require(isinstance(value, str), f"{where}.{key}", "text", value)
    return str(value)


def _table(where: str, table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key, {})
    require(isinstance(value, dict), f"{where}.{key}", f"a table [{key}]", value)
    return dict(value)


def _list(where: str, table: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = table.get(key, [])
    good = isinstance(value, list) and all(isinstance(one, dict) for one in value)
    require(good, f"{where}.{key}", f"tables [[{key}]]", value)
    return list(value)
