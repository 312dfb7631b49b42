"""A step for which memory does not suffice is refused by a clear text; the state stays as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.fold import clone, fingerprint
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.room import NoRoom, roomy
from evercart.learners.isolated import Isolated
from evercart.learners.prequential import prequential

torch = pytest.importorskip("torch")

RULE = "deep: expected a step that fits into memory (fewer rows in deep.batch?)"
MEMORY = {"floats": 0}  # that a greedy module wants beside what it needs


@dataclass(frozen=True)
class Greedy:
    """A linear map that may want more memory than there is, while it learns."""

    block: ClassVar[int] = 1

    def module(self, inputs: Any, outputs: int) -> Any:
        class Map(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.linear = torch.nn.Linear(int(inputs), outputs)

            def forward(self, x):
                if self.training:
                    torch.empty(MEMORY["floats"])
                return self.linear(x)

        return Map()


@pytest.fixture
def learner():
    MEMORY["floats"] = 0
    yield Deep((Column("a"), Column("b")), Greedy(), batch=4)
    MEMORY["floats"] = 0


def rows(n, seed):
    x = np.random.default_rng(seed).normal(size=(n, 2)).astype(np.float32)
    return prequential(x, (x[:, 0] > 0).astype(float))


def test_the_step_is_refused_the_saved_state_goes_on(learner):
    state, _ = learner.step(learner.start(), rows(16, 1))
    saved, before = clone(state), fingerprint(state)
    wanted, _ = learner.step(clone(state), rows(16, 2))
    MEMORY["floats"] = 10**15
    with pytest.raises(NoRoom) as caught:
        learner.descend(state, lambda ask: ask(np.ones((4, 2), np.float32)).sum())
    assert str(caught.value) == f"{RULE}, got 'no room for 4000000000000000 bytes'"
    assert fingerprint(state) == before
    with pytest.raises(UserError):
        learner.step(state, rows(16, 2))
    MEMORY["floats"] = 0
    assert fingerprint(learner.step(saved, rows(16, 2))[0]) == fingerprint(wanted)


def test_no_challenger_falls_for_it(learner):
    MEMORY["floats"] = 10**15
    alone = Isolated(learner)
    with pytest.raises(MemoryError, match=r"^deep: expected a step that fits into memory"):
        alone.step(alone.start(), rows(16, 1))


@pytest.mark.parametrize("error", [MemoryError("no"), torch.OutOfMemoryError("CUDA out of memory.")])
def test_whoever_says_it(error):
    with pytest.raises(NoRoom) as caught, roomy("deep"):
        raise error
    assert str(caught.value) == f"{RULE}, got 'no room'"


def test_other_faults_stay_what_they_are():
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"), roomy("deep"):
        torch.ones(2, 3) @ torch.ones(2, 3)
