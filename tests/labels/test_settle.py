"""The walk of Pairs costs the same however many questions are open."""

from __future__ import annotations

import time

import numpy as np
import pytest

from evercart.events.batch import Events
from evercart.labels.answers import Answer, total, yes
from evercart.labels.pairs import Pairs
from evercart.units import MISSING, SECOND_US


def busy(rows: int, users: int) -> Events:
    """Every other row is a question; the window is longer than the stream, so nothing is ever dropped."""
    asked = np.arange(rows) % 2 == 0
    return Events.of(
        kind=np.where(asked, 7, 2),
        logged_us=np.arange(rows) * SECOND_US,
        user=1 + np.arange(rows) // 2 % users,
        amount=np.ones(rows),
        live=np.full(rows, MISSING),
        number=np.where(asked, np.arange(rows) // 2, -1),
    )


@pytest.mark.parametrize("answer", [yes("order"), total("order", "amount")])
def test_ten_times_the_open_questions_do_not_cost_more_a_row(answer: Answer) -> None:
    pairs = Pairs((answer,), window_s=10**7, width=1)
    cost = {}
    for rows in (2_000, 2_000, 20_000):
        woven = busy(rows, users=2)
        x = np.zeros((rows // 2, 1), np.float32)
        began = time.process_time()
        state, _ = pairs.step(pairs.start(), (woven, x))
        cost[rows] = (time.process_time() - began) / rows
        assert state.held == rows // 2
    assert cost[20_000] < 5 * cost[2_000]  # a scan of what is open would cost ten times more
