"""An app checks its parts."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from evercart.errors import UserError
from evercart.events.outliers import Outliers
from evercart.features import HourOfDay, Table
from evercart.labels.pairs import Tick
from evercart.testing.redeems import TABLE, redeems


def test_columns_are_those_of_the_tables_side_by_side() -> None:
    app = replace(redeems(), tables=(TABLE, Table("clock", (), (HourOfDay(),))))
    assert [column.name.split(".")[0] for column in app.columns] == ["user", "user", "clock"]
    assert app.pairs(Tick()).width == 3


def test_it_reads_what_any_part_reads_but_not_what_mending_adds() -> None:
    app = replace(redeems(), mend=(Outliers("quantity", "item"),))
    assert set(app.reads) == {"user", "amount", "live", "quantity", "item", "id", "ref", "app"}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"name": "Fraud!"}, "app.name: expected lower-case letters, digits, _, got 'Fraud!'"),
        ({"tables": ()}, "app redeems.tables: expected at least one table, got ()"),
        ({"window_s": 0}, "pairs.window_s: expected more than 0, at most a century, got 0"),
        (
            {"tables": (TABLE, TABLE)},
            "app redeems.tables: expected columns with names that differ, got 'user.order_amount_sum_1h.scaled_0.01 "
            "user.order_count_1d.log1p'",
        ),
    ],
)
def test_bad_parts(change: dict, text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        replace(redeems(), **change)
