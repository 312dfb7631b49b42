"""Cleaning: named steps over a mapped table, before it is checked.

A step sees one row at a time and keeps nothing, so it may stand left of the log. What looks at other rows
(`outliers`, `last`) is a fold right of the log, which keeps rows as they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, NamedTuple, Protocol, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evercart.errors import UserError, expected, require, unknown
from evercart.events import casts
from evercart.events.findings import ROW, Findings, Refusals
from evercart.events.schema import FIELDS

To = Literal["quarantine", "missing"]
How = Literal["leave", "drop", "constant"]


class Cleaned(NamedTuple):
    """The table that is left, how many rows the step touched, which it sent to the quarantine."""

    table: pa.Table
    touched: int
    bad: Refusals = ()


class Step(Protocol):
    """One way to clean; a function works too."""

    def __call__(self, table: pa.Table) -> Cleaned:
        """Return what is left of the table."""
        ...


@dataclass(frozen=True)
class ExactDuplicates:
    """Drop rows that are equal in all columns but id to an earlier one of the same read.

    Off unless it is named: a basket may hold the same thing twice.

    >>> ExactDuplicates()(pa.table({"id": ["a", "b"], "item": ["x", "x"], "row": [1, 2]})).touched
    1
    """

    def __call__(self, table: pa.Table) -> Cleaned:
        """Drop them."""
        columns = [name for name in table.column_names if name not in ("id", ROW)]
        firsts = table.group_by(columns, use_threads=False).aggregate([(ROW, "min")])[f"{ROW}_min"]
        keep = pc.is_in(table[ROW], firsts)
        return Cleaned(table.filter(keep), table.num_rows - len(firsts))


@dataclass(frozen=True)
class ImpossibleValues:
    """Take out values of a column outside [low, high]: the row to the quarantine, or the value to missing."""

    column: str
    low: float = -np.inf
    high: float = np.inf
    to: To = "quarantine"

    def __post_init__(self) -> None:
        _known(self.column)
        require(self.to in get_args(To), "impossible.to", " or ".join(get_args(To)), self.to)
        require(self.low <= self.high, "impossible.low", f"at most {self.high:g}", self.low)

    def __call__(self, table: pa.Table) -> Cleaned:
        """Judge each value; what is no number is left to the border."""
        if self.column not in table.column_names:
            return Cleaned(table, 0)
        sent = casts.flat(table[self.column])
        values = casts.numbers(sent, self.column).column.fill_null(np.nan).to_numpy(zero_copy_only=False)
        wrong = (values < self.low) | (values > self.high)
        if not wrong.any():
            return Cleaned(table, 0)
        if self.to == "missing":
            return Cleaned(_put(table, self.column, pc.if_else(pa.array(wrong), None, sent)), int(wrong.sum()))
        findings = Findings(table.num_rows)
        findings.note(self.column, f"{self.low:g} to {self.high:g}", wrong, sent)
        return Cleaned(*_counted(findings.split(table)))


@dataclass(frozen=True)
class Missing:
    """Say what becomes of a row in which a column has no value.

    >>> Missing("place", "constant", "web")(pa.table({"place": ["7", None]})).table["place"].to_pylist()
    ['7', 'web']
    """

    column: str
    how: How = "leave"
    value: str | int | float | None = None

    def __post_init__(self) -> None:
        _known(self.column)
        require(self.how in get_args(How), "missing.how", " or ".join(get_args(How)), self.how)
        require((self.how == "constant") == (self.value is not None), "missing.value", "one for constant", self.value)

    def __call__(self, table: pa.Table) -> Cleaned:
        """Count them, and fill or drop them."""
        rows = table.num_rows
        column = casts.flat(table[self.column]) if self.column in table.column_names else pa.nulls(rows)
        lacks = ~casts.valid(column)
        count = int(lacks.sum())
        if self.how == "leave" or not count:
            return Cleaned(table, count)
        if self.how == "drop":
            return Cleaned(table.filter(pa.array(~lacks)), count)
        return Cleaned(_put(table, self.column, _filled(column, self.value, f"missing.{self.column}")), count)


STEPS: Final[dict[str, type[Any]]] = {
    "duplicates": ExactDuplicates,
    "impossible": ImpossibleValues,
    "missing": Missing,
}


def step(where: str, declared: Mapping[str, Any]) -> Step:
    """Return the step that a table of a mapping file declares.

    >>> step("clean", {"step": "missing", "column": "user", "how": "drop"})
    Missing(column='user', how='drop', value=None)
    """
    name = str(declared.get("step", ""))
    if name not in STEPS:
        raise UserError(unknown(f"{where}.step", "steps", STEPS, name))
    made = STEPS[name]
    known = [field.name for field in fields(made)]
    for key in declared:
        if key not in ("step", *known):
            raise UserError(unknown(f"{where}.{key}", "settings", known, key))
    try:
        built: Step = made(**{key: value for key, value in declared.items() if key != "step"})
    except TypeError as error:
        raise UserError(expected(where, f"the settings of {name}: {' '.join(known)}", str(error))) from None
    return built


def _known(column: str) -> None:
    if column not in FIELDS:
        raise UserError(unknown("clean.column", "fields", FIELDS, column))


def _put(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, column)
    return table.append_column(name, column)


def _filled(column: pa.Array, value: Any, where: str) -> pa.Array:
    if pa.types.is_null(column.type):
        return pa.repeat(pa.scalar(value), len(column))
    try:
        return pc.fill_null(column, pa.scalar(str(value) if casts.is_text(column.type) else value).cast(column.type))
    except pa.ArrowInvalid:
        raise UserError(expected(where, f"a value of type {column.type}", value)) from None


def _counted(split: tuple[pa.Table, Refusals]) -> tuple[pa.Table, int, Refusals]:
    return split[0], len(split[1]), split[1]
