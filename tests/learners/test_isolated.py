"""What an isolated learner does to itself stays with it."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pytest
from rows import COLUMNS, draw, turns

from evercart import fold
from evercart.labels.turns import ASKED, SETTLED
from evercart.learners.isolated import Isolated, why
from evercart.learners.linear import Linear
from evercart.learners.scaled import Scaled

LEARNER = Scaled(Linear(COLUMNS), COLUMNS)


class Count(NamedTuple):
    labels: np.ndarray


@dataclass(frozen=True)
class Faulty:
    """Says how many labels it has learned; in a tick with label 7 it says `says`, or spoils its state and raises."""

    says: float | None = None
    error: type[BaseException] = ValueError
    grain: ClassVar[str] = "tick"

    def start(self):
        return Count(np.zeros(1))

    def step(self, state, given):
        guesses = np.full(len(given), np.nan)
        for tick in dict.fromkeys(given.tick.tolist()):
            rows = np.flatnonzero(given.tick == tick)
            asked = rows[given.what[rows] == ASKED]
            guesses[asked] = state.labels[0]
            if (given.x[asked, 0] > 100).any():
                raise self.error(*["cannot read that"])
            state.labels[0] += (given.what[rows] == SETTLED).sum()
            if (given.y[rows] == 7).any():
                if self.says is None:
                    state.labels[0] = 1e9
                    raise self.error(*["label 7 at <object at 0x7f00dead>"])
                state.labels[0] = self.says
        return state, guesses


def stream(ticks=8, seven=4):
    """Return ticks of question, label, question; one label is 7."""
    x, y = draw(3 * ticks)
    y[3 * seven + 1] = 7
    return turns([ASKED, SETTLED, ASKED] * ticks, 10 + np.arange(3 * ticks) // 3, x / 10, y)


def stepped(learner, given, cuts=()):
    state, said = learner.start(), []
    for first, stop in zip([0, *cuts], [*cuts, len(given)], strict=True):
        state, guesses = learner.step(state, given.rows(slice(first, stop)))
        said.append(guesses)
    return state, np.concatenate(said)


def test_a_learner_that_stands_is_itself():
    x, y = draw(60)
    given = turns([ASKED, SETTLED, ASKED] * 20, np.arange(60) // 3, x, y)
    (state, guesses), (alone, own) = stepped(Isolated(LEARNER), given), stepped(LEARNER, given)
    np.testing.assert_array_equal(guesses, own)
    assert fold.fingerprint(state.learner) == fold.fingerprint(alone)
    assert state.fallen[0] == -1
    assert why(state) == ""


@pytest.mark.parametrize("cuts", [(), (3,), (12,), (15,), (9, 12, 15), tuple(range(3, 24, 3))])
def test_one_that_raises_falls_in_that_tick_however_the_log_was_cut(cuts):
    isolated = Isolated(Faulty())
    state, guesses = stepped(isolated, stream(), cuts)
    assert guesses[::3].tolist()[:5] == [0, 1, 2, 3, 4]  # asked before the fault, as it would be alone
    assert guesses[2::3].tolist()[:5] == [0, 1, 2, 3, 4]
    assert np.isnan(guesses[15:]).all()
    assert state.fallen[0] == 14
    assert why(state) == "ValueError: label 7 at <object at 0x>"
    assert fold.fingerprint(state.learner) == fold.fingerprint(Faulty().start())


@pytest.mark.parametrize("cuts", [(), (3,), (15,), (18,), (9, 12, 15)])
@pytest.mark.parametrize("says", [np.nan, np.inf, -np.inf])
def test_one_that_says_no_number_falls_in_that_tick_however_the_log_was_cut(says, cuts):
    state, guesses = stepped(Isolated(Faulty(says)), stream(), cuts)
    assert guesses[::3].tolist()[:5] == [0, 1, 2, 3, 4]
    assert np.isnan(guesses[15:]).all()
    assert (state.fallen[0], why(state)) == (15, f"a guess of {says}")
    assert fold.fingerprint(state.learner) == fold.fingerprint(Faulty().start())


@pytest.mark.parametrize("cuts", [(), (12,), (15,)])
def test_a_question_that_raises_is_left_without_a_guess_alone(cuts):
    given = stream(seven=7)
    given.x[14, 0] = 1e6
    state, guesses = stepped(Isolated(Faulty()), given, cuts)
    assert (guesses[12], np.isnan(guesses[14:]).all()) == (4, True)
    assert (state.fallen[0], why(state)) == (14, "ValueError: cannot read that")


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, SystemExit])
def test_what_is_not_the_learners_fault_goes_through(error):
    with pytest.raises(error):
        stepped(Isolated(Faulty(error=error)), stream())


def test_guesses_of_another_shape_are_a_fault():
    class Short(Faulty):
        def step(self, state, given):
            return state, np.zeros(5)

    state, guesses = stepped(Isolated(Short()), stream())
    assert state.fallen[0] == 10
    assert why(state).startswith("ValueError: could not broadcast")
    assert np.isnan(guesses).all()


def test_a_long_reason_is_cut_between_letters():
    class Talking(Faulty):
        def step(self, state, given):
            raise ValueError("ä" * 1000)

    state, _ = stepped(Isolated(Talking()), stream())
    assert why(state) == "ValueError: " + "ä" * 94


def test_the_fallen_travels_through_a_file(tmp_path):
    isolated = Isolated(Faulty())
    state, _ = stepped(isolated, stream())
    fold.save(tmp_path / "state", fold.pack(state), 1, {})
    back = fold.unpack(isolated.start(), fold.pack(state))
    assert why(back) == why(state)
    assert np.isnan(isolated.step(back, stream())[1]).all()
