"""Streams of payments to act on are told of, are scrambled from a row on."""

import numpy as np

from evercart.acting.actor import Risks
from evercart.labels.turns import ASKED
from evercart.testing.cased import Cased


def test_what_is_asked_has_no_outcome():
    cases = Cased((3, 2)).draw(1, 500, ())
    asked = cases.what == ASKED
    assert 0.4 < asked.mean() < 0.6
    assert np.isnan(cases.lost[asked]).all() and np.isfinite(cases.lost[~asked]).all()
    assert set(cases.action[asked]) == {-1} and set(cases.action[~asked]) == {0, 1, 2, 3}
    assert cases.slot.max(0).tolist() == [2, 1]


def test_scrambling_keeps_what_was_before_and_the_clock():
    stream = Cased(told=False)
    was = stream.draw(1, 50, ())
    now = stream.scramble(was, 20, 2)
    assert isinstance(was, Risks)
    np.testing.assert_array_equal(now.amount[:20], was.amount[:20])
    np.testing.assert_array_equal(now.us, was.us)
    assert (now.amount[20:] != was.amount[20:]).any()
