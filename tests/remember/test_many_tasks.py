"""Cures around a learner of several tasks work, or say at once that they do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.fold import pack
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Squared
from evercart.learners.deep.joined import TASK, joined
from evercart.learners.deep.mmoe import Mmoe
from evercart.learners.deep.ple import Ple
from evercart.learners.deep.steps import AdamW
from evercart.learners.deep.tasks import Tasks
from evercart.learners.prequential import prequential
from evercart.remember.dark import Dark
from evercart.remember.distilled import Distilled
from evercart.remember.elastic import Elastic
from evercart.remember.exemplars import Exemplars
from evercart.remember.news import News
from evercart.remember.projected import Projected
from evercart.remember.remembering import Remembering
from evercart.remember.replay import Replay

COLUMNS = (TASK, Column("a"), Column("b"))
NETS = (Mmoe(("yes", "sum")), Ple(("yes", "sum")))


def learner(network: Any) -> Deep:
    return Deep(COLUMNS, network, Tasks((Binary(), Squared()), uncertain=True), AdamW(0.01), batch=16)


def both(rows: int) -> Any:
    x = np.random.default_rng(1).normal(size=(rows, 2)).astype(np.float32)
    total = x.sum(1).astype(float)
    return joined([prequential(x, (total > 0).astype(float)), prequential(x, total)])


@pytest.mark.parametrize("network", NETS)
@pytest.mark.parametrize(
    "cure", [Replay(Exemplars(1 << 12), 8), Projected(Exemplars(1 << 12), 8), Elastic(1.0, look=8, news=News(every=20))]
)
def test_tasks_are_learned_beside_what_is_remembered(network: Any, cure: Any) -> None:
    one, turns = Remembering(learner(network), cure), both(600)
    state, guesses = one.step(one.start(), turns)
    assert all(np.isfinite(part).all() for part in pack(state).values() if part.dtype.kind == "f")
    asked = turns.what == 0
    late, yes = np.arange(len(turns)) > len(turns) * 0.7, turns.x[:, 0] == 0
    truth = turns.x[:, 1] + turns.x[:, 2]
    assert ((guesses > 0.5) == (truth > 0))[asked & late & yes].mean() > 0.85
    assert ((guesses - truth) ** 2)[asked & late & ~yes].mean() < 0.5


@pytest.mark.parametrize(("cure", "name"), [(Distilled(news=News(every=9)), "distilled"), (Dark(), "dark")])
def test_what_compares_all_margins_says_that_it_cannot(cure: Any, name: str) -> None:
    with pytest.raises(UserError) as told:
        Remembering(learner(NETS[0]), cure)
    assert str(told.value).startswith(f"{name}: expected a head whose margins may all be compared, got Tasks(")
