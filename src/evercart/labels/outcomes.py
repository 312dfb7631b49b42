"""Outcomes: what a row is worth as an answer to a list, by its kind, by the money in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import DTYPES, Events, missing
from evercart.events.kinds import number as kind_number


@dataclass(frozen=True)
class Gains:
    """The worth of each row: its kind's, times how its value stands to a usual one.

    worth    by kind; below 0 for what takes back, as a return does; a kind that is not named is worth nothing
    value    a column of whole numbers that weighs what is worth more than 0, as "amount"; "": all count alike
    usual    the value that leaves the worth as it is, in the column's unit
    power    1: twice the value is twice the worth; near 0: value hardly counts

    >>> gains = Gains((("view", 0.1), ("order", 1.0)), value="amount", usual=1000)
    >>> gains.of(Events.of(kind=[1, 2, 2], item=[7, 7, 8], amount=[0, 1000, 4000])).tolist()
    [0.0, 1.0, 4.0]
    """

    worth: tuple[tuple[str, float], ...]
    value: str = ""
    usual: int = 1000
    power: float = 1.0

    def __post_init__(self) -> None:
        require(len(self.worth) > 0, "gains.worth", "at least one kind", len(self.worth))
        for kind, worth in self.worth:
            kind_number(kind)
            require(np.isfinite(worth), f"gains.worth {kind}", "a number", worth)
        require(any(worth > 0 for _, worth in self.worth), "gains.worth", "a kind worth more than 0", self.worth)
        is_whole = not self.value or DTYPES.get(self.value) == np.int64
        require(is_whole, "gains.value", "a column of whole numbers", self.value)
        require(self.usual > 0, "gains.usual", "more than 0", self.usual)
        require(0 < self.power <= 1, "gains.power", "more than 0, at most 1", self.power)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return ("item", self.value) if self.value else ("item",)

    def of(self, events: Events) -> NDArray[np.float64]:
        """Return the worth of each row, (rows,); 0 for rows without an item, for questions.

        A value that is missing, as a view's is, leaves the worth as it is; one below 0 counts as 0.
        """
        found = np.zeros(len(events))
        for kind, worth in self.worth:
            found[events.kind == kind_number(kind)] = worth
        if self.value:
            value = events[self.value]
            share = (np.maximum(value, 0) / self.usual) ** self.power
            found = np.where((value == missing(self.value)) | (found < 0), found, found * share)
        if "number" in events.columns:
            found[events["number"] >= 0] = 0.0
        return np.where(events["item"] == 0, 0.0, found)


class Worth(NamedTuple):
    """What each list's items came to, one row for each (list, item), in that order."""

    number: NDArray[np.int64]
    item: NDArray[np.uint64]
    gain: NDArray[np.float64]


def summed_up(number: NDArray[np.int64], item: NDArray[np.uint64], gain: NDArray[np.float64]) -> Worth:
    """Return the best outcome of each item of each list less what was taken back, never below 0.

    number, item, gain    (rows,) the list a row answers, its item, its worth

    A view before an order adds nothing to the order, nor does a second view to the first.

    >>> summed_up(np.array([4, 4, 4]), np.array([7, 7, 7], np.uint64), np.array([0.1, 1.0, -0.25])).gain.tolist()
    [0.75]
    """
    order = np.lexsort((item, number))
    number, item, gain = number[order], item[order], gain[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (np.diff(number) != 0) | (item[1:] != item[:-1])
    edges = np.flatnonzero(first)
    if not len(edges):
        return Worth(number, item, gain)
    best = np.maximum.reduceat(np.maximum(gain, 0.0), edges)
    back = np.add.reduceat(np.minimum(gain, 0.0), edges)
    return Worth(number[edges], item[edges], np.maximum(best + back, 0.0))
