"""Candidates of several sources, united."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.learners.neighbours.candidates import Candidates, ranked, starts, unite


def offered(question: list[int], item: list[int], score: list[float], width: int = 0) -> Candidates:
    x = np.ones((len(question), width), np.float32) * np.array(score, np.float32)[:, None]
    return ranked(np.array(question), np.array(item, np.uint64), np.array(score, np.float32), x)


def test_ranks_begin_anew_with_each_question() -> None:
    out = offered([1, 0, 1, 0, 1], [5, 6, 7, 8, 9], [0.1, 0.2, 0.3, 0.9, 0.2])
    assert out.question.tolist() == [0, 0, 1, 1, 1]
    assert out.item.tolist() == [8, 6, 7, 9, 5]
    assert out.rank.tolist() == [0, 1, 0, 1, 2]


def test_equal_scores_stand_in_the_order_of_their_hashes() -> None:
    assert offered([0, 0, 0], [9, 2, 5], [1.0, 1.0, 1.0]).item.tolist() == [2, 5, 9]


def test_union_has_one_row_a_question_and_item() -> None:
    one = offered([0, 0, 2], [5, 6, 5], [0.5, 0.25, 1.0], width=1)
    two = offered([0, 1], [6, 5], [7.0, 8.0])
    out = unite([one, two])
    rows = {(q, i): x.tolist() for q, i, x in zip(out.question.tolist(), out.item.tolist(), out.x, strict=True)}
    assert rows == {
        (0, 5): [0.5, 1.0, 0.5, 0.0, 0.0],
        (0, 6): [0.25, 0.5, 0.25, 7.0, 1.0],
        (1, 5): [0.0, 0.0, 0.0, 8.0, 1.0],
        (2, 5): [1.0, 1.0, 1.0, 0.0, 0.0],
    }
    assert out.item[:2].tolist() == [6, 5]  # what both offer stands first


def test_union_of_nothing_offered() -> None:
    none = offered([], [], [])
    assert len(unite([none, none])) == 0
    assert starts(none.question).tolist() == [0]


def test_union_needs_a_source() -> None:
    with pytest.raises(UserError, match=r"^unite\.parts: expected at least one source, got 0$"):
        unite([])
