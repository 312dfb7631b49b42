"""Numbers as slots between edges."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evercart.features.slotted import edges_of, fill_slots, slotted

_SOME = st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=5, unique=True)
_EDGES = _SOME.map(lambda one: tuple(sorted(one)))
_NUMBERS = st.lists(st.sampled_from([-9.0, -3.0, -0.5, 0.0, 1.0, 1.5, 3.0, 9.0]), min_size=1, max_size=6)


@given(_NUMBERS, _EDGES)
def test_a_slot_counts_the_edges_at_or_below(numbers: list[float], edges: tuple[float, ...]) -> None:
    said = slotted(np.array([*numbers, np.nan], np.float32), edges)
    assert said.tolist() == [*(1 + bisect_right(edges, one) for one in numbers), 0]


@given(_NUMBERS, _EDGES, _EDGES)
def test_slots_of_some_columns_are_the_last_ones(
    numbers: list[float], some: tuple[float, ...], other: tuple[float, ...]
) -> None:
    x = np.zeros((len(numbers), 5), np.float32)
    x[:, 2], x[:, 0] = numbers, numbers[::-1]
    before = x[:, :3].copy()
    fill_slots(x, edges_of([(2, some), (0, other)]))
    assert np.array_equal(x[:, :3], before)
    assert np.array_equal(x[:, 3], slotted(before[:, 2], some))
    assert np.array_equal(x[:, 4], slotted(before[:, 0], other))
