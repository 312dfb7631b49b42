"""Hashed categories of the question, alone or crossed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features import Hashed
from evercart.features.columns import MOST_SLOTS
from evercart.features.hashed import slot_of
from evercart.hashing import mix


def question(item: int, place: int) -> dict[str, Any]:
    return {"at": 1, "kind": "decision", "user": 1, "item": item, "place": place}


def test_missing_is_slot_0_and_nothing_else_is(say: Any) -> None:
    x = say(Hashed(("item",), slots=3), question(0, 1), question(1, 0), question(2, 0), question(3, 0), keep_s=1)
    assert x.ravel().tolist() == [0, 2, 1, 2]


def test_a_cross_follows_each_of_its_columns(say: Any) -> None:
    cross = Hashed(("item", "place"), slots=1 << 20, space="shared")
    pairs = [(5, 6), (5, 7), (6, 5), (5, 0), (0, 6)]
    x = say(cross, *(question(*pair) for pair in pairs)).ravel().tolist()
    assert x[0] == 1 + int(mix(np.uint64(5), np.uint64(6))) % ((1 << 20) - 1)
    assert len(set(x[:3])) == 3
    assert x[3:] == [0, 0]
    assert (cross.outputs[0].name, cross.outputs[0].space) == ("item_x_place", "shared")


def test_slots_fit_float32() -> None:
    slots = slot_of(np.array([0, 2**64 - 1, MOST_SLOTS - 2], np.uint64), MOST_SLOTS)
    assert slots.max() == MOST_SLOTS - 1
    assert np.array_equal(slots.astype(np.float32).astype(np.int32), slots)


@pytest.mark.parametrize(
    ("columns", "slots", "text"),
    [
        ((), 9, r"hashed.columns: expected at least one column, got \(\)"),
        (("amount",), 9, "hashed.columns: expected one of .*, got 'amount'"),
        (("item",), 1, "item.slots: expected 2 to 16777216, got 1"),
        (("item",), MOST_SLOTS + 1, "item.slots: expected 2 to 16777216, got 16777217"),
    ],
)
def test_bad_hashes_are_refused(columns: tuple[str, ...], slots: int, text: str) -> None:
    with pytest.raises(UserError, match=f"^{text}$"):
        Hashed(columns, slots)
