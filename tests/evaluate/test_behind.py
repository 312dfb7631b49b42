"""Answers by what was known some time ago."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.evaluate.behind import MODES, ahead, edges, sample
from evercart.evaluate.places import Places
from evercart.events.batch import Events
from evercart.fold import fingerprint
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.repeats import Repeats
from evercart.shortlist import Shortlist
from evercart.units import DAY_US, HOUR_S, SECOND_US

HOUR_US = HOUR_S * SECOND_US


def test_states_are_held_at_midnight_on_monday_or_once() -> None:
    us = np.arange(0, 20 * DAY_US, 6 * HOUR_US)
    tick = np.arange(len(us)) // 2
    found = {name: edges(us, tick, 2 * DAY_US + HOUR_US, period) for name, period in MODES.items()}
    assert us[found["frozen"]].tolist() == [2.5 * DAY_US]
    assert (us[found["a day behind"]][1:] // DAY_US).tolist() == list(range(3, 20))
    assert us[found["a week behind"]].tolist() == [2.5 * DAY_US, 4 * DAY_US, 11 * DAY_US, 18 * DAY_US]
    assert all((tick[held] != tick[held - 1]).all() for held in found.values())


def test_one_key_in_so_many_in_the_order_of_their_first_rows() -> None:
    keys = np.array([0, 5, 9, 5, 7, 0, 3], np.uint64)
    assert [sample(keys, every).tolist() for every in (1, 2, 3)] == [[3, 5, 7, 9], [5, 7], [3, 5]]


def _clicks(*rows: tuple[int, int], begin_s: int = 0) -> Events:
    session, item = (np.array(column) for column in zip(*rows, strict=True))
    us = (begin_s + np.arange(len(rows))) * SECOND_US
    return Events.of(kind=np.ones(len(rows)), logged_us=us, session=session, item=item)


def _places(learned: Events, later: Events, answers: list[tuple[int, int]], about: list[int], source: Any) -> Any:
    """Return the ranks of answers (question, item) where nothing is learned from the later rows."""
    parts = Shortlist(sources=(source,))
    folds, states = parts.stages(), {}
    for name in ("asks", "source0", "ranker"):
        states[name] = folds[name].start()
    states["asks"], woven = folds["asks"].step(states["asks"], learned)
    states["source0"], _ = folds["source0"].step(states["source0"], woven)
    number, item = (np.array(column) for column in zip(*answers, strict=True))
    places = Places.of(number, item.astype(np.uint64), 20)
    before = {name: fingerprint(state) for name, state in states.items()}
    keys = np.sort(np.array(about, np.uint64))
    ahead(folds, states, ("source0",), later, ("session", keys), places)
    assert {name: fingerprint(state) for name, state in states.items()} == before
    return places.rank


LEARNED = _clicks((1, 10), (1, 11), (2, 10), (2, 12), (9, 20))


def test_others_are_not_learned_from_but_the_own_path_is_known() -> None:
    later = _clicks((3, 30), (3, 31), (4, 30), (4, 10), (4, 30), begin_s=60)
    rank = _places(LEARNED, later, [(5, 31), (7, 31), (8, 11), (8, 30), (9, 10)], [3, 4], Browsing())
    assert rank[0] == -1, "nothing was known of what comes after 30"
    assert rank[1] == -1, "what session 3 went on to was not learned"
    assert rank[2] >= 0, "what came after 10 was learned before"
    assert rank[3] >= 0, "the session's own item, though new to the index"
    assert rank[4] >= 0


def test_a_session_that_began_before_goes_on_without_a_word_to_others() -> None:
    later = _clicks((9, 21), (5, 20), (9, 22), begin_s=60)
    rank = _places(LEARNED, later, [(5, 20), (6, 21), (7, 20), (7, 21)], [5, 9], Browsing())
    assert rank[0] >= 0, "its path begins where the index knew it"
    assert rank[1] == -1, "who clicks 20, too, hears nothing of what followed"
    assert rank[2] >= 0
    assert rank[3] >= 0


def test_only_those_who_are_sampled_are_asked() -> None:
    rank = _places(LEARNED, _clicks((3, 10), (4, 10), begin_s=60), [(5, 11), (6, 11)], [4], Browsing())
    assert rank.tolist() == [-2, rank[1]]
    assert rank[1] >= 0


@pytest.mark.parametrize("source", [Browsing(), Repeats("view", "session")], ids=["browsing", "repeats"])
def test_without_other_sessions_nothing_is_stale(source: Any) -> None:
    """What is known up to the question is the session's own; here it is all there is."""
    rows = _clicks(*((1, 10 + at % 3) for at in range(12)))
    asks = Shortlist(sources=(source,)).asks
    _, woven = asks.step(asks.start(), rows)
    _, fresh = source.step(source.start(), woven)
    _, still = source.aside(source.start(), woven)
    own = 1 if len(source.columns) < 20 else source.columns.index("own_nearness")
    assert len(still) > 0
    for number in range(3, 12):
        one, other = (part.rows(part.question == number) for part in (fresh, still))
        assert set(other.item.tolist()) <= set(one.item.tolist())
        mine = dict(zip(one.item.tolist(), one.x[:, own].tolist(), strict=True))
        assert all(mine[item] == value for item, value in zip(other.item.tolist(), other.x[:, own], strict=True))
