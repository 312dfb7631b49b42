"""What an app asks of a table is what tables have."""

from __future__ import annotations

import pytest

from evercart.features import Count, Table
from evercart.features.interests import Interests
from evercart.features.lives import Lives
from evercart.features.tabling import Tabling


@pytest.mark.parametrize("table", [Table("user", ("user",), (Count("order", 60),)), Lives(), Interests()])
def test_tables_are_such(table: Tabling) -> None:
    asked = {name for name in vars(Tabling) if not name.startswith("_")}
    assert asked <= set(dir(table))
    assert table.grain == "event"
    assert all(column.name.startswith(f"{table.name}.") for column in table.columns)
