"""The one wording of errors."""

from __future__ import annotations

import pytest

from evercart.errors import UserError, expected, require


def test_a_rule_that_holds_says_nothing() -> None:
    require(True, "where", "rule", 1)


@pytest.mark.parametrize(
    ("got", "text"),
    [
        ("x", "where: expected a rule, got 'x'"),
        (-3, "where: expected a rule, got -3"),
        (None, "where: expected a rule, got None"),
        ("", "where: expected a rule, got ''"),
    ],
)
def test_the_text_names_where_rule_and_value(got: object, text: str) -> None:
    with pytest.raises(UserError) as raised:
        require(False, "where", "a rule", got)
    assert str(raised.value) == text


def test_a_long_value_is_cut_with_its_length() -> None:
    text = expected("field", "at most 1 MB", "y" * 10_000_000)
    assert len(text) < 250
    assert text.endswith("… (10,000,002 characters)")
