"""Near: how far a row lies from the nearest of those kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.kernel import kernel

_SCALE: Final = 4096.0  # steps to 1: rows are whole numbers, whose sums are exact, the same in any order
_MOST: Final = 32_767
_STRIPE: Final = 512  # rows kept that are looked at together
_FEW: Final = 16  # rows up to which it costs more to make broken numbers of those kept than to go through them


class Kept(NamedTuple):
    """Rows that stand for all that came."""

    rows: NDArray[np.int16]  # (most, inputs)
    came: NDArray[np.int64]  # (1,) rows ever offered


@dataclass(frozen=True)
class Near:
    """A memory of rows, all that ever came alike likely to be in it.

    inputs    columns of a row; a value is rounded to 1/4096, one beyond 8 counts as 8
    most      rows kept

    Source: Vitter, "Random sampling with a reservoir", ACM TOMS 11(1), 1985, algorithm R; Sun et al.,
    "Out-of-distribution detection with deep nearest neighbors", ICML 2022.

    >>> near = Near(2, most=4)
    >>> state = near.keep(near.start(), np.array([[0, 0], [1, 0]], np.float32))
    >>> near.distances(state, np.array([[1, 0.5]], np.float32)).tolist()
    [0.25]
    """

    inputs: int
    most: int = 4096
    seed: int = 1

    def __post_init__(self) -> None:
        require(self.inputs >= 1, "near.inputs", "at least 1", self.inputs)
        require(self.most >= 1, "near.most", "at least 1", self.most)

    def start(self) -> Kept:
        """Return a memory of nothing."""
        return Kept(np.zeros((self.most, self.inputs), np.int16), np.zeros(1, np.int64))

    def keep(self, state: Kept, x: NDArray[np.float32]) -> Kept:
        """Return the memory after more rows, (rows, inputs), were offered; its room is used again."""
        numbers = int(state.came[0]) + np.arange(len(x))
        drawn = (uniform(self.seed, numbers, "near/place") * (numbers + 1)).astype(np.int64)
        place = np.where(numbers < self.most, numbers, drawn)
        stays = place < self.most
        for row, at in zip(_whole(x[stays]), place[stays], strict=True):
            state.rows[at] = row
        return Kept(state.rows, state.came + len(x))

    def distances(self, state: Kept, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the squared distance of each row to the nearest one kept, (rows,); infinite while none is."""
        held, whole = int(min(state.came[0], self.most)), _whole(x)
        if len(x) <= _FEW:
            return np.array([_nearest(state.rows, held, row) for row in whole]) / _SCALE**2
        asked, best = whole.astype(np.float64), np.full(len(x), np.inf)
        for first in range(0, held, _STRIPE):
            some = state.rows[first : min(first + _STRIPE, held)].astype(np.float64)
            apart = (some * some).sum(1)[None] - 2.0 * (asked @ some.T)
            best = np.minimum(best, apart.min(1))
        found: NDArray[np.float64] = (best + (asked * asked).sum(1)) / _SCALE**2
        return found


def _whole(x: NDArray[np.float32]) -> NDArray[np.int16]:
    finite = np.where(np.isfinite(x), x, 0.0) * _SCALE
    return np.ascontiguousarray(np.clip(np.rint(finite), -_MOST, _MOST).astype(np.int16))


@kernel
def _nearest(rows: NDArray[np.int16], held: int, asked: NDArray[np.int16]) -> float:
    """Return the least squared distance to the first rows, in steps; the sums are exact."""
    best = np.inf
    for at in range(held):
        total = 0
        for column in range(len(asked)):
            apart = int(rows[at, column]) - int(asked[column])
            total += apart * apart
        best = min(best, float(total))
    return best
