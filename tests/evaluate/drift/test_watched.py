"""What is watched comes in order, with its place."""

import numpy as np
import pytest

from evercart.evaluate.drift.watched import guesses, losses, questions, released, tame
from evercart.evaluate.losses import log_loss, squared
from evercart.evaluate.race import Race
from evercart.evaluate.scored import Scored
from evercart.labels.turns import ASKED
from evercart.testing import Raced, Turned


@pytest.fixture(scope="module")
def turns():
    return Turned().draw(1, 60, ())


def test_losses_are_of_the_racer_named():
    scored = Scored(
        np.array([3, 5]),
        np.array([30, 50]),
        np.array([1.0, 2.0]),
        np.zeros(2, np.uint64),
        np.zeros(2, np.int16),
        np.array([[1.0, 0.0], [2.0, 0.0]]),
    )
    found = losses(scored, 1, squared)
    assert found.place.tolist() == [3, 5]
    assert found.us.tolist() == [30, 50]
    assert found.value.tolist() == [1.0, 4.0]


def test_questions_and_guesses_are_of_the_rows_asked(turns):
    asked = turns.rows(turns.what == ASKED)
    np.testing.assert_array_equal(questions(turns).value, asked.x)
    guess = np.where(turns.what == ASKED, 0.5, np.nan)
    found = guesses(turns, guess)
    assert found.value.shape == (len(asked), 1)
    assert (found.value == 0.5).all()
    np.testing.assert_array_equal(found.place, asked.offset)


def test_a_heavy_miss_counts_as_itself_not_as_its_square():
    lost = np.array([0.0, 4.0, 1e6])
    assert tame(squared, lost).tolist() == [0.0, 2.0, 1e3]
    assert tame(log_loss, lost) is lost


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_a_question_is_released_at_the_row_where_a_race_hands_it_out(seed, early):
    stream = Raced(("a",))
    batch = stream.draw(seed, 150, ())
    race = Race(("a",), early=early)
    state, row, number = race.start(), [], []
    for at in range(150):
        state, scored = race.step(state, stream.rows(batch, at, at + 1))
        row += [at] * len(scored)
        number += scored.number.tolist()
    whole = race.step(race.start(), batch)[1].number
    assert whole.tolist() == number
    assert len(number) > 5
    assert released(batch[0], whole, early).tolist() == row
