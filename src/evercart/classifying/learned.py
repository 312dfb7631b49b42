"""Learned: messages guessed, then learned, in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.classifying.reading import Messages
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.remember.open_set import NONE, OpenSet, Said

UNTOLD: Final = -1  # of a message whose label never comes
_BLOCK: Final = 2_048  # messages held as turns at once
_EVERY, _TICKS = 16, 2_048  # messages a tick at least, ticks at most


@dataclass(frozen=True)
class Numbered:
    """Labels as class numbers, by their first message: 1, 2, …; those out of scope are `NONE`.

    label    (messages,) or `UNTOLD`
    names    of the classes, that of `NONE` first
    """

    label: NDArray[np.int64]
    names: tuple[str, ...]


def numbered(found: Messages) -> Numbered:
    """Return the class number of each message."""
    numbers: dict[str, int] = {}
    out = np.full(len(found.labels), UNTOLD, np.int64)
    for row, name in enumerate(found.labels):
        if name is not None:
            out[row] = NONE if name in found.out_of_scope else numbers.setdefault(name, len(numbers) + 1)
    return Numbered(out, ("(none)", *numbers))


def ticks(rows: int) -> int:
    """Return how many messages make a tick, after which weights move.

    >>> ticks(10_000), ticks(100_000)
    (16, 49)
    """
    return max(_EVERY, -(-rows // _TICKS))


def turned(x: NDArray[np.float32], label: NDArray[np.int64], first: int, every: int) -> Turns:
    """Return messages, asked about, then told, `every` of them a tick.

    x        (rows, inputs)
    label    (rows,) class numbers; below 0: never told
    first    the number of the first
    """
    place = first + np.arange(len(x))
    told = label >= 0
    number, row = np.concatenate([place, place[told]]), np.concatenate([np.arange(len(x)), np.flatnonzero(told)])
    what = np.concatenate([np.full(len(x), ASKED, np.int8), np.full(told.sum(), SETTLED, np.int8)])
    order = np.lexsort((number, what != ASKED, number // every))
    what, number, row = what[order], number[order], row[order]
    y = np.where(what == SETTLED, label[row], np.nan).astype(np.float64)
    never, ones, key = np.full(len(row), np.nan), np.ones(len(row)), np.zeros(len(row), np.uint64)
    return Turns(what, number // every, number, number, number, y, never, ones, key, x[row])


def learned(learner: OpenSet, x: NDArray[np.float32], label: NDArray[np.int64], every: int) -> tuple[Any, Said]:
    """Return the state after all messages, with what was said of each before its label was told."""
    state, said, block = learner.start(), [], max(_BLOCK // every, 1) * every
    for first in range(0, len(x), block):
        turns = turned(x[first : first + block], label[first : first + block], first, every)
        state, out = learner.step(state, turns)
        asked = turns.what == ASKED
        said.append(Said(*(column[asked] for column in out)))
    return state, Said(*(np.concatenate(columns) for columns in zip(*said, strict=True)))


def encoded(
    encoder: Callable[[Sequence[str]], NDArray[np.float32]], texts: Sequence[str], told: Callable[[float], None]
) -> NDArray[np.float32]:
    """Return the vectors of texts, (texts, width), each text encoded once."""
    once = list(dict.fromkeys(texts))
    parts = []
    for first in range(0, len(once), _BLOCK):
        parts.append(encoder(once[first : first + _BLOCK]))
        told(min((first + _BLOCK) / len(once), 1.0))
    place = {text: row for row, text in enumerate(once)}
    out: NDArray[np.float32] = np.concatenate(parts)[[place[text] for text in texts]]
    return out


def never_seen(label: NDArray[np.int64], every: int) -> NDArray[np.bool_]:
    """Return which messages were asked about before any of their label was learned, (messages,)."""
    told = np.where(label > NONE, label, 0)
    first = np.full(told.max() + 1, len(label))
    np.minimum.at(first, told, np.arange(len(label)))
    new: NDArray[np.bool_] = (label > NONE) & (np.arange(len(label)) // every <= first[told] // every)
    return new
