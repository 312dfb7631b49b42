"""Losses under attack are decayed means."""

import numpy as np
import pytest

from evercart.harden.fought import Fought, fought


def never():
    return Fought(np.zeros(1), np.zeros(1), np.zeros(1))


def test_decayed_means():
    one = never()
    assert one.losses() is None
    one.add(1.0, 4.0, 0.5)
    one.add(2.0, 8.0, 0.5)
    assert one.losses() == (pytest.approx(2.5 / 1.5), pytest.approx(10 / 1.5))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_left_out(bad):
    one = never()
    one.add(1.0, 4.0, 0.9)
    one.add(bad, 1.0, 0.9)
    one.add(1.0, bad, 0.9)
    assert one.losses() == (1.0, 4.0)


def test_found_within_any_state():
    one = never()
    one.add(1.0, 4.0, 0.9)
    assert fought((np.zeros(1), (never(), (one,)))) == (1.0, 4.0)
    assert fought((np.zeros(1), never())) is None
    assert fought(np.zeros(1)) is None
