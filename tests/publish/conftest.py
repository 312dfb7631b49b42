"""A shelf, a line to put on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from evercart.features.columns import Column
from evercart.learners.linear import Linear
from evercart.learners.optimizers import AdaGrad
from evercart.publish.model import Model
from evercart.publish.revision import Revision
from evercart.publish.shelf import Shelf
from evercart.units import DAY_US

COLUMNS = (Column("basket"), Column("shop", slots=8))


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with Shelf(tmp_path / "shelf") as opened:
        yield opened


@pytest.fixture
def line() -> Callable[..., Model]:
    def make(name: str = "continual", rate: float = 0.5, app: str = "spend") -> Model:
        learner = Linear(COLUMNS, "squared", AdaGrad(rate=rate))
        return Model.of(app, name, learner, {"table user": ("user", 1)}, COLUMNS, code="1.0")

    return make


@pytest.fixture
def revision() -> Callable[..., Revision]:
    def make(offset: int, weight: float = 1.0, *, day: int = 0, loss: float = 0.5) -> Revision:
        flat = {"memory": np.array([[weight, 2.0]]), "seen": np.array([offset])}
        return Revision(flat, offset, day * DAY_US + offset, {"loss": loss})

    return make
