"""Mapping: how the columns of a source become fields of events, as a TOML file says.

It checks itself at birth, and against a source's columns by `bind`. `mapping_file` reads it.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from evercart.errors import UserError, expected, require, unknown
from evercart.events import clean
from evercart.events.findings import ROW
from evercart.events.kinds import AMOUNTS, KEYS, PROPERTIES, SENT, kind

MINOR_UNITS: Final = ("major", "minor")
PIECE_UNITS: Final = ("pieces", "thousandths")
MONEY: Final = ("amount", *(name for name, prop in PROPERTIES.items() if prop.type == "money"))
UNITS: Final = {"quantity": PIECE_UNITS, **dict.fromkeys(MONEY, MINOR_UNITS)}
_MARKS: Final = (";", "\t", "|", ",")  # between columns, as exports have them
_COMMON: Final = ("id", *KEYS, *AMOUNTS, "currency", "text", "properties")


@dataclass(frozen=True)
class Time:
    """Where event time comes from: a column, one stated instant, or the order of rows."""

    column: str = ""
    format: str = "iso"  # or "s", "ms", "us", or a pattern of strptime
    zone: str = ""  # of times that carry none
    constant_us: int | None = None
    epoch_us: int | None = None  # of place 0, where there is only an order; then one second a place
    order: str = ""  # the column of places; without it rows are in order, the first at place 0


@dataclass(frozen=True)
class Join:
    """A small table whose columns are looked up by one that it shares with the source."""

    file: str
    on: str


@dataclass(frozen=True)
class SourceMap:
    """How the files of one source are read; `where` names it in errors."""

    where: str
    kind: str
    columns: Mapping[str, tuple[str, ...]]  # field -> source columns, summed where there are several
    constants: Mapping[str, Any]
    units: Mapping[str, str]
    time: Time
    id: str = ""  # a template over source columns
    files: str = ""
    format: str = ""
    delimiter: str = ","
    join: Join | None = None
    steps: tuple[tuple[str, clean.Step], ...] = ()

    def __post_init__(self) -> None:
        fields = self._fields()
        for part, names in (("columns", self.columns), ("constants", self.constants)):
            for name in names:
                if name not in fields:
                    raise UserError(unknown(f"{self.where}.{part}.{name}", "fields", fields, name))
        given = {*self.columns, *self.constants}
        require(bool(self.kind) or "kind" in given, f"{self.where}.kind", "one of " + _kinds(), self.kind)
        require(bool(self.id) or "id" in given, f"{self.where}.id", 'a template such as "{order_id}/{row}"', self.id)
        self._check_needs(given)
        self._check_units(given)

    def _fields(self) -> tuple[str, ...]:
        if self.kind and self.kind not in (names := [one.name for one in SENT]):
            raise UserError(unknown(f"{self.where}.kind", "kinds", names, self.kind))
        own = {prop.name: 1 for prop in kind(self.kind).properties} if self.kind else PROPERTIES
        return (*_COMMON, *own) if self.kind else ("kind", *_COMMON, *own)

    def _check_needs(self, given: set[str]) -> None:
        filled = {step.column for _, step in self.steps if isinstance(step, clean.Missing)}
        for need in kind(self.kind).needs if self.kind else ():
            rule = f"a column or constant for {need}, which {self.kind} needs"
            require(need in given | filled, f"{self.where}.columns", rule, " ".join(sorted(given)) or "none")

    def _check_units(self, given: set[str]) -> None:
        for name, unit in self.units.items():
            if name not in UNITS:
                raise UserError(unknown(f"{self.where}.units.{name}", "fields", UNITS, name))
            require(unit in UNITS[name], f"{self.where}.units.{name}", _either(UNITS[name]), unit)
        for name in sorted(given & set(UNITS)):
            require(bool(self.unit(name)), f"{self.where}.units.{name}", _either(UNITS[name]), "nothing")
            if self.unit(name) == "major":
                require("currency" in given, f"{self.where}.constants.currency", "one beside major units", "nothing")
        for name, sources in self.columns.items():
            require(len(sources) == 1 or name in UNITS, f"{self.where}.columns.{name}", "one column", " ".join(sources))

    def unit(self, name: str) -> str:
        """Return the unit in which a source gives a field; other money goes by that of `amount`."""
        return self.units.get(name) or (self.units.get("amount", "") if name in MONEY else "")

    @property
    def template(self) -> tuple[tuple[str, str], ...]:
        """Return the pieces of the id's template: (text before, column or "")."""
        parts = string.Formatter().parse(self.id)
        return tuple((before, name or "") for before, name, _, _ in parts)

    def wanted(self) -> tuple[str, ...]:
        """Return the source columns that are read, each once."""
        mapped = [name for names in self.columns.values() for name in names]
        in_id = [name for _, name in self.template if name not in ("", ROW)]
        joined = [self.join.on] if self.join else []
        return tuple(dict.fromkeys(filter(None, [*mapped, *in_id, self.time.column, self.time.order, *joined])))

    def bind(self, found: Iterable[str]) -> None:
        """Raise `UserError` unless every column that the mapping names was found."""
        columns = list(found)
        named = [(f"columns.{target}", name) for target, names in self.columns.items() for name in names]
        named += [("id", name) for _, name in self.template if name != ROW]
        named += [
            ("time.column", self.time.column),
            ("time.order", self.time.order),
            ("join.on", self.join.on if self.join else ""),
        ]
        for place, name in named:
            if name and name not in columns:
                self._check_delimiter(columns)
                raise UserError(unknown(f"{self.where}.{place}", "columns", columns, name))

    def _check_delimiter(self, columns: list[str]) -> None:
        """Raise `UserError` where a header that was not cut seems to have another mark between its columns."""
        marks = [mark for mark in _MARKS if mark in columns[0]] if len(columns) == 1 else []
        if marks:
            rule = f"the mark between columns, such as {marks[0]!r}"
            raise UserError(expected(f"{self.where}.delimiter", rule, self.delimiter))


@dataclass(frozen=True)
class MappingFile:
    """A whole mapping file; its text is part of an import's name."""

    sources: tuple[SourceMap, ...]
    text: str


def _either(words: Iterable[str]) -> str:
    return " or ".join(f'"{word}"' for word in words)


def _kinds() -> str:
    return " ".join(one.name for one in SENT)
