"""Taught: a network learns to say what another one says of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.deep.extra import calm, torch

X = NDArray[np.float32]


def taught(
    deep: Deep,
    state: Trained,
    x: X,
    margins: NDArray[Any],
    passes: int,
    rows: int = 64,
    after: Callable[[Trained], Trained] = lambda state: state,
) -> Trained:
    """Return the state after steps towards given margins, (rows, outputs), of rows x, (rows, inputs).

    passes    over all rows, each time in another order
    rows      of a step
    after     what is done to the state after each step

    How far apart two margins are is the head's to say: for chances, their relative entropy.

    Source: Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015, arXiv 1503.02531, section 2,
    at temperature 1.
    """
    said = torch().from_numpy(np.ascontiguousarray(margins))
    with calm():
        for turn in range(passes):
            order = np.argsort(uniform(deep.seed, turn * len(x) + np.arange(len(x)), "export/taught"))
            for start in range(0, len(x), rows):
                some = order[start : start + rows]
                state = after(deep.descend(state, _towards(deep, x[some], said[some])))
    return state


def _towards(deep: Deep, x: X, said: Any) -> Callable[[Any], Any]:
    return lambda ask: deep.head.apart(ask(x), said).mean()
