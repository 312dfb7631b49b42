"""Looked: the vectors of slots, found within a graph by halving the sorted keys."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.learners.deep.blocks import assembled
from evercart.learners.deep.extra import torch
from evercart.learners.deep.table import FREE, Rows

_LAST = np.iinfo(np.int64).max


def looked(held: Rows, first: NDArray[np.int64], sizes: NDArray[np.int64]) -> Any:
    """Return a module from slots, (rows, fields), to their vectors, (rows, fields * width).

    first, sizes    (fields,) where the slots of a column's space begin, how many there are

    It holds the taken rows alone, in the order of their keys, behind one of zeros for what has no vector. A key is
    found in as many comparisons as its place has bits, since graphs know neither hashes nor a search.
    """
    it = torch()
    taken = np.flatnonzero(held.key != FREE)
    taken = taken[np.argsort(held.key[taken])]
    bits = len(taken).bit_length()
    keys = np.full(1 << bits, _LAST)
    vectors = np.zeros((1 << bits, held.vector.shape[1]), held.vector.dtype)
    keys[0] = FREE
    keys[1 : len(taken) + 1], vectors[1 : len(taken) + 1] = held.key[taken], held.vector[taken]
    return assembled(
        _forward,
        bits=bits,
        keys=it.from_numpy(keys),
        vectors=it.from_numpy(vectors),
        first=it.from_numpy(first.copy()),
        sizes=it.from_numpy(sizes.astype(np.float64)),
    )


def _forward(self: Any, slots: Any) -> Any:
    it, given = torch(), slots.double()
    wanted = it.where((given >= 1) & (given < self.sizes), slots.long() + self.first, FREE)
    at = it.zeros_like(wanted)
    for bit in reversed(range(self.bits)):
        further = at + (1 << bit)
        at = it.where(self.keys[further] <= wanted, further, at)
    known = (self.keys[at] == wanted)[:, :, None]
    return it.where(known, self.vectors[at], 0.0).flatten(1)
