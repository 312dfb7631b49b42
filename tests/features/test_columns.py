"""Columns say what X means; unknown names are refused by name."""

from __future__ import annotations

import pytest

from evercart.errors import UserError
from evercart.features.columns import MOST_SLOTS, Column, chosen


def test_number_or_slot() -> None:
    assert Column("a").is_number
    assert not Column("a", slots=2).is_number


@pytest.mark.parametrize("slots", [-1, MOST_SLOTS + 1])
def test_slots_that_float32_cannot_hold_are_refused(slots: int) -> None:
    with pytest.raises(UserError, match=f"^column a.slots: expected 0 to 16777216, got {slots}$"):
        Column("a", slots=slots)


def test_chosen_lists_what_there_is() -> None:
    columns = (Column("a"), Column("b"), Column("c"))
    assert chosen(columns, ("c", "a")) == (2, 0)
    with pytest.raises(UserError, match=r"^column: expected one of a b c, got 'd'$"):
        chosen(columns, ("d",))
