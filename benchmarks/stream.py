"""Stream: our side of the race, from integer columns or Arrow strings to guesses, in batches as the loop reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from drifting import FIELDS, LETTERS
from evercart.features.columns import Column
from evercart.hashing import hash_strings
from evercart.learners.learner import Learner
from evercart.learners.prequential import prequential

BATCH = 32_768  # events
BITS = 20
COLUMNS = tuple(Column(letter, slots=1 << BITS, space="all") for letter in LETTERS)


def from_slots(learner: Learner[Any], slots: NDArray[np.int32], labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ask, then settle, event by event; return the guesses, (events,)."""
    state, guesses = learner.start(), np.empty(len(labels))
    for first in range(0, len(labels), BATCH):
        part = slice(first, first + BATCH)
        state, said = learner.step(state, prequential(slots[part], labels[part]))
        guesses[part] = said[::2]
    return guesses


def from_strings(learner: Learner[Any], table: pa.Table, labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Hash the names, then as `from_slots`."""
    state, guesses = learner.start(), np.empty(len(labels))
    for first in range(0, len(labels), BATCH):
        part = slice(first, first + BATCH)
        state, said = learner.step(state, prequential(hashed(table.slice(first, BATCH)), labels[part]))
        guesses[part] = said[::2]
    return guesses


def hashed(table: pa.Table) -> NDArray[np.int32]:
    """Return the slots of all fields, (events, FIELDS); each field is hashed under its own key."""
    slots = np.empty((len(table), FIELDS), np.int32)
    for field, letter in enumerate(LETTERS):
        slots[:, field] = hash_strings(table[letter], field) >> np.uint64(64 - BITS)
    return slots
