"""A feature's number as people count it."""

from __future__ import annotations

import math

import pytest

from evercart.features.columns import Column
from evercart.serve.looking.natural import Natural, natural


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        (Column("habits.order_per_tie_decayed_28d.log1p", "log1p moments"), math.log1p(3), Natural(3.0, "moments")),
        (Column("a.pace.log_0.03", "log moments/week"), math.log(2.03), Natural(2.0, "moments/week")),
        (Column("a.pace.sqrt", "sqrt minor units/week"), 3.0, Natural(9.0, "minor units/week")),
        (Column("a.log_1_minus_b.log_1", "log rows"), math.log(4), Natural(4.0, "", True)),
        (Column("a.log1p.hinge_1", "log1p moments"), 0.0, Natural(1.0, "", True)),
        (Column("a.scaled", "86400 s"), 3.5, Natural(3.5, "days")),
        (Column("a.log_0.05", "log 8 86400 s"), math.log(2.05), Natural(16.0, "days")),
        (Column("a", "1"), 0.25, Natural(0.25, "")),
        (Column("asked.user", slots=8), 5.0, Natural(5.0, "")),
    ],
)
def test_logarithms_are_undone(column: Column, value: float, found: Natural) -> None:
    said = natural(column, value)
    assert (said.unit, said.times) == (found.unit, found.times)
    assert said.value == pytest.approx(found.value)


def test_what_is_no_number_stays_none() -> None:
    assert math.isnan(natural(Column("a.log1p", "log1p rows"), math.nan).value)
