"""The last k items, newest first."""

from __future__ import annotations

from typing import Any

import pytest

from evercart.errors import UserError
from evercart.features import LastItems


def test_newest_first_with_room_left_at_slot_0(say: Any) -> None:
    rows: list[dict[str, Any]] = []
    for at, item in enumerate((4, 5, 0, 5, 6)):
        rows += [{"at": at, "kind": "view", "user": 1, "item": item}, {"at": at, "kind": "decision", "user": 1}]
    x = say(LastItems("view", k=3, slots=100), *rows, keep_s=60)
    assert x.tolist() == [[5, 0, 0], [6, 5, 0], [6, 5, 0], [6, 6, 5], [7, 6, 6]]


def test_two_lists_do_not_run_into_each_other(say: Any) -> None:
    lists = (LastItems("view", k=2, slots=100), LastItems("order", k=2, slots=100))
    views = [{"at": at, "kind": "view", "user": 1, "item": at} for at in range(1, 6)]
    order = {"at": 6, "kind": "order", "user": 1, "item": 50}
    asked = {"at": 7, "kind": "decision", "user": 1}
    assert say(lists, *views, order, asked, keep_s=60).tolist() == [[6, 5, 51, 0]]


def test_places_share_their_weights() -> None:
    assert {column.space for column in LastItems("view", k=3).outputs} == {"view_item_last"}
    assert {column.space for column in LastItems("view", k=3, space="item").outputs} == {"item"}


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"k": 0}, "k: expected at least 1, got 0"),
        ({"slots": 1}, "view_item_last.slots: expected 2 to 16777216, got 1"),
        ({"column": "amount"}, "column of view: expected one of .*, got 'amount'"),
    ],
)
def test_bad_lists_are_refused(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{text}$"):
        LastItems("view", **wrong)
