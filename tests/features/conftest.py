"""Helpers of the tests of features: one table, a few rows, one answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evercart.events import kinds
from evercart.events.batch import Events, missing
from evercart.features import Feature, Table
from evercart.units import SECOND_US

Say = Callable[..., NDArray[np.float32]]


def woven(*rows: dict[str, Any], columns: tuple[str, ...] = ()) -> Events:
    """Build a batch: `at` in seconds, `kind` by name, a question where the kind is "decision"."""
    names = {name for row in rows for name in row} - {"at", "kind"} | {*columns}
    values = {name: [row.get(name, missing(name)) for row in rows] for name in names}
    questions = np.cumsum([row["kind"] == "decision" for row in rows])
    return Events.of(
        kind=[kinds.number(row["kind"]) for row in rows],
        logged_us=[round(row["at"] * SECOND_US) for row in rows],
        number=[int(n) - 1 if row["kind"] == "decision" else -1 for n, row in zip(questions, rows, strict=True)],
        **values,
    )


@pytest.fixture
def say() -> Say:
    """Return what features say at the questions among rows, (questions, width)."""

    def answer(features: Feature | tuple[Feature, ...], *rows: dict[str, Any], **table: Any) -> NDArray[np.float32]:
        listed = features if isinstance(features, tuple) else (features,)
        fold = Table("t", features=listed, **{"key": ("user",), **table})
        return fold.step(fold.start(), woven(*rows, columns=fold.reads))[1]

    return answer
