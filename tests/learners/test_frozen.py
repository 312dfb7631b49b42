"""A frozen learner stands still, the statistics of its wrappers too."""

import numpy as np
from rows import COLUMNS, draw, turns

from evercart import fold
from evercart.labels.turns import ASKED, SETTLED
from evercart.learners.frozen import Frozen
from evercart.learners.linear import Linear
from evercart.learners.scaled import Scaled


def stream(rows=60):
    x, y = draw(rows)
    tick = np.arange(rows) // 3
    return turns([ASKED, SETTLED, ASKED] * (rows // 3), tick, x, y, us=10 * np.arange(rows))


def test_before_its_time_it_is_the_learner():
    learner, given = Scaled(Linear(COLUMNS), COLUMNS), stream()
    free, frozen = learner.step(learner.start(), given), Frozen(learner, 10**9).step(learner.start(), given)
    np.testing.assert_array_equal(free[1], frozen[1])
    assert fold.fingerprint(free[0]) == fold.fingerprint(frozen[0])


def test_after_its_time_nothing_moves():
    learner, given = Scaled(Linear(COLUMNS), COLUMNS), stream()
    frozen = Frozen(learner, learn_us=300)
    state, guesses = frozen.step(frozen.start(), given)
    before, _ = learner.step(learner.start(), given.rows(slice(0, 30)))
    assert fold.fingerprint(state) == fold.fingerprint(before)
    for row in (30, 47, 59):  # each answered as if it had been asked first
        alone = frozen.step(fold.clone(before), given.rows(slice(row, row + 1)))[1]
        assert guesses[row] == alone[0] or given.what[row] == SETTLED


def test_a_tick_that_straddles_the_time_is_not_learned():
    learner, given = Linear(COLUMNS), stream()
    straddled, _ = Frozen(learner, learn_us=320).step(learner.start(), given)  # row 32 is the last of tick 10
    cut, _ = Frozen(learner, learn_us=300).step(learner.start(), given)
    assert fold.fingerprint(straddled) == fold.fingerprint(cut)
