"""Heads: what is said of lists, of labels, as one number a question, for whatever reads single numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.features.columns import Column
from evercart.labels.likely import first_chance
from evercart.labels.turns import ASKED, FURTHER, MISSED, SETTLED, Turns

COLUMNS: Final = (Column("candidates"),)
TERMS: Final = (Column("terms"),)


def heads(turns: Turns, guesses: Mapping[str, NDArray[np.float64]]) -> tuple[Turns, dict[str, NDArray[np.float64]]]:
    """Return a row for each list that is asked, settled or abandoned; beside it how sure each racer is of its first.

    turns      of `Lists`
    guesses    by racer, (rows of turns,) scores

    X is how many candidates there are. How sure a racer is: the greatest of the softmax of its scores. A settled
    list has the label 1, as a race over lists has it.
    """
    told = turns.what == FURTHER
    if told.any():  # of lists that have ended
        turns, guesses = turns.rows(~told), {name: scores[~told] for name, scores in guesses.items()}
    new = np.ones(len(turns), np.bool_)
    new[1:] = (np.diff(turns.number) != 0) | (np.diff(turns.what) != 0) | (np.diff(turns.offset) != 0)
    first = np.flatnonzero(new & (turns.what != SETTLED))
    size = np.diff(np.append(np.flatnonzero(new), len(turns)))[(turns.what != SETTLED)[new]]
    asked = turns.what[first] == ASKED
    kept = turns.rows(first)
    settled = kept.what == MISSED
    x = np.where(asked, size, 0)[:, None].astype(np.float32)
    kept = replace(
        kept,
        what=np.where(settled, SETTLED, kept.what).astype(np.int8),
        y=np.where(settled, 1.0, kept.y),
        weight=np.ones(len(first)),
        x=x,
    )
    return kept, {name: _sure(scores, first, size, asked) for name, scores in guesses.items()}


def _sure(
    scores: NDArray[np.float64], first: NDArray[np.int64], size: NDArray[np.int64], asked: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the softmax of the best of each list, (lists,); NaN where nothing was asked."""
    out = np.full(len(first), np.nan)
    if not asked.any():
        return out
    rows = np.repeat(first[asked] - np.cumsum(size[asked]) + size[asked], size[asked]) + np.arange(size[asked].sum())
    starts = np.cumsum(size[asked]) - size[asked]
    best = np.maximum.reduceat(scores[rows], starts)
    total = np.add.reduceat(np.exp(scores[rows] - np.repeat(best, size[asked])), starts)
    out[asked] = 1.0 / total
    return out


def surest(turns: Turns, guesses: Mapping[str, NDArray[np.float64]]) -> tuple[Turns, dict[str, NDArray[np.float64]]]:
    """Return turns of `Named` with one column; beside them how sure each racer is of its likeliest label.

    X is how many of a text's columns say anything. A label that was told is 1, as a race over labels has it.
    """
    terms = np.count_nonzero(turns.x, axis=1)[:, None].astype(np.float32)
    told = {name: np.where(np.isnan(one), np.nan, 1.0) for name, one in (("y", turns.y), ("was", turns.was))}
    return replace(turns, x=terms, **told), {name: first_chance(said) for name, said in guesses.items()}
