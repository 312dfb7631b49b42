"""Memory: one load at any byte, and a prefetch that changes nothing."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evercart.kernel import kernel
from evercart.memory import load64, prefetch


@kernel
def _load(data, at):
    return load64(data, at)


@kernel
def _touch(data, at):
    prefetch(data, at)


@settings(deadline=None)
@given(st.binary(min_size=8, max_size=40), st.data())
def test_a_word_is_its_eight_bytes(letters, data):
    at = data.draw(st.integers(0, len(letters) - 8))
    assert _load(np.frombuffer(letters, np.uint8), at) == int.from_bytes(letters[at : at + 8], "little")


def test_a_view_is_read_with_its_own_stride():
    every_second = np.arange(32, dtype=np.uint8)[::2]
    assert _load(every_second, 3) == int.from_bytes(bytes(range(6, 14)), "little")


def test_a_prefetch_changes_nothing():
    table = np.arange(12.0).reshape(6, 2)
    before = table.copy()
    _touch(table, 5)
    np.testing.assert_array_equal(table, before)
