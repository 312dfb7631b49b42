"""What is shown waits for its publication; what learns does not."""

import numpy as np
import pytest
from rows import COLUMNS, draw, turns

from evercart import fold
from evercart.errors import UserError
from evercart.labels.turns import ASKED, SETTLED
from evercart.learners.linear import Linear
from evercart.learners.published import Published, periods
from evercart.learners.scaled import Scaled


def stream(rows=60, begins=1_000):
    x, y = draw(rows)
    return turns(
        [ASKED, SETTLED, ASKED] * (rows // 3), np.arange(rows) // 3, x, y, us=begins + 10 * (np.arange(rows) // 3)
    )


def learned(learner, given):
    return learner.step(learner.start(), given)


LEARNER = Scaled(Linear(COLUMNS), COLUMNS)


def test_what_learns_is_the_learner():
    given = stream()
    state, _ = learned(Published(LEARNER, 50), given)
    assert fold.fingerprint(state.learner) == fold.fingerprint(learned(LEARNER, given)[0])


def test_guesses_are_those_of_the_ticks_before_the_period():
    given = stream()
    _, guesses = learned(Published(LEARNER, 50), given)
    for row in (0, 14, 15, 29, 44, 59):
        before, _ = learned(LEARNER, given.rows(slice(0, row // 15 * 15)))  # fifteen rows, five ticks a period
        _, alone = LEARNER.step(before, given.rows(slice(row, row + 1)))
        np.testing.assert_array_equal(guesses[row], alone[0])


def test_what_is_shown_stands_still_between_steps():
    given, published = stream(), Published(LEARNER, 50)
    state, guesses = published.start(), []
    for first in range(0, 60, 3):
        state, said = published.step(state, given.rows(slice(first, first + 3)))
        guesses.append(said)
    np.testing.assert_array_equal(np.concatenate(guesses), learned(published, given)[1])


def test_published_at_every_tick_it_is_the_learner():
    given = stream()
    np.testing.assert_array_equal(learned(Published(LEARNER, 1), given)[1], learned(LEARNER, given)[1])


def test_published_never_again_it_says_what_it_said_at_first():
    given = stream()
    asked = given.what == ASKED
    assert (learned(Published(LEARNER, 10**9), given)[1][asked] == 0.5).all()


def test_a_tick_that_straddles_a_publication_belongs_to_the_period_before():
    given = turns([ASKED, SETTLED] * 3, [0, 0, 1, 1, 2, 2], *draw(6), us=[8, 9, 9, 10, 12, 13])
    assert list(periods(given, 10)) == [(0, 4, 0), (4, 6, 1)]
    assert list(periods(given.rows(slice(0, 0)), 10)) == []


def test_a_period_of_no_time_is_refused():
    with pytest.raises(UserError, match=r"^published.every_us: expected more than 0, got 0$"):
        Published(LEARNER, 0)
