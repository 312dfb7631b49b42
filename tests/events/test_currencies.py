"""Declared currencies."""

from __future__ import annotations

from evercart.events.currencies import CURRENCIES, digits


def test_codes_and_numbers_are_one_to_one() -> None:
    assert len(set(CURRENCIES.values())) == len(CURRENCIES) >= 155
    assert all(len(code) == 3 and code.isupper() and 0 < number < 1000 for code, number in CURRENCIES.items())


def test_well_known_ones() -> None:
    assert [CURRENCIES[code] for code in ("USD", "EUR", "CNY", "JPY", "GBP")] == [840, 978, 156, 392, 826]
    assert [digits(code) for code in ("USD", "JPY", "KWD", "CLF", "???")] == [2, 0, 3, 4, 2]
