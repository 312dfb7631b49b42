"""Labels are known by their hashes; each keeps the class it was given when it was first learned."""

import numpy as np
from drawn import asked, blobs, told

from evercart.labels.likely import MOST, likely_of
from evercart.labels.turns import CORRECTION, Turns
from evercart.remember.by_label import ByLabel
from evercart.remember.centres import Centres
from evercart.remember.open_set import OpenSet

BY = ByLabel(OpenSet(Centres(8), kept=0))
NAMES = np.array([0.0, 2.0**52 + 1, 77.0, 2.0**40])  # of classes 1, 2, 3


def learned(x, y):
    return BY.step(BY.start(), told(x, NAMES[y.astype(int)], tick=8))[0]


def test_it_says_the_labels_it_was_told_the_likeliest_first():
    state = learned(*blobs(300, 1, (1, 2, 3)))
    x, y = blobs(100, 2, (1, 2, 3))
    said = likely_of(BY.step(state, asked(x))[1])
    assert (said.label[:, 0] == NAMES[y.astype(int)]).mean() > 0.9
    assert (np.diff(said.chance, axis=1) <= 0).all()
    np.testing.assert_allclose(said.chance.sum(1), 1.0)
    assert (said.label[:, 3:] == 0).all()
    assert said.label.shape[1] == MOST


def test_before_any_label_all_is_unknown():
    said = likely_of(BY.step(BY.start(), asked(blobs(3, 1)[0]))[1])
    assert said.unknown.all()
    assert not said.chance.any()


def test_labels_stand_in_the_order_in_which_they_came():
    x, _ = blobs(4, 1)
    state = BY.step(BY.start(), told(x, np.array([5.0, 3.0, 5.0, 9.0]), tick=2))[0]
    assert state.labels.tolist() == [-1, 5, 3, 9]
    assert state.opened.grown.seen.tolist() == [0, 2, 1, 1]


def test_a_correction_moves_a_row_from_label_to_label():
    x, _ = blobs(2, 1)
    state = BY.step(BY.start(), told(x, np.array([5.0, 3.0])))[0]
    one = told(x[:1], np.array([3.0]))
    again = Turns(**{**vars(one), "what": np.full(1, CORRECTION, np.int8), "was": np.array([5.0])})
    assert BY.step(state, again)[0].opened.grown.seen.tolist() == [0, 0, 2]


def test_once_there_are_enough_labels_further_ones_are_left_out():
    few = ByLabel(OpenSet(Centres(8, most=3), kept=0))
    x, _ = blobs(4, 1)
    state = few.step(few.start(), told(x, np.array([5.0, 3.0, 4.0, 3.0])))[0]
    assert state.labels.tolist() == [-1, 5, 3]
    assert state.opened.grown.seen.tolist() == [0, 1, 2]
