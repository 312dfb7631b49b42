"""Decayed sums halve once a half-life; recency ends at the longest window."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features import Decayed, Latest, Pace, Recency

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


BASKETS = [{"at": at, "kind": "order", "user": 1, "amount": 10} for at in (100, 100, 103, 110)]


def test_rows_of_one_time_are_a_moment(say: Any) -> None:
    features = (Decayed("order", None, 10, gap_s=0), Decayed("order", None, 10, gap_s=3), Latest("order"))
    np.testing.assert_allclose(say(features, *BASKETS[:2], asked(110), keep_s=90), [[0.5, 0.5, 2]])
    np.testing.assert_allclose(say(features, *BASKETS[:3], asked(110), keep_s=90)[0, 1:], [0.5, 1])
    assert say(Latest("order", "amount", gap_s=3), *BASKETS[:3], asked(110), keep_s=90) == 30


def test_recency_of_earlier_moments(say: Any) -> None:
    features = (*(Recency("order", back=back) for back in (0, 1, 2, 3)), Recency("order", back=1, gap_s=3))
    assert say(features, *BASKETS, asked(111), keep_s=90).tolist() == [[1, 8, 11, 90, 8]]


def test_a_pace_is_what_comes_in_a_week(say: Any) -> None:
    """One a second, whether for one half-life or for ten, less what the prior takes."""
    for seconds in (10, 100):
        rows = [{"at": 100 + second, "kind": "order", "user": 1} for second in range(seconds)]
        pace = say(Pace(Decayed("order", None, 10), prior_s=1e-6), *rows, asked(100 + seconds), keep_s=900)
        assert float(pace[0, 0]) == pytest.approx(7 * 86_400, rel=0.06)
    assert say(Pace(Decayed("order", None, 10), prior_s=1.0), asked(5), keep_s=9) == 0


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Pace(Decayed("order", None, 9), 0), "order_decayed_9s.pace.prior_s: expected more than 0, got 0"),
        (lambda: Decayed("order", "amount", 9, gap_s=0), "column of order: expected none where .*, got 'amount'"),
        (lambda: Decayed("order", None, 9, gap_s=-1), "order_decayed.gap_s: expected a whole .* at least 0, got -1"),
        (lambda: Recency("order", back=-1), "back of order: expected a whole number of at least 0, got -1"),
        (lambda: Latest("order", "session"), "column of order: expected one of .* amount .*, got 'session'"),
    ],
)
def test_bad_moments_are_refused(make: Any, text: str) -> None:
    with pytest.raises(UserError, match=f"^{text}$"):
        make()
