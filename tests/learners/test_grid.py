"""A grid sets what it is told to set, nothing else."""

import pytest
from rows import COLUMNS

from evercart.errors import UserError
from evercart.learners.ftrl import Ftrl
from evercart.learners.grid import grid
from evercart.learners.linear import Linear
from evercart.learners.mean import Mean
from evercart.learners.mixture import Mixture
from evercart.learners.scaled import Scaled

LEARNER = Scaled(Linear(COLUMNS, "logistic", Ftrl(alpha=0.02, l2=5.0), slot_value=2.0), COLUMNS)


def test_every_combination_stands_in_it_once():
    found = grid(
        LEARNER, **{"learner.optimizer.alpha": (0.02, 0.1), "learner.optimizer.l2": (5.0, 1.0), "most": (3.0,)}
    )
    told = [(one.learner.optimizer.alpha, one.learner.optimizer.l2) for one in found]
    assert told == [(0.02, 5.0), (0.02, 1.0), (0.1, 5.0), (0.1, 1.0)]
    assert {(one.most, one.learner.slot_value, one.learner.loss) for one in found} == {(3.0, 2.0, "logistic")}
    assert LEARNER.learner.optimizer.alpha == 0.02


def test_it_reaches_into_tuples():
    found = grid(Mixture((LEARNER, Mean())), **{"learners.0.learner.optimizer.alpha": (1.0, 2.0)})
    assert [one.learners[0].learner.optimizer.alpha for one in found] == [1.0, 2.0]
    assert [one.learners[1] for one in found] == [Mean()] * 2


def test_without_settings_it_is_the_learner():
    assert grid(LEARNER) == (LEARNER,)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        (
            {"learner.optimizer.alfa": (1.0,)},
            "grid learner.optimizer.alfa: expected one of the settings of Ftrl alpha beta l1 l2, got 'alfa'"
            " (nearest: 'alpha')",
        ),
        ({"most.x": (1.0,)}, "grid most.x: expected no settings of float, got 'x'"),
        ({"most": ()}, "grid most: expected at least one value, got 'none'"),
        ({"most": (0.0,)}, "scaled.most: expected more than 0, got 0.0"),
    ],
)
def test_what_is_no_setting_is_refused(bad, text):
    with pytest.raises(UserError) as error:
        grid(LEARNER, **bad)
    assert str(error.value) == text
