"""A row counts while its log time is later than the question's less the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evercart.errors import UserError
from evercart.features import Count, Distinct, Mean, Sum
from evercart.features.windows import span, unit_of

ORDER = {"at": 100, "kind": "order", "user": 1}


@pytest.mark.parametrize(("at", "count"), [(100, 1), (109.999999, 1), (110, 0), (110.000001, 0)])
def test_window_is_open_behind(say: Any, at: float, count: int) -> None:
    assert say(Count("order", 10), ORDER, {"at": at, "kind": "decision", "user": 1}) == count


def test_each_measure(say: Any) -> None:
    rows = [
        {**ORDER, "amount": 5, "session": 8, "place": 4},
        {**ORDER, "amount": 9, "session": 8},
        {**ORDER, "session": 3, "place": 4},
        {**ORDER, "user": 2, "amount": 70, "session": 7},
        {**ORDER, "kind": "view", "amount": 70, "session": 7},
        {"at": 101, "kind": "decision", "user": 1, "amount": 1_000},
    ]
    features = (
        Count("order", 10),
        Count("order", 10, where="place"),
        Sum("order", "amount", 10),
        Mean("order", "amount", 10),
        Distinct("order", "session", 10),
    )
    assert say(features, *rows).tolist() == [[3, 2, 14, 7, 2]]


def test_a_value_seen_again_stays_distinct_until_its_last_row_leaves(say: Any) -> None:
    rows = [{**ORDER, "at": at, "session": 8} for at in (100, 106)]
    asked = [{"at": at, "kind": "decision", "user": 1} for at in (111, 115.999999, 116)]
    assert say(Distinct("order", "session", 10), *rows, *asked).ravel().tolist() == [1, 1, 0]


def test_large_sums_come_back_to_zero(say: Any) -> None:
    rows = [{**ORDER, "amount": 2**62}, {**ORDER, "at": 105, "amount": 1}]
    asked = [{"at": 112, "kind": "decision", "user": 1}]
    assert say(Sum("order", "amount", 10), *rows, *asked) == 1


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Count("order", -1), "order_count.window_s: expected a whole number of seconds above 0, got -1"),
        (
            lambda: Sum("order", "amount", 0),
            "order_amount_sum.window_s: expected a whole number of seconds above 0, got 0",
        ),
        (lambda: Mean("order", "user", 9), "column of order: expected one of .*, got 'user'"),
        (lambda: Distinct("ordr", "user", 9), "kind: expected one of .*, got 'ordr'"),
    ],
)
def test_bad_windows_are_refused(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{text}$"):
        make()


def test_names_and_units() -> None:
    features = (Count("order", 7_200, where="item"), Sum("order", "quantity", 90), Distinct("view", "item", 86_400))
    assert [(feature.name, feature.unit) for feature in features] == [
        ("order_count_with_item_2h", "rows"),
        ("order_quantity_sum_90s", "thousandths"),
        ("view_item_distinct_1d", "values"),
    ]
    assert [unit_of(column) for column in ("amount", "discount", "value")] == ["minor units", "minor units", "1"]
    assert [span(s) for s in (1, 60, 61, 3_600, 604_800)] == ["1s", "1m", "61s", "1h", "7d"]
