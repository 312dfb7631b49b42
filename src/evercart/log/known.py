"""Known: the rows of a log as one, whether sealed or still in its tail."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.log.archive import Archive
from evercart.log.ids import Ids
from evercart.log.tail import Tail


class Known(NamedTuple):
    """A log as it stands inside a transaction; see `sift.Known`."""

    archive: Archive
    tail: Tail
    next_offset: int

    def find(self, ids: Ids, names: pa.ChunkedArray) -> NDArray[np.int64]:
        """Return the offset at which each id seems to stand, (rows,), or -1."""
        live = self.tail.find(names, self.archive.stop, self.next_offset)
        return np.where(live >= 0, live, self.archive.find(ids))

    def at(self, offsets: NDArray[np.int64]) -> pa.Table:
        """Return these rows, in this order, in `columns.STAMPED`."""
        sealed = offsets < self.archive.stop
        rows = pa.concat_tables([self.archive.rows(offsets[sealed]), self.tail.at(offsets[~sealed])])
        return rows.take(np.argsort(np.concatenate([np.flatnonzero(sealed), np.flatnonzero(~sealed)])))
