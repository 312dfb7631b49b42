"""Keys in the order they were last seen."""

from __future__ import annotations

import numpy as np

from evercart.fold import pack, unpack
from evercart.hashing import U64
from evercart.recent import NONE, Recent, drop, recent, seen, silent, touch, with_room


def _order(state: Recent) -> list[int]:
    found, slot = [], state.ends[0]
    while slot != NONE:
        found.append(int(state.keys.keys[slot]))
        slot = state.links["newer"][slot]
    return found


def test_a_touched_key_is_the_newest_wherever_it_stood() -> None:
    state = with_room(recent(1), 100)
    for key, now in ((1, 10), (2, 11), (3, 12), (2, 13), (1, 14), (1, 15)):
        touch(state, U64(key), now)
    assert _order(state) == [3, 2, 1]
    assert state.links["last_us"][state.ends[1]] == 15


def test_a_dropped_key_leaves_nothing_behind() -> None:
    state = with_room(recent(2), 3)
    slots = [touch(state, U64(key), key) for key in (1, 2, 3)]
    state.carried[slots[1]] = 7
    drop(state, slots[1])
    assert _order(state) == [1, 3]
    assert not state.carried[slots[1]].any()
    drop(state, slots[0])
    drop(state, slots[2])
    assert _order(state) == []
    assert state.ends.tolist() == [NONE, NONE]
    assert state.keys.size == 0


def test_the_list_survives_packing_then_growing() -> None:
    state = with_room(recent(1), 50)
    for key in range(1, 51):
        touch(state, U64(key), key)
    again = with_room(unpack(recent(1), pack(state)), 500)
    touch(again, U64(1), 99)
    assert _order(again) == [*range(2, 51), 1]
    assert np.array_equal(pack(state)["links.last_us"], np.arange(1, 51))


def test_who_was_silent_for_longer_is_not_seen() -> None:
    state = with_room(recent(0), 2)
    assert not silent(state, 10**9, 0)
    touch(state, U64(7), 100)
    assert (silent(state, 110, 10), silent(state, 111, 10)) == (False, True)
    assert (seen(state, U64(7), 110, 10), seen(state, U64(7), 111, 10)) == (0, NONE)
    assert seen(state, U64(8), 110, 10) == seen(state, U64(0), 110, 10) == NONE
