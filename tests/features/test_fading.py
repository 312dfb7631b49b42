"""Decayed sums halve once a half-life; recency ends at the longest window."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features import Decayed, Recency

ORDER = {"at": 100, "kind": "order", "user": 1}


def asked(at: float) -> dict[str, Any]:
    return {"at": at, "kind": "decision", "user": 1}


def test_decayed(say: Any) -> None:
    rows = [{**ORDER, "amount": 80}, {**ORDER, "at": 110, "amount": 20}, {**ORDER, "at": 111}]
    x = say((Decayed("order", "amount", 10), Decayed("order", None, 10)), *rows, asked(120), keep_s=100)
    np.testing.assert_allclose(x, [[80 / 4 + 20 / 2, 1 / 4 + 1 / 2 + 2**-0.9]], rtol=1e-6)


def test_a_number_that_is_not_finite_is_absent(say: Any) -> None:
    rows = [{**ORDER, "kind": "outcome", "value": value} for value in (float("nan"), float("inf"), 2.5)]
    assert say(Decayed("outcome", "value", 10), *rows, asked(100), keep_s=100) == 2.5


@pytest.mark.parametrize(("at", "age"), [(100, 0), (100.5, 0.5), (149.999999, 49.999999), (150, 50), (999, 50)])
def test_recency(say: Any, at: float, age: float) -> None:
    assert say(Recency("order"), ORDER, asked(at), keep_s=50) == np.float32(age)


def test_never_reads_as_the_longest_window_though_the_key_is_known(say: Any) -> None:
    features = (Recency("order"), Recency("order", where="place"), Recency("view"))
    assert say(features, ORDER, asked(101), keep_s=50).tolist() == [[1, 50, 50]]


def test_never_is_not_the_beginning_of_time(say: Any) -> None:
    rows = [{**ORDER, "at": 1}, asked(2)]
    assert say((Recency("order"), Recency("view")), *rows, keep_s=50).tolist() == [[1, 50]]


def test_what_is_kept_without_a_window_is_forgotten_with_the_key(say: Any) -> None:
    rows = [ORDER, {**ORDER, "at": 150}]
    assert say(Decayed("order", None, 10_000), *rows, asked(150), keep_s=50) == 1


def test_bad_half_life_is_refused() -> None:
    text = "^order_decayed.half_life_s: expected a whole number of seconds above 0, got 0$"
    with pytest.raises(UserError, match=text):
        Decayed("order", None, 0)
    assert Decayed("order", "amount", 3_600).outputs[0].unit == "minor units"
