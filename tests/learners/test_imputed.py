"""Missing numbers are filled by what was asked in earlier ticks."""

import numpy as np
import pytest
from rows import COLUMNS, turns

from evercart.errors import UserError
from evercart.labels.turns import ASKED, SETTLED
from evercart.learners.imputed import Imputed
from evercart.learners.linear import Linear


def filled(how, given):
    """Return the guesses of a model that knows nothing but what it was given."""
    wrapper = Imputed(Linear(COLUMNS[:1], "squared", bias=False), COLUMNS[:1], how)
    state, guesses = wrapper.step(wrapper.start(), given)
    return state, guesses


def test_the_tick_itself_does_not_count():
    given = turns([ASKED, ASKED, SETTLED], [0, 0, 0], [4.0, np.nan, np.nan], [0, 0, 5.0])
    state, _ = filled("mean", given)
    assert not state.learner.memory.any()  # NaN became 0 before anything was known, so nothing was learned
    assert state.seen[0].tolist() == [1.0, 4.0]


def test_labels_do_not_count():
    state, _ = filled("mean", turns([SETTLED, SETTLED], [0, 1], [4.0, 6.0], [1.0, 1.0]))
    assert not state.seen.any()


def test_it_is_learned_as_filled():
    missing = turns([ASKED, SETTLED], [0, 1], [3.0, np.nan], [0, 2.0])
    given = turns([ASKED, SETTLED], [0, 1], [3.0, 3.0], [0, 2.0])
    for how in ("mean", "median", "mode"):
        np.testing.assert_array_equal(filled(how, missing)[0].learner.memory, filled(how, given)[0].learner.memory)


def test_bad_settings():
    with pytest.raises(UserError, match=r"^imputed\.how: expected one of mean median mode, got 'max'$"):
        Imputed(Linear(COLUMNS), COLUMNS, "max")
