"""Every fold of the package is held to the four laws; learners keep a few more."""

from __future__ import annotations

from typing import Any

import checks_of_asks
import checks_of_evaluate
import checks_of_features
import checks_of_labels
import checks_of_learners
import checks_of_neighbours
import checks_of_remember
import numpy as np
import pytest
from checks_of_remember import DEEP
from keeping import Check

import evercart.learners
from evercart.fold import clone, fingerprint, pack
from evercart.labels.turns import ASKED
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.deep_rank import DeepRank
from evercart.learners.lambda_rank import LambdaRank
from evercart.learners.peeking import peek
from evercart.learners.ranker import Ranker
from evercart.publish.guard import Finite, Offer
from evercart.publish.revision import Revision
from evercart.remember.open_set import OpenSet
from evercart.testing import Turned
from evercart.testing.discovery import fold_classes, require_checked
from evercart.testing.streams import durations

CHECKS: dict[type[Any], list[Check]] = {
    **checks_of_asks.CHECKS,
    **checks_of_evaluate.CHECKS,
    **checks_of_features.CHECKS,
    **checks_of_labels.CHECKS,
    **checks_of_learners.CHECKS,
    **checks_of_neighbours.CHECKS,
    **checks_of_remember.CHECKS,
}
LISTWISE = {Ranker, LambdaRank, DeepRank}  # they guess lists; see their own tests
LEARNERS = [
    pytest.param(check, id=f"{fold.__name__}-{i}")
    for fold, checks in CHECKS.items()
    for i, check in enumerate(checks)
    if type(check.stream) is Turned and fold not in (*LISTWISE, OpenSet)  # which says more than one number a row
]


@pytest.mark.parametrize("check", LEARNERS)
def test_a_learner_that_is_peeked_at_says_what_it_would_then_nothing_has_moved(check: Check) -> None:
    gaps = (*durations(check.make(None)), *check.durations_us)
    for seed in range(4):
        turns = check.stream.draw(seed, 120, gaps)
        learner, half = check.make(turns), int(np.searchsorted(turns.tick, turns.tick[70]))
        state, _ = learner.step(learner.start(), turns.rows(slice(0, half)))
        rest = turns.rows(slice(half, None))
        questions, before = rest.rows(rest.what == ASKED), fingerprint(state)
        peeked = peek(learner, state, questions)
        assert fingerprint(state) == before
        each = [questions.rows(slice(i, i + 1)) for i in range(len(questions))]
        assert len(each) > 5
        assert [learner.step(clone(state), one)[1][0].tobytes() for one in each] == [one.tobytes() for one in peeked]


def test_every_learner_is_peeked_at() -> None:
    seen = {type(param.values[0].make(None)) for param in LEARNERS}  # type: ignore[union-attr]
    learners = {one for one in fold_classes(evercart.learners) if ".neighbours." not in one.__module__}
    assert learners - LISTWISE - (set() if DEEP else {Deep}) <= seen


def test_every_fold_is_checked() -> None:
    require_checked(CHECKS)


def test_nothing_is_checked_that_is_not_a_fold() -> None:
    assert set(CHECKS) <= set(fold_classes())


@pytest.mark.parametrize("check", LEARNERS)
def test_a_learner_may_go_live_after_whatever_it_learned(check: Check) -> None:
    turns = check.stream.draw(1, 120, (*durations(check.make(None)), *check.durations_us))
    learner = check.make(turns)
    state, _ = learner.step(learner.start(), turns)
    assert Finite()(Offer(Revision(pack(state), 120, 0), 1.0)) is None
