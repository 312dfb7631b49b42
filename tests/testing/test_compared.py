"""The known comparison is what it says."""

import numpy as np

from evercart.testing.compared import NAMES, compared


def test_losses_are_1_4_9_a_question() -> None:
    found = compared(days=30)
    assert found.policies == NAMES
    np.testing.assert_array_equal(found.days.total().sums[0, :, 0] / found.days.n.sum(), [1.0, 4.0, 9.0])
    assert found.later.day[0] == found.since_us // 86_400_000_000
