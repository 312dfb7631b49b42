"""The mean of each key's own labels."""

import numpy as np
import pytest
from rows import turns

from evercart.errors import UserError
from evercart.labels.turns import ASKED, SETTLED
from evercart.learners.by_key import ByKey


def test_a_key_is_drawn_towards_the_mean_of_all():
    given = turns(
        [SETTLED, SETTLED, SETTLED, ASKED, ASKED], [0, 0, 0, 1, 1], np.zeros(5), [1, 1, 0, 0, 0], key=[3, 3, 4, 3, 9]
    )
    learner = ByKey(prior=0.5, strength=2.0, slots=16)
    _, guesses = learner.step(learner.start(), given)
    common = 2.5 / 4
    np.testing.assert_allclose(guesses[3:], [(2 + 2 * common) / 4, common])


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"strength": 0}, "by_key.strength: expected more than 0, got 0"),
        ({"slots": 0}, "by_key.slots: expected at least 1, got 0"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        ByKey(**bad)
    assert str(caught.value) == text
