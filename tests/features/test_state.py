"""The memory of a table loses nothing but spare room when packed."""

from __future__ import annotations

import numpy as np

from evercart import fold
from evercart.events.batch import Events
from evercart.features import Count, Distinct, LastItems, Recency, Table
from evercart.units import SECOND_US

TABLE = Table("t", ("user",), (Count("order", 5), Distinct("order", "item", 3), Recency("order"), LastItems("order")))


def rows(size: int, seed: int) -> Events:
    rng = np.random.default_rng(seed)
    return Events.of(
        kind=np.full(size, 2),
        logged_us=np.arange(size) * SECOND_US // 4,
        user=rng.integers(1, 9, size),
        item=rng.integers(1, 5, size),
        number=np.full(size, -1),
    )


def test_packed_form_is_small_and_numbered_from_0() -> None:
    state, _ = TABLE.step(TABLE.start(), rows(500, seed=1))
    flat = fold.pack(state)
    assert flat["ends"].tolist() == [0, 20]
    assert len(flat["rows.us"]) == 20
    assert len(flat["keys.tallies"]) <= 8
    assert flat["tails"].tolist() == [8, 0]
    assert set(flat["pair_last"]) <= set(range(21))


def test_unpacking_gives_the_same_memory() -> None:
    state, _ = TABLE.step(TABLE.start(), rows(500, seed=2))
    again = fold.unpack(TABLE.start(), fold.pack(state))
    assert fold.fingerprint(again) == fold.fingerprint(state)


def test_rooms_are_made_before_rows_come() -> None:
    state = TABLE.start().roomy(100, sets=1)
    assert len(state.slots.keys) >= 100
    assert len(state.pair_last) == len(state.pairs.keys) >= 100
    assert {len(column) for column in state.keys} == {len(state.slots.keys)}
    assert {len(column) for column in state.rows} == {128}
