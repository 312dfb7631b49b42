"""Chances come true as often as they say, by the chance that was said when it was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from rows import turns

from evercart.errors import UserError
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED, Turns
from evercart.learners.calibrated import Calibrated
from evercart.learners.mean import Mean
from evercart.learners.peeking import peek


class Nothing(NamedTuple):
    none: NDArray[np.float64]


@dataclass(frozen=True)
class Says:
    """A learner that says the first feature."""

    grain = "tick"

    def start(self) -> Nothing:
        return Nothing(np.zeros(0))

    def step(self, state: Nothing, given: Turns) -> tuple[Nothing, NDArray[np.float64]]:
        return state, np.where(given.what == ASKED, given.x[:, 0].astype(float), np.nan)


def stream(rows: int, late: int = 1) -> Turns:
    """Return questions whose "yes" is half as likely as is said, each label `late` ticks after its question."""
    rng = np.random.default_rng(1)
    said = rng.choice([0.02, 0.1, 0.4, 0.9], rows)
    y = (rng.random(rows) < said / 2).astype(float)
    tick = np.concatenate([np.arange(rows), np.arange(rows) + late])
    order = np.argsort(tick, kind="stable")
    what = np.repeat([ASKED, SETTLED], rows)[order]
    number, said, y = (np.tile(one, 2)[order] for one in (np.arange(rows), said, y))
    return turns(what, tick[order], said, y, number=number)


def test_chances_become_as_often_true_as_they_say() -> None:
    given = stream(40_000, late=100)
    _, guesses = Calibrated(Says()).step(Calibrated(Says()).start(), given)
    last = (given.what == ASKED) & (given.number > 30_000)
    for said in (0.02, 0.1, 0.4, 0.9):
        rows = last & np.isclose(given.x[:, 0], said)
        assert guesses[rows].mean() == pytest.approx(said / 2, rel=0.1)


def test_what_has_no_labels_stays_as_it_was_said() -> None:
    given = turns([ASKED] * 3, [0, 1, 2], [0.013, 0.5, 0.97], [0, 0, 0], number=[0, 1, 2])
    _, guesses = Calibrated(Says()).step(Calibrated(Says()).start(), given)
    assert guesses == pytest.approx([0.013, 0.5, 0.97], rel=1e-5)


def test_the_order_stays() -> None:
    learner = Calibrated(Says())
    state, _ = learner.step(learner.start(), stream(5_000))
    asked = np.linspace(0.001, 0.999, 400)
    given = turns([ASKED] * 400, [9_000] * 400, asked, np.zeros(400), number=np.arange(400) + 9_000)
    said = peek(learner, state, given)
    assert (np.diff(said) > 0).all()
    assert said.tolist() == learner.step(state, given)[1].tolist()


def test_hints_count_by_their_weight_corrections_take_back() -> None:
    learner = Calibrated(Says())
    what, weight = [ASKED, HINT, SETTLED, CORRECTION, ABANDONED], [1.0, 0.25, 0.75, 1.0, 0.0]
    y, was = [np.nan, 0, 0, 1, np.nan], [np.nan, np.nan, np.nan, 0, np.nan]
    given = turns(what, range(5), [0.5] * 5, y, was=was, weight=weight, number=[0] * 5)
    sums = learner.step(learner.start(), given)[0].sums
    assert sums.sum(axis=1).tolist() == [1.0, 1.0]


def test_a_label_of_a_forgotten_question_moves_nothing() -> None:
    learner = Calibrated(Says(), remember=1)
    given = turns([ASKED, ASKED, SETTLED], [0, 1, 2], [0.5] * 3, [0, 0, 1], number=[0, 1, 0])
    assert learner.step(learner.start(), given)[0].sums.sum() == 0


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"span": 0.5}, "calibrated.span: expected at least 1, got 0.5"),
        ({"worth": 0.0}, "calibrated.worth: expected more than 0, got 0.0"),
        ({"remember": 0}, "calibrated.remember: expected at least 1, got 0"),
    ],
)
def test_bad_settings(bad: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=text):
        Calibrated(Mean(), **bad)
