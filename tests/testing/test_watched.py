"""Streams for a watch: cut anywhere, a race would have scored the same."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.evaluate.race import Race
from evercart.labels.turns import ASKED
from evercart.testing import Watched
from evercart.testing.watched import Seen

STREAM = Watched()


@pytest.fixture(scope="module")
def batch() -> Seen:
    return STREAM.draw(3, 200, ())


@pytest.mark.parametrize("cut", [1, 50, 120, 199])
def test_each_part_holds_what_a_race_scores_there(batch: Seen, cut: int) -> None:
    race = Race(STREAM.raced.names)
    state = race.start()
    for start, stop in ((0, cut), (cut, 200)):
        turns, guesses, part, current = STREAM.rows(batch, start, stop)
        state, scored = race.step(state, (turns, guesses))
        assert part.number.tolist() == scored.number.tolist()
        assert np.array_equal(part.guesses, scored.guesses)
        assert current == 0


def test_scrambling_keeps_what_was_scored_before(batch: Seen) -> None:
    row = int(np.flatnonzero(batch[0].what == ASKED)[60])
    mixed = STREAM.scramble(batch, row, 5)
    was, now = (STREAM.rows(each, 0, row)[2] for each in (batch, mixed))
    assert len(was) > 10
    assert np.array_equal(was.y, now.y)
    assert not np.array_equal(batch[0].x, mixed[0].x)
    assert STREAM.size(mixed) == 200
    assert np.array_equal(STREAM.ticks(mixed), batch[0].tick)
