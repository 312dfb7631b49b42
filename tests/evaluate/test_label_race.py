"""Racers are judged by the chance they gave to the label that came, in the order of asking."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.label_race import LabelRace
from evercart.evaluate.losses import named_loss
from evercart.labels.likely import EVEN, SAID, guess_of, nothing
from evercart.labels.turns import ABANDONED, ASKED, SETTLED, Turns


def turns(*rows):
    """Return turns; rows are (what, number, label)."""
    what, number, y = (np.array(column) for column in zip(*rows, strict=True))
    never, key = np.full(len(rows), np.nan), 1 + number.astype(np.uint64)
    at = np.arange(len(rows))
    return Turns(what.astype(np.int8), at, at, at, number, y * 1.0, never, never, key, np.zeros((len(rows), 1)))


def says(rows, label, chance, unknown=0.0):
    said = nothing(rows)
    said.unknown[:], said.label[:, 0], said.chance[:, 0] = unknown, label, chance
    return guess_of(said)


RACE = LabelRace(("a", "b"), may_fall=("b",))
ROWS = (
    (ASKED, 0, np.nan),
    (ASKED, 1, np.nan),
    (SETTLED, 1, 7.0),
    (SETTLED, 0, 8.0),
    (ASKED, 2, np.nan),
    (SETTLED, 2, 7.0),
)


def judged(rows, a, b):
    return RACE.step(RACE.start(), (turns(*rows), {"a": a, "b": b}))[1]


def test_the_chance_of_what_came_counts():
    found = judged(ROWS, says(6, 7.0, 0.9), says(6, 8.0, 0.9, unknown=1.0))
    assert found.number.tolist() == [0, 1, 2]
    assert (found.y == 1).all()
    assert found.guesses[2].tolist() == pytest.approx(
        [0.98 * 0.9 + EVEN / 3, 0.98 * 0.05 + EVEN / 3]  # the rest is shared by the other label and one never seen
    )
    assert found.right.tolist() == [[False, True], [True, False], [True, False]]
    assert found.new.tolist() == [True, True, False]
    assert found.unknown.tolist() == [[False, True]] * 3
    assert (named_loss.each(found.y, found.guesses[:, 0])[2]) == pytest.approx(-np.log(found.guesses[2, 0]))


def test_a_label_never_seen_costs_all_who_named_others_for_certain_alike():
    found = judged(ROWS[:4], says(4, 7.0, 1.0), says(4, 9.0, 1.0))
    assert found.guesses[0, 0] == found.guesses[0, 1]


def test_it_waits_for_the_oldest_and_leaves_out_what_is_abandoned():
    state, first = RACE.step(RACE.start(), (turns(*ROWS[:3]), {"a": says(3, 7.0, 0.9), "b": says(3, 7.0, 0.5)}))
    assert len(first) == 0
    _, then = RACE.step(state, (turns((ABANDONED, 0, np.nan)), {"a": says(1, 0, 0), "b": says(1, 0, 0)}))
    assert then.number.tolist() == [1]


def test_a_challenger_may_fall_a_champion_may_not():
    found = judged(ROWS, says(6, 7.0, 0.9), np.full(6, np.nan))
    assert np.isnan(found.guesses[:, 1]).all()
    assert np.isfinite(found.guesses[:, 0]).all()
    with pytest.raises(UserError, match=r"label_race.guesses.a: expected finite numbers where a guess is due, got"):
        judged(ROWS, np.full((6, SAID), np.nan), says(6, 7.0, 0.9))


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ((), "label_race.names: expected at least one racer, got ()"),
        (("a", "a"), "label_race.names: expected names that differ, got ('a', 'a')"),
    ],
)
def test_bad_names(names, text):
    with pytest.raises(UserError) as caught:
        LabelRace(names)
    assert str(caught.value) == text


def test_racers_must_all_speak():
    with pytest.raises(UserError, match=r"label_race\.guesses: expected one array for each of a b, got"):
        RACE.step(RACE.start(), (turns(*ROWS), {"a": says(6, 7.0, 0.9)}))
