"""Check: what left the house says what the learner says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import normal
from evercart.errors import UserError, expected
from evercart.export.unwrapped import Unwrapped
from evercart.learners.deep.extra import calm

MOST: Final = 1e-5


class Checked(NamedTuple):
    """How far an export is from its learner, over fresh inputs."""

    inputs: int
    margins: float  # largest difference of a margin, as a part of the margin where that is above 1
    guesses: float  # the share of rows that are guessed otherwise by more than `MOST`


def check(one: Unwrapped, said: Callable[[NDArray[np.float32]], Any], rows: int = 10_000, seed: int = 1) -> Checked:
    """Return how far an export is from its learner; `UserError` where that is more than `MOST`.

    said    from x, (rows, inputs), to margins, (rows, outputs), by the export
    rows    fresh inputs: standard normal, every tenth ten times as large
    """
    deep = one.deep
    x = normal(seed, np.arange(rows * len(deep.places)).reshape(rows, -1), "export").astype(np.float32)
    x[::10] *= 10
    with calm():
        ours = deep.margins(one.trained, x)
        theirs = np.asarray(said(x))
    apart = float((np.abs(ours - theirs) / np.maximum(1.0, np.abs(ours))).max())
    guesses = (deep.head.guess(each, one.trained.seen) for each in (ours, theirs))
    other = float((np.abs(np.subtract(*guesses)) > MOST).mean()) if deep.head.outputs > 1 else 0.0
    if not apart <= MOST:
        raise UserError(expected("export", f"margins within {MOST:g} of the learner's own", f"{apart:.3g}"))
    return Checked(rows, apart, other)
