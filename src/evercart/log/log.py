"""The protocol of a log: what every store of events promises."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.events.batch import Events
from evercart.events.schema import SCHEMA
from evercart.log.ids import NONE_ERASED, Erased

READ_ROWS: Final = 1 << 18
NO_ROWS: Final = np.empty(0, np.int64)
REFUSED: Final = pa.schema([*SCHEMA, ("rule", pa.string()), ("got", pa.string())])
Batches = Callable[[int], Iterator[pa.Table]]
Refuse = Callable[[pa.Table], None]


@dataclass(frozen=True)
class Appended:
    """What became of the rows handed in.

    added        rows that now stand in the log
    duplicates   rows that stood there already, id and body alike; harmless
    late         imported rows older than the log's time when they came
    refused      rows of `REFUSED`: their id stands in the log with another body
    next_offset  of the log, afterwards
    same, other  places among the rows handed to `append` of duplicates, of refused ones
    """

    added: int
    duplicates: int
    late: int
    refused: pa.Table
    next_offset: int
    same: NDArray[np.int64] = field(default_factory=lambda: NO_ROWS)
    other: NDArray[np.int64] = field(default_factory=lambda: NO_ROWS)


class Log(Protocol):
    """Everything that happened, once, by offset; log time never goes back.

    Until its first live row a log keeps history's clock. Then a heartbeat row with `live` = 1 goes before it,
    in the same commit, so that the log itself says where live begins.
    """

    @property
    def key(self) -> int:
        """Return the shop's 64-bit key, under which names are hashed."""
        ...

    @property
    def next_offset(self) -> int:
        """Return the offset that the next row will get."""
        ...

    @property
    def last_us(self) -> int:
        """Return the log time of the last row; 0 in an empty log."""
        ...

    @property
    def live_from(self) -> int | None:
        """Return the offset of the heartbeat with which live began; None while the log keeps history's clock."""
        ...

    def append(self, table: pa.Table, now_us: int, *, own: bool = False) -> Appended:
        """Add checked rows (`SCHEMA`) in one commit; their log time is max(now, last).

        Rows that the system writes itself (`own`) do not begin live: before it, they get log time `last`.
        A row without an id is never taken for a duplicate.
        """
        ...

    def import_history(self, name: str, batches_from: Batches, *, refuse: Refuse | None = None) -> Appended:
        """Add history in many commits, each of which remembers how many rows of the import it consumed.

        name          of the import's content: a killed import run again goes on, a finished one does nothing
        batches_from  from the number of rows consumed before to the checked tables (`SCHEMA`) that follow,
                      in order of event time
        refuse        is handed refused rows before the commit that consumes them (again, if killed between);
                      without it they are gathered in `Appended.refused`
        """
        ...

    def imported(self, name: str) -> bool:
        """Return whether an import of this name was finished."""
        ...

    def imports(self) -> dict[str, tuple[int, bool]]:
        """Return by name how many rows of each import were consumed, and whether it is finished."""
        ...

    def adopt(self, rows: pa.Table, imports: Mapping[str, tuple[int, bool]], erased: Erased = NONE_ERASED) -> None:
        """Add rows of another log in one commit, with the offset, the log time they have there.

        rows     `offset`, `logged_us`, then `SCHEMA`; the first goes to this log's next offset
        imports  progress that the rows make true, as `imports` returns it
        erased   what is left of the ids of tombstones among the rows, as `erased` returns it
        """
        ...

    def blank(self, offsets: Sequence[int] | NDArray[np.int64], columns: Collection[str] | None = None) -> None:
        """Let rows say nothing more, in one commit; blanking what is blank already changes nothing.

        Nothing of it is left in the log's own files. Who writes meanwhile waits: many rows are handed in in parts.

        offsets  of the rows
        columns  which columns become empty; None makes tombstones, of which offset with log time stay. Their ids
                 stay known by their hashes: sent again they are duplicates, whatever the body
        """
        ...

    def erased(self, start: int, stop: int) -> Erased:
        """Return what is left of the ids of tombstones in [start, stop)."""
        ...

    def read(
        self,
        start: int,
        stop: int | None = None,
        *,
        columns: Sequence[str] = (),
        kinds: Collection[int] | None = None,
        rows: int = READ_ROWS,
    ) -> Iterator[Events]:
        """Yield the rows of [start, stop) in order, in batches of 1 to `rows`, with the clock and these columns.

        Without `stop`, up to the row that was last when the read began. A batch belongs to its reader.
        """
        ...

    def names(
        self, start: int, stop: int, kinds: Collection[int] | None = None, columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Return the rows of [start, stop) as they were sent: `offset`, `logged_us`, then `SCHEMA`.

        columns    which of these, in this order, where not all are wanted
        """
        ...

    def find(self, ids: pa.ChunkedArray) -> NDArray[np.int64]:
        """Return the offset at which the row with each id stands, (ids,), or -1; erased rows are found, too."""
        ...

    def wait(self, offset: int, timeout_s: float) -> bool:
        """Wait until the row at this offset is committed, but no longer than the time; return whether it is."""
        ...

    def heartbeat(self, now_us: int) -> bool:
        """Add a heartbeat row to a live log whose last row is older than now; return whether one was added."""
        ...

    def sync(self) -> None:
        """Make durable whatever was read from it: a row may be seen a moment before it is."""
        ...

    def seal(self) -> None:
        """Move live rows into a sealed segment; reads stay the same."""
        ...

    def tidy(self) -> None:
        """Seal live rows if they have become many, so that whoever appends need not."""
        ...

    def verify(self) -> list[str]:
        """Return one text for each stored file whose contents are not what was committed."""
        ...

    def close(self) -> None:
        """Let go of files; nothing is pending, since every append was a commit."""
        ...
