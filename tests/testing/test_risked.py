"""Payments to act on: mostly good; scrambling leaves what was asked."""

import numpy as np

from evercart.testing.risked import Risked


def test_most_are_good_some_have_no_amount():
    risks = Risked().draw(1, 2000, ())
    assert (risks.chance < 0.5).mean() > 0.7
    assert 0 < (risks.amount < 0).mean() < 0.2


def test_scrambling_leaves_the_row_that_is_asked_about():
    stream = Risked()
    was = stream.steady(1, 50, 10, 1000)
    now = stream.scramble(was, 20, 2)
    np.testing.assert_array_equal(now.chance[:21], was.chance[:21])
    np.testing.assert_array_equal(now.us, was.us)
    assert (now.chance[21:] != was.chance[21:]).all()
