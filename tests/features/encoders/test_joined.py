"""Vectors side by side, each in its share."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.encoders.grams import Grams
from evercart.features.encoders.joined import Joined

JOINED = Joined((Grams(64), Grams(32)), (1.0, 0.5))


def test_each_has_its_columns_and_its_share():
    x = JOINED(["red shoe"] * 300)
    assert x.shape == (300, JOINED.width)
    np.testing.assert_allclose(np.linalg.norm(x[299, 64:]), 0.5, rtol=1e-6)
    np.testing.assert_array_equal(x[0, :64], Grams(64)(["red shoe"])[0])


def test_the_fingerprint_is_that_of_parts_shares_order():
    parts = (Grams(64), Grams(32))
    made = (JOINED, Joined(parts, (1.0, 1.0)), Joined(parts[::-1], (0.5, 1.0)), Joined(parts[:1], (1.0,)))
    assert len({one.fingerprint for one in made}) == 4 and JOINED.fingerprint == Joined(parts, (1.0, 0.5)).fingerprint


def test_of_a_long_text_the_beginning_is_read():
    np.testing.assert_array_equal(*JOINED(["a b " * 250_000, "a b " * 500]))


@pytest.mark.parametrize(
    ("encoders", "shares", "text"),
    [
        ((), (), "joined.encoders: expected at least one, got 0"),
        ((Grams(),), (1.0, 2.0), "joined.shares: expected one an encoder, got 2"),
        ((Grams(),), (0.0,), "joined.shares: expected more than 0, got 0.0"),
    ],
)
def test_bad_settings(encoders, shares, text):
    with pytest.raises(UserError) as caught:
        Joined(encoders, shares)
    assert str(caught.value) == text
