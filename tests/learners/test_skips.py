"""Steps that were left out are found however deep their learner lies."""

from __future__ import annotations

import numpy as np

from evercart.learners.deep.deep import Counts
from evercart.learners.isolated import standing
from evercart.learners.mean import Mean
from evercart.learners.skips import skips

COUNTS = Counts(*(np.array([number]) for number in (5, 3, 1)))


def test_all_learners_within_are_counted() -> None:
    assert skips(standing((np.zeros(2), COUNTS, (COUNTS,)))) == 6


def test_who_leaves_out_nothing_counts_none() -> None:
    assert skips(standing(Mean().start())) == 0
    assert skips(None) == skips(np.zeros(1)) == 0
