"""Names of simulated things."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.hashing import hash_strings
from evercart.testing.naming import LETTERS, hashed, named
from evercart.units import MISSING


@pytest.mark.parametrize("column", LETTERS)
def test_a_name_is_hashed_as_if_it_had_been_made(column: str) -> None:
    numbers = np.array([0, 9, 10, 99, 100, MISSING, 12_345_678_901, 2**62])
    assert hashed(column, numbers, 17).tolist() == hash_strings(named(column, numbers), 17).tolist()
