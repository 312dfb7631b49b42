"""A list looks like one question."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.evaluate.heads import heads
from evercart.labels.turns import ABANDONED, ASKED, FURTHER, MISSED, SETTLED, Turns


def turns(what: list[int], number: list[int], offset: list[int]) -> Turns:
    rows = len(what)
    at, nan = np.array(offset), np.full(rows, np.nan)
    key = np.ones(rows, np.uint64)
    columns = np.array(what, np.int8), at, at, at, np.array(number), nan, nan, np.zeros(rows), key
    return Turns(*columns, np.zeros((rows, 5), np.float32))


def test_a_row_stays_of_each_list() -> None:
    whole = turns(
        [ASKED, ASKED, SETTLED, SETTLED, MISSED, ASKED, ABANDONED, ASKED, ASKED, ASKED],
        [0, 0, 0, 0, 0, 1, 1, 2, 2, 2],
        [0, 0, 1, 1, 1, 2, 3, 3, 3, 3],
    )
    scores = {"a": np.array([0, np.log(3), 0, 0, 0, 9, 0, 1, 1, 1.0])}
    kept, sure = heads(whole, scores)
    assert kept.what.tolist() == [ASKED, SETTLED, ASKED, ABANDONED, ASKED]
    assert kept.number.tolist() == [0, 0, 1, 1, 2]
    assert kept.x[:, 0].tolist() == [2, 0, 1, 0, 3]
    assert kept.y[1] == 1.0
    assert sure["a"][[0, 2, 4]] == pytest.approx([0.75, 1.0, 1 / 3])
    assert np.isnan(sure["a"][[1, 3]]).all()


def test_lists_told_once_more_are_passed_by() -> None:
    whole = turns([ASKED, ASKED, FURTHER, FURTHER, ASKED], [1, 1, 0, 0, 2], [3, 3, 3, 3, 4])
    kept, sure = heads(whole, {"a": np.array([0, np.log(3), np.nan, np.nan, 1.0])})
    assert (kept.number.tolist(), kept.x[:, 0].tolist()) == ([1, 2], [2, 1])
    assert sure["a"] == pytest.approx([0.75, 1.0])


def test_of_nothing_there_is_no_head() -> None:
    kept, sure = heads(turns([], [], []), {"a": np.zeros(0)})
    assert (len(kept), len(sure["a"])) == (0, 0)
