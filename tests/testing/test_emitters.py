"""One function a kind of event."""

from __future__ import annotations

import numpy as np

from evercart.testing.emitters import gathered
from evercart.units import MISSING


def test_rows_are_gathered_by_time_with_ties_in_the_order_of_the_emitters() -> None:
    first = {"kind": np.array([1, 1]), "event_us": np.array([5, 9]), "user": np.array([1, 2])}
    second = {"kind": np.array([2, 2]), "event_us": np.array([3, 5]), "item": np.array([7, 8])}
    rows = gathered([first, second], ("user", "item"))
    assert rows["event_us"].tolist() == [3, 5, 5, 9]
    assert rows["kind"].tolist() == [2, 1, 2, 1]
    assert rows["user"].tolist() == [MISSING, 1, MISSING, 2]
    assert rows["item"].tolist() == [7, MISSING, 8, MISSING]
