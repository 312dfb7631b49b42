"""Columnar batches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from evercart.batch import Batch


@dataclass(frozen=True)
class Points(Batch):
    place: NDArray[np.int64]
    x: NDArray[np.float64]


POINTS = Points(np.arange(4), np.arange(8.0).reshape(4, 2))


def test_rows_are_taken_alike_from_every_column() -> None:
    assert len(POINTS) == 4
    for which in (slice(1, 3), np.array([1, 2]), np.array([False, True, True, False])):
        part = POINTS.rows(which)
        assert part.place.tolist() == [1, 2]
        assert part.x.tolist() == [[2.0, 3.0], [4.0, 5.0]]


def test_parts_make_the_whole_again() -> None:
    whole = Points.concat([POINTS.rows(slice(0, 1)), POINTS.rows(slice(1, 1)), POINTS.rows(slice(1, 4))])
    assert whole.place.tolist() == POINTS.place.tolist()
    assert whole.x.tolist() == POINTS.x.tolist()
    assert Points.concat([POINTS]) is POINTS


def test_no_parts_have_no_columns() -> None:
    with pytest.raises(TypeError):
        Points.concat([])
