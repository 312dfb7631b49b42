"""Needs check kinds, columns, durations at once, in the one wording."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evercart.errors import UserError
from evercart.features.needs import Decay, Last, Recent, Tally, Variety, seconds


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Tally("ordr", 1), "kind: expected one of view order .*, got 'ordr'"),
        (lambda: Last("decision"), r"kind: expected a kind that writes \(.*\), got 'decision'"),
        (lambda: Tally("order", 1, "user"), "column of order: expected one of quantity amount .*, got 'user'"),
        (lambda: Tally("order", 1, "number"), "column of order: expected one of .*, got 'number'"),
        (lambda: Tally("order", 1, where="itm"), "where of order: expected one of .* item .*, got 'itm'"),
        (lambda: Last("order", "itm"), "where of order: expected one of .* item .*, got 'itm'"),
        (lambda: Variety("order", 1, "amount"), "column of order: expected one of .* session .*, got 'amount'"),
        (lambda: Decay("order", 1, "session"), "column of order: expected one of .* amount .*, got 'session'"),
        (lambda: Recent("view", "amount", 1, 9), "column of view: expected one of .* item .*, got 'amount'"),
        (lambda: Recent("view", "item", 0, 9), "k: expected at least 1, got 0"),
        (lambda: seconds("w", 0), "w: expected a whole number of seconds above 0, got 0"),
        (lambda: seconds("w", 1.5), "w: expected a whole number of seconds above 0, got 1.5"),  # type: ignore[arg-type]
    ],
)
def test_bad_needs_are_refused(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{text}$"):
        make()


def test_equal_needs_are_one() -> None:
    assert len({Tally("order", 5), Tally("order", 5), Tally("order", 6), Tally("view", 5)}) == 3
