"""Names of simulated things: a few letters with a number behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.hashing import U64, hash_bytes
from evercart.kernel import kernel
from evercart.units import MISSING

Ints = NDArray[np.int64]

NAMES: Final[Mapping[str, str]] = {  # the letters of each column of names
    "id": "e",
    "user": "u",
    "session": "s",
    "item": "i",
    "place": "p",
    "category": "category-",
    "brand": "brand-",
    "department": "department-",
    "segment": "segment-",
    "campaign": "campaign-",
    "coupon": "coupon-",
}
LETTERS: Final[Mapping[str, str]] = {**NAMES, "card": "card-", "device": "device-", "address": "address-"}


def named(column: str, numbers: Ints) -> pa.Array:
    """Return the names of a column's numbers, null where one is `MISSING`.

    >>> named("user", np.array([7, MISSING])).to_pylist()
    ['u7', None]
    """
    there = pa.array(numbers, mask=numbers == MISSING)
    return pc.binary_join_element_wise(LETTERS[column], pc.cast(there, pa.string()), "")


def hashed(column: str, numbers: Ints, key: int) -> NDArray[np.uint64]:
    """Return what `hash_strings` says of a column's names, without making the names.

    >>> from evercart.hashing import hash_name
    >>> int(hashed("user", np.array([7]), key=1)[0]) == hash_name("u7", key=1)
    True
    """
    return _hash_numbered(np.frombuffer(LETTERS[column].encode(), np.uint8), numbers, U64(key))


@kernel
def _hash_numbered(letters: NDArray[np.uint8], numbers: Ints, key: np.uint64) -> NDArray[np.uint64]:
    out = np.zeros(len(numbers), np.uint64)
    name = np.zeros(len(letters) + 20, np.uint8)
    name[: len(letters)] = letters
    for row in range(len(numbers)):
        if numbers[row] == MISSING:
            continue
        digits, left = 1, numbers[row]
        while left >= 10:
            left //= 10
            digits += 1
        stop, left = len(letters) + digits, numbers[row]
        for at in range(stop - 1, len(letters) - 1, -1):
            name[at] = 48 + left % 10
            left //= 10
        h = hash_bytes(name, 0, stop, key)
        out[row] = h if h != U64(0) else U64(1)
    return out
