"""The nearest row kept is found, to the last bit, whatever comes beside it."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.fold import pack, unpack
from evercart.remember.near import Near

RNG = np.random.default_rng(1)
X = RNG.normal(size=(300, 8)).astype(np.float32)
ASKED = RNG.normal(size=(20, 8)).astype(np.float32)


def kept(near, parts):
    state = near.start()
    for part in parts:
        state = near.keep(state, part)
    return state


def test_the_nearest_of_all():
    near = Near(8, most=400)
    found = near.distances(near.keep(near.start(), X), ASKED)
    exact = ((ASKED[:, None] - X[None]) ** 2).sum(2).min(1)
    np.testing.assert_allclose(found, exact, rtol=1e-2)


def test_each_row_for_itself_to_the_last_bit():
    near = Near(8, most=100)
    state = near.keep(near.start(), X)
    alone = [near.distances(state, ASKED[row : row + 1])[0] for row in range(20)]
    np.testing.assert_array_equal(near.distances(state, ASKED), alone)


def test_rows_kept_do_not_depend_on_how_they_came():
    near = Near(8, most=50)
    one, other = kept(near, [X]), kept(near, np.array_split(X, 7))
    np.testing.assert_array_equal(one.rows, other.rows)
    assert one.came[0] == 300


def test_old_rows_are_as_likely_to_be_kept_as_new_ones():
    x = np.arange(4_000, dtype=np.float32)[:, None] / 1_000
    rows = kept(Near(1, most=400), [x]).rows[:, 0] / 4096
    assert 0.4 < (rows < 2).mean() < 0.6


def test_a_state_goes_on_from_a_file():
    near = Near(8, most=50)
    state = kept(near, [X[:200]])
    loaded = near.keep(unpack(near.start(), pack(state)), X[200:])
    np.testing.assert_array_equal(loaded.rows, kept(near, [X[:200], X[200:]]).rows)


def test_an_empty_memory_is_infinitely_far():
    assert np.isinf(Near(8).distances(Near(8).start(), ASKED)).all()


def test_what_is_not_finite_counts_as_nothing():
    near = Near(2, most=4)
    state = near.keep(near.start(), np.array([[np.nan, 1e9]], np.float32))
    assert near.distances(state, np.array([[0, np.inf]], np.float32)).tolist() == [(32_767 / 4096) ** 2]


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"inputs": 0}, "near.inputs: expected at least 1, got 0"),
        ({"most": 0}, "near.most: expected at least 1, got 0"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Near(**{"inputs": 8, **bad})
    assert str(caught.value) == text
