"""An own cure is a frozen dataclass of two calls."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

pytest.importorskip("torch")

from drawn import COLUMNS, blobs, told

from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Classes
from evercart.remember.remembering import Remembering


class Lessons(NamedTuple):
    count: np.ndarray


@dataclass(frozen=True)
class Twice:
    """Learn each lesson twice."""

    def start(self, deep):
        return Lessons(np.zeros(1, np.int64))

    def learn(self, deep, trained, memory, lesson):
        memory.count[0] += 1
        for _ in range(2):
            trained = deep.descend(trained, lambda ask: deep.loss(ask(lesson.x), lesson))
        return trained, memory


def test_an_own_cure():
    learner = Remembering(Deep(COLUMNS, head=Classes(6), batch=10), Twice())
    state, _ = learner.step(learner.start(), told(*blobs(100, 1)))
    assert (state.memory.count[0], state.trained.counts.learned[0]) == (10, 20)
    assert state.trained.seen.sum() == 100
