"""What settles a question."""

from __future__ import annotations

import pytest

from evercart.errors import UserError
from evercart.labels.answers import Answer, says, total, yes


def test_a_yes_can_wait_for_the_close() -> None:
    assert yes("order").at_once
    assert yes("order", at_once=False) == Answer("order", most=1.0)


def test_a_total_is_scaled_then_capped() -> None:
    answer = total("order", "amount", scale=0.01, most=300)
    assert (answer.column, answer.scale, answer.most, answer.at_once) == ("amount", 0.01, 300, False)


def test_a_column_that_holds_no_integers_is_refused() -> None:
    with pytest.raises(UserError, match=r"^answer\.column: expected an integer column, got 'user'$"):
        total("order", "user")


def test_what_says_names_its_column() -> None:
    with pytest.raises(UserError, match=r"^answer\.says: expected a column, at once, got 'none'$"):
        Answer("resolved", "ref", most=1.0, at_once=True, says=True)
    assert says("resolved", "fraud", by="ref").at_once
