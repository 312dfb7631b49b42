"""Filling with a key's last value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import DTYPES, Events, missing
from evercart.events.last import Last
from evercart.testing import Logged, check_fold
from evercart.units import MISSING, SECOND_US


@pytest.mark.parametrize(
    ("column", "key"), [("place", "user"), ("amount", "item"), ("value", "user"), ("live", "item")]
)
def test_the_four_laws(column: str, key: str) -> None:
    check_fold(lambda _: Last(column, key, keep_s=60), Logged())


def _filled(fold: Last, **columns: Any) -> list[Any]:
    return fold.step(fold.start(), Events.of(**columns))[1][fold.column].tolist()


@pytest.mark.parametrize("column", ["quantity", "value", "brand", "currency"])
def test_a_value_of_any_type_is_filled_bit_for_bit(column: str) -> None:
    value = {"value": -0.1, "brand": 2**64 - 3, "currency": 978, "quantity": -(2**62)}[column]
    filled = _filled(Last(column, "user"), kind=[2, 2], user=[7, 7], **{column: [value, missing(column)]})
    assert filled == [value, value]
    assert DTYPES[column].type(filled[1]) == value


def test_the_first_row_after_keep_s_forgets() -> None:
    rows = {"kind": [2, 2, 2], "user": [7, 7, 7], "amount": [5, MISSING, MISSING]}
    assert _filled(Last("amount", "user", 1), logged_us=[0, SECOND_US, SECOND_US + 1], **rows) == [5, 5, MISSING]


def test_questions_read_but_do_not_write() -> None:
    rows = {"kind": [2, 7, 2, 7], "user": [7] * 4, "amount": [5, 9, MISSING, MISSING], "number": [-1, 0, -1, 1]}
    assert _filled(Last("amount", "user"), **rows) == [5, 9, 5, 5]


def test_the_rows_given_are_left_as_they_were() -> None:
    fold, rows = Last("amount", "user"), Events.of(kind=[2, 2], user=[1, 1], amount=[5, MISSING])
    fold.step(fold.start(), rows)
    assert rows["amount"].tolist() == [5, MISSING]


def test_bad_settings_are_told() -> None:
    with pytest.raises(UserError, match=r"^last\.key: expected a hashed column, got 'amount'$"):
        Last("place", "amount")
    with pytest.raises(UserError, match=r"^last\.keep_s: expected more than 0, got 0$"):
        Last("place", "user", 0)
    with pytest.raises(UserError, match=r"^last\.column: expected one of quantity amount .*, got 'kind'$"):
        Last("kind", "user")


def test_a_slow_oracle_agrees() -> None:
    rows = Logged(keys=5).draw(3, 400, (60 * SECOND_US,))
    memory: dict[int, tuple[int, int]] = {}
    want = []
    for us, kind, key, place in zip(*(rows[n].tolist() for n in ("logged_us", "kind", "user", "place")), strict=True):
        memory = {k: (v, t) for k, (v, t) in memory.items() if us - t <= 60 * SECOND_US}
        want.append(place or memory.get(key, (0, 0))[0])
        if key and place and kind != 7:
            memory[key] = (place, us)
    fold = Last("place", "user", 60)
    got = fold.step(fold.start(), rows)[1]["place"]
    assert np.array_equal(got, np.array(want, np.uint64))
    assert not np.array_equal(got, rows["place"])
