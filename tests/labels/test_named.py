"""A question is held until it is told which label is right; silence says nothing."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.fold import pack, unpack
from evercart.labels.named import Named, label_of
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, SETTLED
from evercart.units import SECOND_US

MESSAGE, OUTCOME, DECISION = 20, 8, 7
A, B = 1 << 20, 1 << 30
WHAT = {ASKED: "asked", SETTLED: "settled", CORRECTION: "corrected", ABANDONED: "abandoned"}


def heard(named, *rows, state=None):
    """Return (what, question, label) of each turn; rows are (second, kind, number, id, ref, label)."""
    second, kind, number, id, ref, label = (np.array(column) for column in zip(*rows, strict=True))
    woven = Events.of(
        kind=kind, logged_us=second * SECOND_US, number=number, id=id, ref=ref, label=label, user=np.zeros(len(rows))
    )
    x = np.arange(np.count_nonzero(number >= 0), dtype=np.float32)[:, None] + 1
    state, turns = named.step(state or named.start(), (woven, x))
    return state, [(WHAT[what], n, y) for what, n, y in zip(turns.what, turns.number, turns.y, strict=True)], turns


def told(label):
    return float(label_of(np.array([label], np.uint64))[0])


def plain(found):
    return [(what, number) for what, number, _ in found]


NAMED = Named(window_s=10, width=1)


def test_a_label_comes_later_once():
    _, found, turns = heard(NAMED, (1, DECISION, 0, 0, 5, 0), (2, OUTCOME, -1, 9, 5, A), (3, OUTCOME, -1, 10, 5, A))
    assert plain(found) == [("asked", 0), ("settled", 0)]
    assert found[1][2] == told(A)
    assert turns.x.ravel().tolist() == [1, 1]
    assert turns.key.tolist() == [5, 5]  # nobody said who writes: each message is somebody's own


def test_another_label_is_a_correction():
    state, found, turns = heard(NAMED, (1, DECISION, 0, 0, 5, A), (2, OUTCOME, -1, 9, 5, B))
    assert plain(found) == [("asked", 0), ("settled", 0), ("corrected", 0)]
    assert (turns.was[2], turns.y[2]) == (told(A), told(B))
    assert NAMED.counts(state) == {"asked": 1, "settled": 1, "corrected": 1, "too_late": 0, "abandoned": 0}


def test_a_decision_is_answered_by_its_own_id_or_by_that_of_its_message():
    rows = ((1, DECISION, 0, 5, 0, 0), (2, MESSAGE, -1, 6, 5, 0), (3, OUTCOME, -1, 9, 6, B))
    assert plain(heard(NAMED, *rows)[1]) == [("asked", 0), ("settled", 0)]
    rows = ((1, DECISION, 0, 5, 0, 0), (2, MESSAGE, -1, 6, 5, B))
    assert plain(heard(NAMED, *rows)[1]) == [("asked", 0), ("settled", 0)]


def test_silence_is_neither_learned_nor_kept_for_ever():
    rows = ((1, DECISION, 0, 0, 5, 0), (11, 1, -1, 7, 0, 0), (12, 1, -1, 8, 0, 0), (13, OUTCOME, -1, 9, 5, A))
    state, found, turns = heard(NAMED, *rows)
    assert plain(found) == [("asked", 0), ("abandoned", 0)]
    assert (turns.weight[1], turns.x[1, 0], turns.us[1]) == (0, 0, 12 * SECOND_US)
    assert NAMED.counts(state)["too_late"] == 1
    assert state.names.live == 0


def test_of_too_many_the_oldest_goes():
    named = Named(window_s=10, most=2, width=1)
    rows = [(1, DECISION, at, 0, 5 + at, 0) for at in range(4)]
    state, found, _ = heard(named, *rows)
    assert plain(found) == [("asked", 0), ("asked", 1), ("abandoned", 0), ("asked", 2), ("abandoned", 1), ("asked", 3)]
    state = unpack(named.start(), pack(state))
    _, found, turns = heard(named, (2, OUTCOME, -1, 9, 6, A), (2, OUTCOME, -1, 9, 8, A), state=state)
    assert plain(found) == [("settled", 3)]
    assert turns.x.ravel().tolist() == [4]


def test_an_outcome_without_a_label_says_nothing():
    assert plain(heard(NAMED, (1, DECISION, 0, 0, 5, 0), (2, OUTCOME, -1, 9, 5, 0))[1]) == [("asked", 0)]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"window_s": 0}, "named.window_s: expected more than 0, at most a century, got 0"),
        ({"most": 0}, "named.most: expected 1 to 1048576, got 0"),
    ],
)
def test_bad_parameters(given, text):
    with pytest.raises(UserError) as caught:
        Named(**given)
    assert str(caught.value) == text
