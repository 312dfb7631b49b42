"""Each event's question, then its label, each in a tick of its own."""

import numpy as np

from evercart.labels.turns import ASKED, SETTLED
from evercart.learners.prequential import prequential


def test_every_row_is_its_own_tick():
    turns = prequential(np.array([[5], [7]], np.int32), np.array([1.0, 0.0]))
    assert turns.what.tolist() == [ASKED, SETTLED] * 2
    assert len(set(turns.tick.tolist())) == 4
    assert turns.x.tolist() == [[5], [5], [7], [7]] and turns.x.dtype == np.int32
    assert turns.number.tolist() == [0, 0, 1, 1]
