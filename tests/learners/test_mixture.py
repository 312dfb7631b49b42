"""Shares follow how well each learner guessed when it was asked."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
from rows import turns

from evercart.errors import UserError
from evercart.labels.turns import ASKED, CORRECTION, HINT, SETTLED
from evercart.learners.mean import Mean
from evercart.learners.mixture import Mixture


class Nothing(NamedTuple):
    none: np.ndarray


@dataclass(frozen=True)
class Says:
    """A learner that says the first feature plus a constant."""

    more: float
    grain = "tick"

    def start(self):
        return Nothing(np.zeros(0))

    def step(self, state, given):
        return state, np.where(given.what == ASKED, given.x[:, 0].astype(float) + self.more, np.nan)


def mixed(given, **more):
    learner = Mixture((Says(0.0), Says(0.2)), **more)
    return learner.step(learner.start(), given)


def test_bayes_rule():
    given = turns([ASKED, SETTLED, ASKED], [0, 1, 2], [0.5, 0.9, 0.5], [0, 1, 0], number=[0, 0, 1])
    state, guesses = mixed(given, share=1e-9)
    share = 0.5 / (0.5 + 0.7)
    assert guesses[0] == pytest.approx(0.6)
    np.testing.assert_allclose(state.shares, [share, 1 - share], rtol=1e-6)
    assert guesses[2] == pytest.approx(0.5 * share + 0.7 * (1 - share))


def test_the_mean_of_log_odds() -> None:
    given = turns([ASKED, SETTLED, ASKED], [0, 1, 2], [0.5, 0.9, 0.7], [0, 1, 0], number=[0, 0, 1])
    state, guesses = mixed(given, share=1e-9, mean_of="log odds")
    odds = 0.5 * np.log(0.7 / 0.3)
    assert guesses[0] == pytest.approx(1 / (1 + np.exp(-odds)))
    assert state.shares[1] == pytest.approx(0.7 / 1.2)  # each is judged by its own guess
    odds = np.log([0.7 / 0.3, 0.9 / 0.1]) @ state.shares
    assert guesses[2] == pytest.approx(1 / (1 + np.exp(-odds)))


def test_a_number_below_0_is_no_questions() -> None:
    given = turns(
        [ASKED, ASKED, SETTLED, SETTLED], [0, 0, 1, 1], [0.5, 0.1, 0.1, 0.5], [0, 0, 1, 1], number=[0, -1, -1, 0]
    )
    state, guesses = mixed(given, share=1e-9)
    assert guesses[1] == pytest.approx(0.2)
    assert state.shares[1] == pytest.approx(0.7 / 1.2)  # question 0's alone


def test_squared_loss():
    given = turns([ASKED, SETTLED], [0, 1], [3.0, 3.0], [3.0, 3.0], number=[0, 0])
    shares = mixed(given, loss="squared", rate=2.0, share=1e-9)[0].shares
    assert shares[1] / shares[0] == pytest.approx(np.exp(-2 * 0.04), rel=1e-6)


def test_only_labels_that_settle_move_shares():
    what = [ASKED, HINT, CORRECTION]
    given = turns(what, [0, 1, 2], [0.5] * 3, [0, 1, 1], was=[np.nan, np.nan, 0], number=[0, 0, 0])
    assert mixed(given)[0].shares.tolist() == [0.5, 0.5]


def test_labels_of_a_tick_do_not_move_its_own_guesses():
    given = turns([ASKED, SETTLED, ASKED], [0, 1, 1], [0.5] * 3, [0, 1, 0], number=[0, 0, 1])
    assert mixed(given)[1][2] == mixed(given)[1][0]


def test_a_question_forgotten_moves_nothing():
    given = turns([ASKED, ASKED, SETTLED], [0, 0, 1], [0.5] * 3, [0, 0, 1], number=[0, 1, 0])
    assert mixed(given, remember=1)[0].shares.tolist() == [0.5, 0.5]
    assert mixed(given, remember=2)[0].shares.tolist() != [0.5, 0.5]


def test_who_was_wrong_can_come_back():
    turned = np.repeat([0.0, 0.2], 200)
    x = np.repeat(np.full(400, 0.4), 2)
    y = np.repeat(0.4 + turned, 2)
    given = turns([ASKED, SETTLED] * 400, np.arange(800), x, y, number=np.repeat(np.arange(400), 2))
    guesses = mixed(given, loss="squared", rate=10.0, share=0.01)[1][::2]
    assert guesses[199] == pytest.approx(0.4, abs=0.02) and guesses[399] == pytest.approx(0.6, abs=0.02)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"learners": ()}, "mixture.learners: expected at least one, got 'none'"),
        ({"loss": "hinge"}, "mixture.loss: expected logistic or squared, got 'hinge'"),
        ({"rate": 0}, "mixture.rate: expected more than 0, got 0"),
        ({"share": 1}, "mixture.share: expected more than 0 and less than 1, got 1"),
        ({"remember": 0}, "mixture.remember: expected at least 1, got 0"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Mixture(**{"learners": (Mean(),), **bad})
    assert str(caught.value) == text


def test_log_odds_are_of_chances() -> None:
    with pytest.raises(UserError) as caught:
        Mixture((Says(0.0),), "squared", mean_of="log odds")
    assert str(caught.value) == "mixture.mean_of: expected guesses or, of chances, log odds, got 'log odds'"
