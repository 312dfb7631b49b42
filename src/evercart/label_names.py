"""LabelNames: what labels are called, which right of the log are only numbers."""

from __future__ import annotations

from typing import Final

import pyarrow.compute as pc

from evercart.events.kinds import number as kind_number
from evercart.hashing import hash_strings
from evercart.labels.named import label_of
from evercart.log.log import READ_ROWS, Log

_TELL: Final = (kind_number("message"), kind_number("outcome"))
_MOST: Final = 1 << 14


class LabelNames:
    """The labels that a log names, each read once.

    Rows are read only where a label is asked for that is not known yet. Of more than 16,384 labels those read first
    stay.
    """

    def __init__(self, log: Log) -> None:
        self._log, self._at = log, 0
        self._known: dict[float, str] = {}

    def name(self, label: float) -> str | None:
        """Return what a label is called; None of one that the log does not name."""
        end = self._log.next_offset if label not in self._known else self._at
        while label not in self._known and self._at < end:
            stop = min(self._at + READ_ROWS, end)
            self._note(self._at, stop)
            self._at = stop
        return self._known.get(label)

    def _note(self, start: int, stop: int) -> None:
        told = self._log.names(start, stop, _TELL, ("label",))["label"]
        new = pc.unique(told).drop_null()
        for label, name in zip(label_of(hash_strings(new, self._log.key)).tolist(), new.to_pylist(), strict=True):
            if len(self._known) < _MOST:
                self._known.setdefault(label, name)
