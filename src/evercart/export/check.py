"""Check: what left the house says what the learner says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import normal, uniform
from evercart.errors import UserError, expected
from evercart.export.kept import MOST
from evercart.export.unwrapped import Unwrapped
from evercart.learners.deep.adapted import Adapted
from evercart.learners.deep.extra import calm


class Checked(NamedTuple):
    """How far an export is from its learner, over fresh inputs."""

    inputs: int
    margins: float  # largest difference of a margin, as a part of its row's largest where that is above 1
    guesses: float  # the share of rows that are guessed otherwise by more than `MOST`


def check(one: Unwrapped, said: Callable[[NDArray[np.float32]], Any], rows: int = 10_000, seed: int = 1) -> Checked:
    """Return how far an export is from its learner; `UserError` where that is more than `MOST`.

    said    from x, (rows, columns), to margins, (rows, outputs), by the export
    rows    fresh inputs, as `fresh` draws them
    """
    deep, x = one.deep, fresh(one, rows, seed)
    with calm():
        ours = deep.by_module(one.trained, one.seen(x))
        theirs = np.asarray(said(x))
    apart = float((np.abs(ours - theirs) / np.abs(ours).max(axis=1, keepdims=True).clip(1.0)).max())
    guesses = (deep.head.guess(each, one.trained.seen) for each in (ours, theirs))
    other = float((np.abs(np.subtract(*guesses)) > MOST).mean()) if deep.head.outputs > 1 else 0.0
    if not apart <= MOST:
        raise UserError(expected("export", f"margins within {MOST:g} of the learner's own", f"{apart:.3g}"))
    return Checked(rows, apart, other)


def fresh(one: Unwrapped, rows: int, seed: int) -> NDArray[np.float32]:
    """Return rows as an app may have them, (rows, columns).

    Numbers are standard normal on the learner's own scale, every tenth row ten times as large, one in a hundred not
    a number. Slots are drawn from all that there are, every other one from those that have a vector; tokens, of a
    learner that reads texts, from all of the vocabulary.
    """
    places, network = np.arange(rows * len(one.deep.columns)).reshape(rows, -1), one.deep.network
    if isinstance(network, Adapted):
        return network.drawn(uniform(seed, places, "export/tokens"))
    x = normal(seed, places, "export").astype(np.float32)
    x[::10] *= 10
    for stage in reversed(one.stages):
        x = stage.raw(x)
    chance = uniform(seed, np.arange(rows * len(one.columns)).reshape(rows, -1), "export/slots")
    for at, column in enumerate(one.columns):
        if column.is_number:
            x[chance[:, at] < 0.01, at] = np.nan
        else:
            known = _known(one, column.name)
            x[:, at] = np.floor(chance[:, at] * column.slots)
            if len(known):
                x[::2, at] = known[np.floor(chance[::2, at] * len(known)).astype(np.int64)]
    return x


def _known(one: Unwrapped, name: str) -> NDArray[np.int64]:
    """Return the slots of a column that have a vector; those of a column that the learner does not read: none."""
    deep = one.deep
    names = [deep.columns[place].name for place in deep.places[deep.inputs.numbers :]]
    if name not in names:
        return np.zeros(0, np.int64)
    first, size = (int(each[names.index(name)]) for each in deep.spaces)
    key = one.trained.rows.key
    return np.sort(key[(key > first) & (key < first + size)] - first)
