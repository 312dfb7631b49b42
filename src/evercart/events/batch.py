"""Events: the one columnar batch, in log order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected
from evercart.events.kinds import KEYS, PROPERTIES
from evercart.units import MISSING, NO_KEY

SKETCH: Final = ("sketch0", "sketch1", "sketch2", "sketch3")  # of an item's text; see features/encoders/texts.py
_TYPES: Final[dict[str, Any]] = {"integer": np.int64, "money": np.int64, "number": np.float64}
DTYPES: Final[dict[str, np.dtype[Any]]] = {
    **{name: np.dtype(np.int64) for name in ("offset", "event_us", "logged_us", "quantity", "amount", "number")},
    "kind": np.dtype(np.int16),
    "currency": np.dtype(np.int16),  # ISO 4217 numeric code
    "outlier": np.dtype(np.int16),  # 1 where a cleaning fold flagged the row
    "decided": np.dtype(np.uint64),  # of a woven question: the id of what may have been decided already, or 0
    **{name: np.dtype(np.uint64) for name in ("id", *KEYS, *SKETCH)},
    **{name: np.dtype(_TYPES.get(prop.type, np.uint64)) for name, prop in PROPERTIES.items()},
}
GIVEN: Final = "given."  # begins the names of numbers that a table brings along, which no log holds
TEXT: Final = "text"  # of messages, as it was sent: only a batch whose reader asks for it has it, as Python strings
CLOCK: Final = ("offset", "event_us", "logged_us", "kind")  # what every batch carries


def dtype_of(name: str) -> np.dtype[Any]:
    """Return the type of a column."""
    if name == TEXT:
        return np.dtype(object)
    return np.dtype(np.float64) if name.startswith(GIVEN) else DTYPES[name]


def missing(name: str) -> float | int | str:
    """Return the value that stands where a row has none: NaN, 0 for keys, the smallest integer, no letters.

    >>> missing("user")
    0
    """
    if name == TEXT:
        return ""
    dtype = dtype_of(name)
    if dtype == np.float64:
        return float("nan")
    if dtype == np.int64:
        return MISSING
    return NO_KEY


@dataclass(frozen=True)
class Events:
    """A batch in log order, holding the clock columns and whichever others were asked for.

    columns    name -> (rows,) array of `DTYPES[name]`; right of the log an id is its keyed 64-bit hash.
               `number` stands only in woven batches: a decision's number, or -1; `decided` beside it.
    """

    columns: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.columns["offset"])

    def __getitem__(self, name: str) -> NDArray[Any]:
        try:
            return self.columns[name]
        except KeyError:
            raise UserError(expected("column", "one of " + " ".join(sorted(self.columns)), name)) from None

    @property
    def offset(self) -> NDArray[np.int64]:
        """Return the place of each row in the log."""
        return self.columns["offset"]

    @property
    def event_us(self) -> NDArray[np.int64]:
        """Return the sender's time."""
        return self.columns["event_us"]

    @property
    def logged_us(self) -> NDArray[np.int64]:
        """Return the log's time, which never goes back."""
        return self.columns["logged_us"]

    @property
    def kind(self) -> NDArray[np.int16]:
        """Return the number of each row's kind."""
        return self.columns["kind"]

    @property
    def asked(self) -> NDArray[np.bool_]:
        """Return which rows of a woven batch are questions."""
        return self.columns["number"] >= 0

    def rows(self, which: Any) -> Events:
        """Return the rows named by a slice, an index array or a mask."""
        return Events({name: column[which] for name, column in self.columns.items()})

    def only(self, names: Sequence[str]) -> Events:
        """Return the same rows with the clock and the named columns."""
        return Events({name: self[name] for name in dict.fromkeys((*CLOCK, *names))})

    def without(self, names: Iterable[str]) -> Events:
        """Return the same rows less the named columns, whichever of them there are."""
        dropped = set(names)
        return Events({name: column for name, column in self.columns.items() if name not in dropped})

    @classmethod
    def concat(cls, parts: Sequence[Events]) -> Events:
        """Return the rows of all parts, in order; at least one part."""
        if len(parts) == 1:
            return parts[0]
        return cls({name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns})

    @classmethod
    def of(cls, **columns: Any) -> Events:
        """Build a batch from columns by name; what is left of the clock is filled in.

        >>> len(Events.of(kind=[2, 2], logged_us=[5, 6], user=[1, 1]))
        2
        """
        arrays = {name: np.asarray(values, dtype_of(name)) for name, values in columns.items()}
        rows = len(next(iter(arrays.values())))
        arrays.setdefault("offset", np.arange(rows, dtype=np.int64))
        arrays.setdefault("logged_us", arrays["offset"].copy())
        arrays.setdefault("event_us", arrays["logged_us"].copy())
        arrays.setdefault("kind", np.zeros(rows, np.int16))
        return cls(arrays)
