"""A joint learner that knows more than its twins shows it, task by task."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.twins import beside_twins
from evercart.features.columns import Column
from evercart.learners.deep.joined import TASK, joined
from evercart.learners.linear import Linear
from evercart.learners.mean import Mean
from evercart.learners.prequential import prequential

COLUMNS = (TASK, Column("a"))


def turns():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(2, 400, 1)).astype(np.float32)
    return joined([prequential(one, (one[:, 0] > 0).astype(float)) for one in x])


def test_a_row_a_task():
    linear, mean = Linear(COLUMNS, "logistic"), Mean()
    first, second = beside_twins(linear, [linear, mean], ("one", "two"), turns())
    assert (first.task, first.questions) == ("one", 300) and 0.3 < first.rate < 0.7
    assert first.auc > 0.9 and first.auc_alone > 0.9
    assert second.auc > 0.9 > second.auc_alone and second.loss < second.loss_alone


def test_alone_is_given_the_task_alone():
    given = turns()
    one = Linear(COLUMNS, "logistic")
    (row,) = beside_twins(one, [one], ("one",), given.rows(given.x[:, 0] == 0))
    assert row.loss == row.loss_alone


def test_a_twin_is_missing():
    with pytest.raises(UserError, match=r"^twins\.alone: expected 2 learners, got 0$"):
        beside_twins(None, [], ("one", "two"), turns())
