"""Memories: which row makes room when a full memory is offered another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel

RESERVOIR: Final = 0
BALANCED: Final = 1
HERDED: Final = 2
RECENT: Final = 3


class Slots(NamedTuple):
    """A full memory, with what it was ever offered, the newcomer included."""

    groups: NDArray[np.int64]  # (places,) the class of each row kept; without classes: whether the label is above 0.5
    sizes: NDArray[np.int64]  # (groups,) rows kept of each class
    x: NDArray[np.float32]  # (places, inputs)
    seen: NDArray[np.int64]  # (groups,) rows offered
    means: NDArray[np.float64]  # (groups, inputs) of the rows offered


class Memory(Protocol):
    """A frozen dataclass that names the rule by which a row makes room; `place` knows the rules."""

    @property
    def rule(self) -> int:
        """Return RESERVOIR, BALANCED, HERDED or RECENT."""
        ...


@dataclass(frozen=True)
class Reservoir:
    """Every row ever offered is kept with the same chance.

    Source: Vitter, "Random sampling with a reservoir", ACM TOMS 11(1), 1985, algorithm R.
    """

    rule: ClassVar[int] = RESERVOIR


@dataclass(frozen=True)
class Balanced:
    """Each class has as many places as any other; within a class every row has the same chance.

    Source: Chrysakis and Moens, "Online continual learning from imbalanced data", ICML 2020, algorithm 1.
    """

    rule: ClassVar[int] = BALANCED


@dataclass(frozen=True)
class Herded:
    """Each class keeps the rows whose mean is nearest to the mean of all its rows.

    The source herds a finished class; here one row at a time is let go, the one whose absence hurts the mean least.

    Source: Rebuffi et al., "iCaRL: incremental classifier and representation learning", CVPR 2017, algorithm 4.
    """

    rule: ClassVar[int] = HERDED


@dataclass(frozen=True)
class Recent:
    """A row kept is let go with the same chance at every newcomer, so that its weight halves steadily.

    Source: Aggarwal, "On biased reservoir sampling in the presence of stream evolution", VLDB 2006, algorithm 2.1.
    """

    rule: ClassVar[int] = RECENT


@kernel
def place(rule: int, slots: Slots, group: int, x: NDArray[np.float32], chance: float) -> int:
    """Return the place a newcomer takes in a full memory, or -1; `chance` is drawn from [0, 1)."""
    if rule == RECENT:  # any place
        return int(chance * len(slots.groups))
    if rule == RESERVOIR:  # any place, ever more seldom
        at = int(chance * slots.seen.sum())
        return at if at < len(slots.groups) else -1
    if rule == HERDED:
        return _herded(slots, group, x)
    largest = int(slots.sizes.argmax())
    if slots.sizes[group] < slots.sizes[largest]:  # a place of the largest class
        return _nth(slots.groups, largest, int(chance * slots.sizes[largest]))
    at = int(chance * slots.seen[group])  # a place of its own class, ever more seldom
    return _nth(slots.groups, group, at) if at < slots.sizes[group] else -1


@kernel
def _nth(groups: NDArray[np.int64], group: int, nth: int) -> int:
    """Return the place of a group's nth row."""
    for at in range(len(groups)):
        if groups[at] == group:
            if nth == 0:
                return at
            nth -= 1
    return -1


@kernel
def _herded(slots: Slots, group: int, x: NDArray[np.float32]) -> int:
    """Return the place of the row that the largest class needs least; -1 if that is the newcomer."""
    slots.sizes[group] += 1
    largest = int(slots.sizes.argmax())
    slots.sizes[group] -= 1
    total, count = np.zeros(slots.x.shape[1]), 0
    for at in range(len(slots.groups)):
        if slots.groups[at] == largest:
            total += slots.x[at]
            count += 1
    if largest == group:
        total += x
        count += 1
    best, least = -1, np.inf
    for at in range(len(slots.groups)):
        if slots.groups[at] == largest:
            far = _far(total, slots.x[at], slots.means[largest], max(count - 1, 1))
            if far < least:
                best, least = at, far
    if largest == group and _far(total, x, slots.means[largest], max(count - 1, 1)) < least:
        return -1
    return best


@kernel
def _far(total: NDArray[np.float64], x: NDArray[np.float32], mean: NDArray[np.float64], rest: int) -> float:
    """Return how far the mean of the others is from the mean of all, squared."""
    far = 0.0
    for i in range(len(total)):
        away = (total[i] - x[i]) / rest - mean[i]
        far += away * away
    return far
