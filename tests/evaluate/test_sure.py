"""How sure a ranker is, how right."""

from __future__ import annotations

import json

import numpy as np
import pytest

from evercart.evaluate.sure import Sure, shares


def test_shares_are_those_of_the_softmax() -> None:
    score = np.array([1.0, 3.0, 2.0, 5.0], np.float32)
    question, share = shares(np.array([2, 2, 2, 6]), score)
    assert question.tolist() == [2, 6]
    assert share.tolist() == pytest.approx([np.exp(3) / np.exp([1, 2, 3]).sum(), 1.0])
    assert len(shares(np.zeros(0, np.int64), score[:0])[0]) == 0


def test_who_is_right_as_often_as_said_has_no_error() -> None:
    rng = np.random.default_rng(1)
    share = rng.random(40_000)
    assert Sure.of(share, rng.random(40_000) < share).error < 0.02
    assert Sure.of(share, rng.random(40_000) < share / 2).error == pytest.approx(0.25, abs=0.02)


def test_questions_without_candidates_say_nothing() -> None:
    one = Sure.of(np.array([np.nan, 1.0]), np.array([False, True]))
    assert (one.questions.sum(), one.error) == (1, 0.0)
    said = one.summary()
    assert said == {"error": 0.0, "bins": [{"questions": 1, "said": 1.0, "right": 1.0}]}
    assert json.dumps(Sure.of(np.array([np.nan]), np.array([False])).summary()) == '{"error": null, "bins": []}'
