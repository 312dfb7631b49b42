"""Design: X as numbers beside one-hot places, none of which are written out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.features.columns import Column, chosen
from evercart.hashing import mix_columns

Reads = Literal["numbers", "slots", "both"]


class Design(NamedTuple):
    """Questions as a linear model reads them."""

    numbers: NDArray[np.float32]  # (questions, numbers) as they are; standardising is part of a fit
    places: NDArray[np.int32]  # (questions, slot columns and crosses): which one-hot column holds the 1
    width: int  # one-hot columns


def design(
    x: NDArray[np.float32], columns: Sequence[Column], crosses: Sequence[tuple[str, str]], reads: Reads
) -> Design:
    """Return X in that form; one-hot columns are only numbered here, in the order of their slots.

    crosses    pairs of names of slot columns; each pair of slots that occurs gets a column of its own
    """
    number_at = [at for at, column in enumerate(columns) if column.is_number and reads != "slots"]
    slot_at = [at for at, column in enumerate(columns) if not column.is_number and reads != "numbers"]
    numbers = np.nan_to_num(x[:, number_at], posinf=0.0, neginf=0.0)
    spaces: dict[str, list[NDArray[np.uint64]]] = {}
    for at in slot_at:
        spaces.setdefault(columns[at].space or f"column {at}", []).append(x[:, at].astype(np.uint64))
    if reads != "numbers":
        for names in crosses:
            a, b = chosen(columns, names)
            one, two = (x[:, at].astype(np.uint64) + np.uint64(1) for at in (a, b))
            spaces[f"cross {names}"] = [mix_columns(one, two)]
    parts, width = [], 0
    for fields in spaces.values():
        values, places = np.unique(np.stack(fields, axis=1), return_inverse=True)
        parts.append(places.reshape(len(x), len(fields)).astype(np.int32) + np.int32(width))
        width += len(values)
    places = np.concatenate(parts, axis=1) if parts else np.empty((len(x), 0), np.int32)
    return Design(np.ascontiguousarray(numbers), np.ascontiguousarray(places), width)
