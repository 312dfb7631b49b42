"""The handbook's table is known by its columns."""

from __future__ import annotations

from evercart.detecting.handbook import is_handbook


def test_the_columns_in_any_case() -> None:
    names = ["TX_DATETIME", "CUSTOMER_ID", "TERMINAL_ID", "TX_AMOUNT_CENTS", "TX_FRAUD", "more"]
    assert is_handbook(names)
    assert not is_handbook(names[1:])
