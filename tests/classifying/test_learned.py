"""Messages are guessed before they are learned, whatever the ticks."""

import numpy as np
import pytest

from evercart.classifying.learned import UNTOLD, encoded, learned, never_seen, numbered, ticks, turned
from evercart.classifying.reading import Messages
from evercart.features.encoders.grams import Grams
from evercart.labels.turns import ASKED
from evercart.remember.growing import Growing
from evercart.remember.open_set import NONE, OpenSet

OPEN = OpenSet(Growing(64, 128))
TEXTS = [f"{word} {n % 7}" for n in range(100) for word in ("refund", "parcel", "invoice")]
LABEL = np.tile([1, 2, 3], 100)


@pytest.fixture(scope="module")
def x():
    return Grams(64)(TEXTS)


def test_labels_are_numbered_as_they_come():
    found = numbered(Messages(["a"] * 5, ["x", None, "oos", "y", "x"], None, {}, "time", ("oos",)))
    assert found.label.tolist() == [1, UNTOLD, NONE, 2, 1]
    assert found.names == ("(none)", "x", "y")


def test_in_a_tick_all_are_asked_before_any_is_told(x):
    turns = turned(x[:5], np.array([1, UNTOLD, 2, 1, 0]), 0, 2)
    assert turns.tick.tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 2]
    assert (turns.what == ASKED).tolist() == [True, True, False, True, True, False, False, True, False]
    np.testing.assert_array_equal(turns.x[turns.number == 3], x[[3, 3]])


def test_a_stream_is_learned(x):
    _, said = learned(OPEN, x, LABEL, 8)
    assert (said.label == LABEL)[24:].mean() > 0.98
    assert (said.label[:8] == NONE).all()


def test_what_comes_later_changes_nothing_before(x):
    other = LABEL.copy()
    other[160:] = 4
    (_, one), (_, two) = learned(OPEN, x, LABEL, 8), learned(OPEN, x, other, 8)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a[:168], b[:168])


def test_messages_of_labels_not_learned_yet():
    new = never_seen(np.array([1, 1, 2, 1, 0, 2, 2, UNTOLD]), 2)
    assert new.tolist() == [True, True, True, False, False, False, False, False]


def test_each_text_is_encoded_once():
    seen = []

    def encoder(texts):
        seen.extend(texts)
        return Grams(64)(texts)

    np.testing.assert_array_equal(encoded(encoder, ["a", "b", "a"], lambda _: None), Grams(64)(["a", "b", "a"]))
    assert seen == ["a", "b"]


def test_ticks_are_bounded():
    assert ticks(1) == 16
    assert 1_000_000 / ticks(1_000_000) <= 2_048
