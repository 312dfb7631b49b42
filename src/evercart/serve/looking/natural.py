"""Natural: a feature's number as people count it, logarithms undone."""

from __future__ import annotations

import math
import re
from typing import Final, NamedTuple

from evercart.features.columns import Column

_DAYS: Final = re.compile(r"(?:(\d+(?:\.\d+)?) )?86400 s")
_LOG: Final = re.compile(r"log_([0-9.e-]+)$")
_MINUS: Final = "_minus_"


class Natural(NamedTuple):
    """A feature's value.

    value   in `unit`; of a slot its number
    times   whether it is a ratio of two such values: 2.0 is twice as much
    """

    value: float
    unit: str
    times: bool = False


def natural(column: Column, value: float) -> Natural:
    """Return what a column's number means.

    >>> natural(Column("habits.order_decayed_28d.log1p", "log1p moments"), math.log(4.0))
    Natural(value=3.0, unit='moments', times=False)
    >>> natural(Column("a.log_0.03_minus_b.log_0.03", "log moments/week"), math.log(2.0)).times
    True
    """
    kind, _, unit = column.unit.partition(" ")
    if not column.is_number or kind not in ("log1p", "log", "sqrt") or not math.isfinite(value):
        return _counted(value, column.unit if column.is_number else "")
    if _MINUS in column.name or ".hinge_" in column.name:
        return Natural(math.exp(value), "", True) if kind != "sqrt" else _counted(value, column.unit)
    if kind == "log1p":
        return _counted(math.expm1(value), unit)
    if kind == "sqrt":
        return _counted(math.copysign(value * value, value), unit)
    above = _LOG.search(column.name)
    return _counted(math.exp(value) - (float(above[1]) if above else 0.0), unit)


def _counted(value: float, unit: str) -> Natural:
    """Return a value with days in the place of seconds."""
    days = _DAYS.fullmatch(unit)
    if days:
        return Natural(value * float(days[1] or 1), "days")
    return Natural(value, "" if unit == "1" else unit)
