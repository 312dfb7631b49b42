"""Only what differs is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from evercart.publish.difference import Norms, difference
from evercart.publish.model import Model
from evercart.publish.revision import Version

Make = Callable[..., Model]
SAME = {"w": np.array([3.0, 4.0]), "n": np.array([2]), "seen": np.array([True])}


def version(address: str = "ab", offset: int = 5, loss: float = 0.5) -> Version:
    return Version(address, "m", "spend", offset, 0, 1, "f", {"loss": loss, "n": 3.0}, "", None)


def test_a_version_does_not_differ_from_itself(line: Make) -> None:
    one = line(), version(), SAME
    assert not difference(one, one)
    assert list(difference(one, one).lines()) == []


def test_parameters_columns_scores_norms(line: Make) -> None:
    a, b = line(rate=0.5), dataclasses.replace(line(rate=0.25), columns=("basket", "till"))
    moved = {"w": np.array([3.0, 1.0]), "n": np.array([2]), "more": np.array([2.0, 0.0])}
    found = difference((a, version(), SAME), (b, version("cd", 9, 0.25), moved))
    assert found
    assert (found.a, found.b) == ("ab", "cd")
    assert found.about == {"model": (a.id, b.id), "offset": (5, 9)}
    assert found.parameters == {"learner.optimizer.rate": ("0.5", "0.25")}
    assert found.columns == {"shop": (True, None), "till": (None, True)}
    assert found.folds == {}
    assert found.scores == {"loss": (0.5, 0.25)}
    assert found.norms == {"w": Norms(5.0, np.sqrt(10.0), 3.0), "more": Norms(None, 2.0, None)}
    assert list(found.lines())[-3:] == [
        "scores loss: 0.5 | 0.25",
        "norm more: - | 2, apart -",
        "norm w: 5 | 3.16228, apart 3",
    ]


def test_another_shape_has_no_distance(line: Make) -> None:
    a, b = {"w": np.zeros(2)}, {"w": np.ones(4)}
    assert difference((line(), version(), a), (line(), version(), b)).norms == {"w": Norms(0.0, 2.0, None)}
