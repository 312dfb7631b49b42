"""Memories: which row makes room when a full memory is offered another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class Slots(NamedTuple):
    """A full memory, with what it was ever offered, the newcomer included."""

    groups: NDArray[np.int64]  # (places,) the class of each row kept; without classes: whether the label is above 0.5
    x: NDArray[np.float32]  # (places, inputs)
    seen: NDArray[np.int64]  # (groups,) rows offered
    means: NDArray[np.float64]  # (groups, inputs) of the rows offered


class Memory(Protocol):
    """A frozen dataclass that says which row makes room."""

    def place(self, slots: Slots, group: int, x: NDArray[np.float32], chance: float) -> int:
        """Return the place a newcomer takes in a full memory, or -1; `chance` is drawn from [0, 1)."""
        ...


@dataclass(frozen=True)
class Reservoir:
    """Every row ever offered is kept with the same chance.

    Source: Vitter, "Random sampling with a reservoir", ACM TOMS 11(1), 1985, algorithm R.
    """

    def place(self, slots: Slots, group: int, x: NDArray[np.float32], chance: float) -> int:
        """Return any place, ever more seldom."""
        at = int(chance * slots.seen.sum())
        return at if at < len(slots.groups) else -1


@dataclass(frozen=True)
class Balanced:
    """Each class has as many places as any other; within a class every row has the same chance.

    Source: Chrysakis and Moens, "Online continual learning from imbalanced data", ICML 2020, algorithm 1.
    """

    def place(self, slots: Slots, group: int, x: NDArray[np.float32], chance: float) -> int:
        """Return a place of the largest class; of the newcomer's own, ever more seldom, if that is it."""
        sizes = np.bincount(slots.groups, minlength=len(slots.seen))
        largest = int(sizes.argmax())
        if sizes[group] < sizes[largest]:
            among = np.flatnonzero(slots.groups == largest)
            return int(among[int(chance * len(among))])
        among = np.flatnonzero(slots.groups == group)
        at = int(chance * slots.seen[group])
        return int(among[at]) if at < len(among) else -1


@dataclass(frozen=True)
class Herded:
    """Each class keeps the rows whose mean is nearest to the mean of all its rows.

    The source herds a finished class; here one row at a time is let go, the one whose absence hurts the mean least.

    Source: Rebuffi et al., "iCaRL: incremental classifier and representation learning", CVPR 2017, algorithm 4.
    """

    def place(self, slots: Slots, group: int, x: NDArray[np.float32], chance: float) -> int:
        """Return the place of the row that the largest class needs least; -1 if that is the newcomer."""
        sizes = np.bincount(slots.groups, minlength=len(slots.seen))
        sizes[group] += 1
        largest = int(sizes.argmax())
        among = np.flatnonzero(slots.groups == largest)
        rows = slots.x[among].astype(np.float64)
        if largest == group:
            rows = np.concatenate([rows, x[None].astype(np.float64)])
        without = (rows.sum(0) - rows) / max(len(rows) - 1, 1)
        least = int(((without - slots.means[largest]) ** 2).sum(1).argmin())
        return int(among[least]) if least < len(among) else -1


@dataclass(frozen=True)
class Recent:
    """A row kept is let go with the same chance at every newcomer, so that its weight halves steadily.

    Source: Aggarwal, "On biased reservoir sampling in the presence of stream evolution", VLDB 2006, algorithm 2.1.
    """

    def place(self, slots: Slots, group: int, x: NDArray[np.float32], chance: float) -> int:
        """Return any place."""
        return int(chance * len(slots.groups))
