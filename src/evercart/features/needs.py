"""Needs: what a table must remember, by key, for its features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from evercart.errors import require
from evercart.events import kinds
from evercart.events.batch import CLOCK, DTYPES
from evercart.units import SECOND_US


def _named(*dtypes: Any) -> tuple[str, ...]:
    return tuple(
        name for name, dtype in DTYPES.items() if dtype in dtypes and name not in (*CLOCK, "number", "decided")
    )


INTEGERS: Final = _named(np.int64)
NUMBERS: Final = _named(np.int64, np.float64)
HASHES: Final = _named(np.uint64)
ANY: Final = _named(np.int64, np.float64, np.uint64, np.int16)


def one_of(where: str, names: tuple[str, ...], got: str | None) -> None:
    """Raise `UserError` unless the column is one of those named."""
    require(got in names, where, "one of " + " ".join(names), got)


def seconds(where: str, got: int) -> int:
    """Return a duration in microseconds; a duration is a whole number of seconds above 0.

    >>> seconds("window_s", 2)
    2000000
    """
    require(isinstance(got, int) and got > 0, where, "a whole number of seconds above 0", got)
    return got * SECOND_US


def gap(where: str, got: int | None) -> int | None:
    """Return a gap in microseconds; a gap is a whole number of seconds of at least 0, or None."""
    require(got is None or (isinstance(got, int) and got >= 0), where, "a whole number of seconds of at least 0", got)
    return None if got is None else got * SECOND_US


def _writing(kind: str) -> None:
    kinds.kind(kind)
    require(kind != "decision", "kind", "a kind that writes (a decision is read, never counted)", kind)


@dataclass(frozen=True)
class Tally:
    """The sum of an integer column, or the number of rows, over a sliding window."""

    kind: str
    window_us: int
    column: str | None = None  # None: rows are counted
    where: str | None = None  # only rows that have this column

    def __post_init__(self) -> None:
        _writing(self.kind)
        if self.column is not None:
            one_of(f"column of {self.kind}", INTEGERS, self.column)
        if self.where is not None:
            one_of(f"where of {self.kind}", ANY, self.where)


@dataclass(frozen=True)
class Variety:
    """The number of distinct values of a hashed column over a sliding window."""

    kind: str
    window_us: int
    column: str

    def __post_init__(self) -> None:
        _writing(self.kind)
        one_of(f"column of {self.kind}", HASHES, self.column)


@dataclass(frozen=True)
class Decay:
    """The sum of a column, or the number of rows or of moments, each halved once a half-life."""

    kind: str
    half_life_us: int
    column: str | None = None
    gap_us: int | None = None  # a row that follows the one before it within the gap is not counted; None: all are

    def __post_init__(self) -> None:
        _writing(self.kind)
        if self.column is not None:
            one_of(f"column of {self.kind}", NUMBERS, self.column)
            require(self.gap_us is None, f"column of {self.kind}", "none where moments are counted", self.column)


@dataclass(frozen=True)
class Last:
    """The log time of the last row of a moment: rows that follow each other within the gap are one moment."""

    kind: str
    where: str | None = None
    back: int = 0  # moments before the newest
    gap_us: int = 0

    def __post_init__(self) -> None:
        _writing(self.kind)
        if self.where is not None:
            one_of(f"where of {self.kind}", ANY, self.where)
        whole = isinstance(self.back, int) and self.back >= 0
        require(whole, f"back of {self.kind}", "a whole number of at least 0", self.back)


@dataclass(frozen=True)
class Latest:
    """The sum of an integer column, or the number of rows, over the newest moment."""

    kind: str
    gap_us: int
    column: str | None = None

    def __post_init__(self) -> None:
        _writing(self.kind)
        if self.column is not None:
            one_of(f"column of {self.kind}", INTEGERS, self.column)


@dataclass(frozen=True)
class Began:
    """The log time of the first row that any key ever wrote."""


@dataclass(frozen=True)
class Recent:
    """The k most recent values of a hashed column, as slots in [1, slots)."""

    kind: str
    column: str
    k: int
    slots: int

    def __post_init__(self) -> None:
        _writing(self.kind)
        one_of(f"column of {self.kind}", HASHES, self.column)
        require(self.k > 0, "k", "at least 1", self.k)


Need = Tally | Variety | Decay | Last | Latest | Began | Recent
