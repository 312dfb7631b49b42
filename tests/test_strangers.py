"""Of strangers nothing is known but what others like."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.repeats import Repeats
from evercart.learners.neighbours.traits import TRAITS
from evercart.strangers import Strangers

POPULAR, LEAVES = TRAITS.index("popular_now"), TRAITS.index("leaves")


@pytest.mark.parametrize(("sources", "at"), [((Browsing(),), 0), ((Browsing(), Repeats()), 2)])
def test_strangers_are_ordered_by_popularity_nobody_else(sources: tuple, at: int) -> None:
    strangers, width = Strangers.of(sources), len(TRAITS) + (4 + len(Repeats().columns) if at else 0)
    x = np.zeros((3, width), np.float32)
    x[:, at + POPULAR] = 1, 3, 2
    found = strangers.score(x)
    assert found is not None
    assert found.tolist() == [1, 3, 2]
    x[1, at + LEAVES] = 0.4
    assert strangers.score(x) is None


def test_who_has_bought_something_is_no_stranger() -> None:
    x = np.zeros((2, 4 + len(TRAITS) + len(Repeats().columns)), np.float32)
    x[1, 2 + len(TRAITS) + 1] = 1.0
    assert Strangers.of((Browsing(), Repeats())).score(x) is None
