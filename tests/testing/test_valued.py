"""Streams of values jump, have holes, are scrambled from a row on."""

import numpy as np

from evercart.features.columns import Column
from evercart.testing.valued import Valued


def test_levels_jump_and_values_are_missing():
    values = Valued().draw(1, 2000, ()).value
    assert np.isnan(values).any()
    assert np.nanmax(values) > 9_000
    assert np.nanmin(values) < 0


def test_scrambling_keeps_what_was_before_and_the_clock():
    stream = Valued((Column("number"), Column("slot", slots=9)))
    was = stream.draw(1, 50, ())
    now = stream.scramble(was, 20, 2)
    np.testing.assert_array_equal(now.value[:20], was.value[:20])
    np.testing.assert_array_equal(now.us, was.us)
    assert (now.value[20:] != was.value[20:]).any()


def test_slots_are_slots():
    slots = Valued((Column("slot", slots=9),)).steady(1, 500, 10, 1000).value
    assert slots.shape == (500, 1)
    assert set(np.unique(slots)) <= set(range(9))
