"""A question's own numbers are features."""

from __future__ import annotations

from itertools import pairwise

import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.features import Table
from evercart.features.own import Own, round_edges
from evercart.units import MISSING


def test_the_number_of_the_question_itself() -> None:
    table = Table("asked", (), (Own("amount"), Own("amount").bucket((0, 100)), Own("latitude")))
    rows = Events.of(kind=[7, 7], number=[0, 1], amount=[250, MISSING], latitude=[float("nan"), 52.5])
    assert table.reads == ("amount", "latitude")
    assert table.step(table.start(), rows)[1].tolist() == [[250, 2, 0], [0, 1, 52.5]]


def test_two_leading_digits() -> None:
    edges = round_edges(3)
    assert edges[:2] == (10.0, 11.0)
    assert edges[-2:] == (9800.0, 9900.0)
    assert all(a < b for a, b in pairwise(edges))


def test_a_column_of_names_is_none_of_numbers() -> None:
    with pytest.raises(UserError, match=r"^own\.column: expected a column of numbers, got 'user'$"):
        Own("user")
