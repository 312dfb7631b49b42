"""Numbers are standardised by what was asked in earlier ticks."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
from rows import COLUMNS, draw, turns

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.labels.turns import ASKED, SETTLED
from evercart.learners.imputed import Imputed
from evercart.learners.scaled import Scaled


class Nothing(NamedTuple):
    kept: np.ndarray


@dataclass
class Shows:
    """A learner that keeps what it was shown."""

    grain = "tick"

    def start(self):
        return Nothing(np.zeros((0, 0), np.float32))

    def step(self, state, given):
        return Nothing(given.x.copy()), np.full(len(given), np.nan)


def shown(wrapper, given):
    return wrapper.step(wrapper.start(), given)[0].learner.kept


def test_a_row_is_scaled_by_the_questions_of_earlier_ticks():
    x, y = draw(40)
    tick = np.arange(40) // 4
    given = turns([ASKED, SETTLED, ASKED, ASKED] * 10, tick, x, y)
    seen = shown(Scaled(Shows(), COLUMNS), given)
    for row in range(40):
        past = x[(tick < tick[row]) & (given.what == ASKED)][:, :2].astype(float)
        scaled = (x[row, :2] - past.mean(0)) / past.std(0) if len(past) else np.zeros(2)
        np.testing.assert_allclose(seen[row, :2], np.clip(scaled, -10, 10), rtol=1e-5)
    np.testing.assert_array_equal(seen[:, 2:], x[:, 2:])


def test_the_turns_that_came_in_are_left_as_they_were():
    x, y = draw(8)
    given = turns([ASKED] * 8, np.arange(8), x, y)
    before = given.x.copy()
    shown(Scaled(Shows(), COLUMNS), given)
    np.testing.assert_array_equal(given.x, before)


def test_missing_values_stay_missing_uncounted():
    column = (Column("a"),)
    given = turns([ASKED] * 4, range(4), [1.0, np.nan, 3.0, np.nan], [0] * 4)
    scaled = Scaled(Shows(), column)
    state, _ = scaled.step(scaled.start(), given)
    assert state.seen[0, :2].tolist() == [2.0, 2.0]
    assert np.isnan(state.learner.kept[[1, 3], 0]).all()


def test_far_values_are_pulled_in_and_equal_ones_say_nothing():
    given = turns([ASKED] * 5, range(5), [1.0, 1.0, 1.0, 2.0, 1e9], [0] * 5)
    assert shown(Scaled(Shows(), (Column("a"),), most=3.0), given)[:, 0].tolist() == [0.0, 0.0, 0.0, 0.0, 3.0]


@pytest.mark.parametrize(("how", "filled"), [("mean", 4.0), ("median", 2.0), ("mode", 1.0)])
def test_filled_then_scaled(how, filled):
    given = turns([ASKED] * 6, [0, 0, 0, 0, 0, 1], [1, 1, 2, 3, 13, np.nan], [0] * 6)
    wrapper = Imputed(Shows(), (Column("a"),), how)
    assert shown(wrapper, given)[5, 0] == filled


def test_bad_settings():
    with pytest.raises(UserError, match=r"^scaled\.most: expected more than 0, got 0$"):
        Scaled(Shows(), COLUMNS, most=0)
    with pytest.raises(UserError, match=r"^column c: expected a number column, got 'a slot column'$"):
        Scaled(Shows(), COLUMNS, use=("c",))
