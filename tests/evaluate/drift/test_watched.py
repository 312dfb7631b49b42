"""What is watched comes in order, with its place."""

import numpy as np

from evercart.evaluate.drift.watched import guesses, losses, questions
from evercart.evaluate.losses import squared
from evercart.evaluate.scored import Scored
from evercart.labels.turns import ASKED
from evercart.testing import Turned

TURNS = Turned().draw(1, 60, ())


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


def test_questions_and_guesses_are_of_the_rows_asked():
    asked = TURNS.rows(TURNS.what == ASKED)
    np.testing.assert_array_equal(questions(TURNS).value, asked.x)
    guess = np.where(TURNS.what == ASKED, 0.5, np.nan)
    found = guesses(TURNS, guess)
    assert found.value.shape == (len(asked), 1)
    assert (found.value == 0.5).all()
    np.testing.assert_array_equal(found.place, asked.offset)
