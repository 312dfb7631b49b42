"""Slots against a dictionary."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evercart.fold import pack, unpack
from evercart.hashing import U64
from evercart.slots import Slots, add, find, likely, release, reserve, slots


def _key(number: int) -> np.uint64:
    return U64(number * 0x9E3779B97F4A7C15 % 2**64 or 1)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 12)), max_size=80), st.integers(0, 79))
def test_slots_are_a_dictionary_of_small_numbers(moves: list[tuple[bool, int]], saved_at: int) -> None:
    """Add or release a key; once on the way saved and loaded."""
    table, known = slots(), {}
    for step, (adds, number) in enumerate(moves):
        key = _key(number)
        if adds:
            table = reserve(table, 1)
            known[number] = add(table, key)
        elif number in known:
            release(table, known.pop(number))
        if step == saved_at:
            table = unpack(slots(), pack(table))
        assert table.live == len(known)
        assert len(set(known.values())) == len(known)
        for other in range(1, 13):
            assert find(table, _key(other)) == known.get(other, -1)


def _filled(count: int) -> Slots:
    table = reserve(slots(), count)
    for number in range(1, count + 1):
        add(table, _key(number))
    return table


def test_released_slots_are_used_again() -> None:
    table = _filled(100)
    for slot in (5, 50, 95):
        release(table, slot)
    taken = [add(table, _key(1_000 + i)) for i in range(3)]
    assert taken == [95, 50, 5]
    assert table.size == 100


def test_a_key_keeps_its_slot_when_the_table_grows() -> None:
    table = _filled(100)
    grown = reserve(table, 10_000)
    assert len(grown.keys) >= 10_100
    assert [find(grown, _key(n)) for n in (1, 100)] == [find(table, _key(n)) for n in (1, 100)]


def test_an_emptied_table_is_packed_like_a_new_one() -> None:
    table = _filled(100)
    for slot in range(100):
        release(table, slot)
    new, old = pack(slots()), pack(table)
    assert {name: array.tolist() for name, array in old.items()} == {name: a.tolist() for name, a in new.items()}


def test_coming_and_going_does_not_grow() -> None:
    table = reserve(slots(), 16)
    for number in range(1, 5_000):
        table = reserve(table, 1)
        slot = add(table, _key(number))
        assert slot < 16
        if number > 10:
            release(table, find(table, _key(number - 10)))
    assert len(table.keys) == 16


def test_where_a_search_begins_it_mostly_ends() -> None:
    table, keys = reserve(slots(), 500), np.arange(1, 501, dtype=np.uint64)
    assert likely(table, keys[0]) == -1
    placed = np.array([add(table, key) for key in keys])
    assert np.mean([likely(table, key) == slot for key, slot in zip(keys, placed, strict=True)]) > 0.6
