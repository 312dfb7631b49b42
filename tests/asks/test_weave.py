"""Questions set among events."""

from __future__ import annotations

import numpy as np

from evercart.asks.weave import Asked, following, weave
from evercart.events.batch import Events


def test_questions_stand_where_they_are_put() -> None:
    events = Events.of(kind=[2, 2], logged_us=[5, 9], user=[1, 2], amount=[3, 4])
    before = np.array([0, 2, 2])
    about, decided = {"user": np.array([7, 8, 9], np.uint64)}, np.array([0, 3, 0], np.uint64)
    woven = weave(events, before, np.array([0, 1, 1]), about, first=4, decided=decided)
    assert woven["number"].tolist() == [4, -1, -1, 5, 6]
    assert woven["user"].tolist() == [7, 1, 2, 8, 9]
    assert woven.logged_us.tolist() == [5, 5, 9, 9, 9]
    assert woven.event_us.tolist() == [5, 5, 9, 9, 9]
    assert woven["decided"].tolist() == [0, 0, 0, 3, 0]
    assert woven["amount"][0] == np.iinfo(np.int64).min


def test_nothing_is_woven_where_nothing_is_asked() -> None:
    events = Events.of(kind=[2], user=[1])
    none = np.empty(0, np.int64)
    woven = weave(events, none, none, {}, first=0, decided=np.empty(0, np.uint64))
    assert woven["number"].tolist() == [-1]


def test_a_decision_in_the_log_is_a_question_where_it_stands() -> None:
    events = Events.of(kind=[2, 7, 2], user=[1, 5, 2])
    at = np.array([0, 2])
    woven = weave(events, at, at, {}, first=3, decided=np.zeros(2, np.uint64))
    assert woven["number"].tolist() == [3, -1, 4, 5, -1]
    assert woven["user"].tolist() == [0, 1, 5, 0, 2]
    assert following(Asked(np.array([3])), woven).next.tolist() == [6]
