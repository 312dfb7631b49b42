"""Attempt: one payment as a fraudster might make it, with what that costs him."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class Attempt(NamedTuple):
    """A payment; what no fraudster can change is not in it."""

    says: dict[str, int]  # by column of the event: its parties' hashes, 0 where missing; the amount, minor units
    waits_us: int = 0  # how much later it is made
    parts: int = 1  # equal payments that it is made as, one after the other
    cost: float = 0.0  # minor units
    ways: tuple[str, ...] = ()  # what was changed


Scores = Callable[[Sequence[Attempt]], NDArray[np.float64]]  # how suspicious each is, (attempts,)
Others = dict[str, NDArray[np.uint64]]  # by column, hashes that a payment could name instead


class Move(Protocol):
    """Changes one thing of a payment."""

    @property
    def options(self) -> int:
        """Return in how many ways it can be changed."""
        ...

    @property
    def is_dear(self) -> bool:
        """Return whether the score of its attempts takes long, so that few are tried."""
        ...

    def __call__(self, attempt: Attempt, option: int, others: Others) -> Attempt:
        """Return the payment changed in one of the ways, with what that costs beside what the attempt costs."""
        ...
