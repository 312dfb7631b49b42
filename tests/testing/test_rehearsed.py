"""The rehearsal of known outcome is what it says."""

from __future__ import annotations

import numpy as np

from evercart.testing.rehearsed import rehearsed


def test_its_losses_are_known() -> None:
    for what, losses in (("drift", [9, 4, 16]), ("sabotage", [4, 9, 16])):
        days = rehearsed(what).days
        assert days.n.tolist() == [2] * 40
        np.testing.assert_array_equal(days.sums[19, :, 0], [2, 2, 32])
        np.testing.assert_array_equal(days.sums[20, :, 0], 2 * np.array(losses))
