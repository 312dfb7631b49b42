"""What is told of labels in a backtest: shares of the questions that are compared, a share of nothing left out."""

import numpy as np

from evercart.backtest_named import shares
from evercart.evaluate.label_race import Judged


def judged(right, unknown, new):
    rows = len(new)
    at, ones = np.arange(rows), np.ones(rows)
    own = (at, at, ones, at.astype(np.uint64), at.astype(np.int16), np.full((rows, 2), 0.5))
    return Judged(*own, np.array(right), np.array(unknown), np.array(new))


def test_shares_are_of_what_they_are_about():
    found = judged(
        [[True, False], [False, False], [True, True], [True, False]],
        [[False, False], [True, False], [False, False], [True, False]],
        [False, True, False, False],
    )
    assert shares(("a", "b"), found) == {
        "a": {"accuracy": 0.75, "flagged": 1.0, "false_alarms": 1 / 3},
        "b": {"accuracy": 0.25, "flagged": 0.0, "false_alarms": 0.0},
    }


def test_a_share_of_nothing_is_left_out():
    found = judged([[True, True]], [[False, False]], [False])
    assert shares(("a", "b"), found)["a"] == {"accuracy": 1.0, "false_alarms": 0.0}
