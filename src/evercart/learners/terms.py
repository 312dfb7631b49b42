"""Terms: which weights a row of X touches, by how much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column, chosen
from evercart.hashing import U64, mix
from evercart.kernel import kernel
from evercart.memory import prefetch

AHEAD: Final = 2  # rows whose weights are fetched before they are needed
RING: Final = 4  # rows laid out at once, a power of two above AHEAD
_FIRST, _SIZE, _COLUMN, _OTHER = 0, 1, 2, 3
_ANY = U64(1 << 31)


class Terms(NamedTuple):
    """One term a number column, a slot column, a cross of two slot columns, in this order; then the bias.

    plan          (terms, 4) uint32: first weight, how many weights, column of X, the other column of a cross
    slot_value    what a slot says where a number says its value
    """

    plan: NDArray[np.uint32]
    numbers: int
    slots: int
    crosses: int
    slot_value: float = 1.0

    @property
    def weights(self) -> int:
        """Return how many weights the terms share."""
        return int((self.plan[:, _FIRST].astype(np.int64) + self.plan[:, _SIZE]).max())

    def by_column(self, each: NDArray[np.float64], width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what terms (rows, terms) add without any column, (rows,); by column of X, (rows, width).

        Of a cross each of its two columns has half: its share by Shapley's value, since without either it adds nothing.
        """
        found, known = np.zeros((len(each), width)), self.numbers + self.slots
        for term in range(known + self.crosses):
            share = 1.0 if term < known else 0.5
            found[:, self.plan[term, _COLUMN]] += share * each[:, term]
            if term >= known:
                found[:, self.plan[term, _OTHER]] += share * each[:, term]
        return each[:, known + self.crosses :].sum(1), found


def terms(
    columns: Sequence[Column],
    use: Iterable[str] | None,
    crosses: Sequence[tuple[str, str]],
    cross_slots: int,
    bias: bool,
) -> Terms:
    """Lay out the weights: one a number, a region a space of slots, one region for all crosses."""
    places = chosen(columns, [column.name for column in columns] if use is None else use)
    numbers = [i for i in places if columns[i].is_number]
    slotted = [i for i in places if not columns[i].is_number]
    plan = [(first, 1, column, 0) for first, column in enumerate(numbers)]
    top = len(numbers)
    regions: dict[str, tuple[int, int]] = {}
    for column in slotted:
        name, size = columns[column].space or f"column {columns[column].name}", columns[column].slots
        if name not in regions:
            regions[name] = (top, size)
            top += size
        require(
            regions[name][1] == size, f"column {columns[column].name}.slots", f"{regions[name][1]}, as its space", size
        )
        plan.append((regions[name][0], size, column, 0))
    for a, b in (chosen(columns, pair) for pair in crosses):
        for i in (a, b):
            require(not columns[i].is_number, f"cross of {columns[i].name}", "a slot column", "a number column")
        plan.append((top, cross_slots, a, b))
    top += cross_slots if crosses else 0
    if bias:
        plan.append((top, 1, 0, 0))
    require(bool(plan), "columns", "at least one column or the bias", "none")
    require(top < 1 << 32, "columns", "fewer than 2^32 weights in all", top)
    return Terms(np.array(plan, np.uint32), len(numbers), len(slotted), len(crosses))


@kernel
def ring(terms: Terms) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
    """Return room for RING rows: each term's place among the weights, its value; both (RING, terms)."""
    places = np.empty((RING, len(terms.plan)), np.uint32)
    for term in range(len(terms.plan)):
        places[:, term] = terms.plan[term, _FIRST]
    values = np.ones(places.shape)
    values[:, terms.numbers : terms.numbers + terms.slots] = terms.slot_value
    return places, values


@kernel
def lay(
    terms: Terms, x: NDArray[np.float32], row: int, places: NDArray[np.uint32], values: NDArray[np.float64], at: int
) -> None:
    """Write a row's places and values; a number that is not finite counts as 0, what is no slot as slot 0."""
    plan = terms.plan
    for term in range(terms.numbers):
        value = np.float64(x[row, plan[term, _COLUMN]])
        values[at, term] = value if np.isfinite(value) else 0.0
    crossed = terms.numbers + terms.slots
    for term in range(terms.numbers, crossed):
        slot = _slot(x[row, plan[term, _COLUMN]], U64(plan[term, _SIZE]))
        places[at, term] = U64(plan[term, _FIRST]) + slot
    for term in range(crossed, crossed + terms.crosses):
        a = _slot(x[row, plan[term, _COLUMN]], _ANY)
        b = _slot(x[row, plan[term, _OTHER]], _ANY)
        both = mix((a << U64(32)) | b, U64(term)) >> U64(32)
        places[at, term] = U64(plan[term, _FIRST]) + ((both * U64(plan[term, _SIZE])) >> U64(32))


@kernel
def laid(terms: Terms, x: NDArray[np.float32]) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
    """Return the places of all rows' terms, their values; both (rows, terms)."""
    places, values = ring(terms)
    every = np.empty((len(x), places.shape[1]), np.uint32), np.empty((len(x), places.shape[1]))
    for row in range(len(x)):
        lay(terms, x, row, places, values, 0)
        every[0][row], every[1][row] = places[0], values[0]
    return every


@kernel
def _slot(value: float, size: np.uint64) -> np.uint64:
    slot = U64(np.int64(value))  # what is negative or NaN becomes huge
    return slot if slot < size else U64(0)


@kernel
def fetch(memory: NDArray[np.float64], places: NDArray[np.uint32], at: int) -> None:
    """Ask for a laid row's weights ahead of time."""
    for term in range(places.shape[1]):
        prefetch(memory, places[at, term])
