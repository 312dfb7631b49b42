"""Recalled: the last labels that were learned, kept so that they can be learned once more."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, SETTLED, Turns


class Recalled(NamedTuple):
    """A ring of rows; one has 65 bytes, with 4 more a column of X."""

    seen: NDArray[np.int64]  # (1,) rows ever kept
    columns: tuple[NDArray[Any], ...]  # those of `Turns`, each (remember, ...) once the width of X is known


def nothing_learned() -> Recalled:
    """Return a ring without rows."""
    kinds = {"what": np.int8, "key": np.uint64, "y": float, "was": float, "weight": float}
    narrow = [np.zeros(0, kinds.get(field.name, np.int64)) for field in fields(Turns) if field.name != "x"]
    return Recalled(np.zeros(1, np.int64), (*narrow, np.zeros((0, 0), np.float32)))


def keep(state: Recalled, turns: Turns, remember: int) -> Recalled:
    """Return the ring with the rows that teach, the last `remember` of which stay."""
    if not len(state.columns[0]):
        rings = [np.zeros((remember, *array.shape[1:]), array.dtype) for array in vars(turns).values()]
        state = state._replace(columns=(*rings[:-1], rings[-1].astype(np.float32)))
    rows = np.flatnonzero((turns.what != ASKED) & (turns.what != ABANDONED))
    many = len(rows)
    rows = rows[-remember:]
    places = (state.seen[0] + many - len(rows) + np.arange(len(rows))) % remember
    for ring, array in zip(state.columns, vars(turns).values(), strict=True):
        ring[places] = array[rows]
    state.seen[0] += many
    return state


def recall(state: Recalled, since: int, least: int) -> Turns:
    """Return what is still known of the questions from number `since` on, at least of the last `least` rows.

    Each label comes with its question, asked in the tick in which it settled, so that statistics of questions are
    gathered, too. A correction whose first label is forgotten is left out.
    """
    size = len(state.columns[0])
    held = min(int(state.seen[0]), size)
    rows = (int(state.seen[0]) - held + np.arange(held)) % max(size, 1)
    kept = Turns(*(ring[rows] for ring in state.columns))
    wanted = (kept.number >= since) | (np.arange(held) >= held - least)
    kept = kept.rows(wanted)
    kept = kept.rows((kept.what != CORRECTION) | np.isin(kept.number, kept.number[kept.what == SETTLED]))
    return _asked_too(kept)


def _asked_too(labels: Turns) -> Turns:
    """Return the labels, each that settles a question after the question itself."""
    times = 1 + (labels.what == SETTLED)
    both = labels.rows(np.repeat(np.arange(len(labels)), times))
    asks = (np.cumsum(times) - times)[times == 2]
    both.what[asks], both.y[asks], both.was[asks] = ASKED, np.nan, np.nan
    return both
