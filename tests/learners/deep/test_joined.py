"""Turns of several tasks keep their ticks, their decisions apart."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.learners.deep.joined import joined
from evercart.learners.prequential import prequential


def test_tick_by_tick():
    one, other = (prequential(np.full((3, 2), value, np.float32), np.zeros(3)) for value in (1.0, 2.0))
    both = joined([one, other])
    assert len(both) == 12 and (np.diff(both.tick) >= 0).all()
    assert both.x[:4].tolist() == [[0, 1, 1], [1, 2, 2], [0, 1, 1], [1, 2, 2]] or (both.x[:4, 0] < 2).all()
    assert len(np.unique(both.number)) == 6
    for task, stream in enumerate((one, other)):
        rows = both.rows(both.x[:, 0] == task)
        assert np.array_equal(rows.number // 64, stream.number) and np.array_equal(rows.what, stream.what)


def test_other_columns_are_refused():
    parts = [prequential(np.zeros((1, width), np.float32), np.zeros(1)) for width in (1, 2)]
    with pytest.raises(UserError, match=r"^joined\.streams: expected the same columns in all, got \[1, 2\]$"):
        joined(parts)
