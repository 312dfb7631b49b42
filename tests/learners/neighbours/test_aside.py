"""A session goes on beside an index that stands still."""

from __future__ import annotations

import numpy as np
from worlds import log, random_log

from evercart.fold import clone
from evercart.learners.neighbours.aside import beside
from evercart.learners.neighbours.browsing import Browsing
from evercart.slots import find


def test_a_session_has_one_key_beside_its_own() -> None:
    keys = np.array([1, 2, 2**63, 0x5851F42D4C957F2D], np.uint64)
    others = [int(beside(key)) for key in keys]
    assert len(set(others)) == len(keys)
    assert 0 not in others


def test_no_list_of_any_item_says_a_word_of_it() -> None:
    fold = Browsing()
    state, _ = fold.step(fold.start(), random_log(200, 3))
    known = clone(state.item), clone(state.newest), clone(state.session), clone(state.path)
    after, _ = fold.aside(clone(state), log([(3, 4, 300), (3, -4, 300), (77, 5, 301), (77, 990, 302), (77, -990, 302)]))
    for was, now in zip(known, (after.item, after.newest, after.session, after.path), strict=True):
        rows = [at for at in range(len(was)) if any(was[at].tobytes())]
        assert was[rows].tobytes() == now[rows].tobytes()
    there = find(after.sessions, np.uint64(beside(np.uint64(77))))
    assert after.session[there]["ever"] == 2


def test_its_row_begins_as_the_index_knew_it() -> None:
    fold = Browsing()
    state, _ = fold.step(fold.start(), log([(3, 10, 0), (3, 11, 1)]))
    after, out = fold.aside(state, log([(3, 12, 2), (3, -12, 2)]))
    there = find(after.sessions, np.uint64(beside(np.uint64(3))))
    assert after.session[there]["ever"] == 3
    assert out.item.tolist()[:2] == [11, 10]
