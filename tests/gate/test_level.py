"""The level of a reign is spent over its challengers."""

from __future__ import annotations

import math

import pytest

from evercart.errors import UserError
from evercart.gate.level import needed, share


def test_shares_add_up_to_the_level_however_many_come() -> None:
    spent = sum(share(0.01, n) for n in range(1, 100_000))
    assert 0.0099999 < spent < 0.01


def test_evidence_needed_is_villes() -> None:
    assert needed(0.01) == pytest.approx(math.log(100))


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, math.nan])
def test_a_level_is_a_chance(level: float) -> None:
    with pytest.raises(UserError, match=rf"^level: expected a number between 0 and 1, got {level}$"):
        share(level, 1)


def test_challengers_are_counted_from_one() -> None:
    with pytest.raises(UserError, match=r"^challenger: expected 1 for the first, got 0$"):
        share(0.01, 0)
