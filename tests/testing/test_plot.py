"""Plots: a question is asked, perhaps hinted at, settled once, then perhaps corrected."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED
from evercart.testing.plot import drawn_plot, even_plot


@pytest.mark.parametrize("seed", range(5))
def test_each_question_lives_in_order(seed: int) -> None:
    what, number = drawn_plot(seed, 400)
    assert number[what == ASKED].tolist() == list(range(int((what == ASKED).sum())))
    assert set(what.tolist()) == {ASKED, HINT, SETTLED, CORRECTION, ABANDONED}
    for one in range(int(number.max()) + 1):
        story = "".join(map(str, what[number == one].tolist()))
        assert story.rstrip(str(CORRECTION)) in {"0", "01", "02", "012", "04", "014"}
        assert str(CORRECTION) not in story or str(SETTLED) in story


def test_an_even_plot_keeps_so_many_open_then_settles_all() -> None:
    what, number = even_plot(100, 10)
    still_open = np.cumsum(np.where(what == ASKED, 1, -1))
    assert still_open.max() == 11
    assert set(still_open[20:150].tolist()) == {10, 11}
    assert still_open[-1] == 0
    assert sorted(number[what == SETTLED].tolist()) == list(range(100))
