"""Parquet, read in its own types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from evercart.events.findings import ROW, Refusals

ROWS: Final = 1 << 16  # a batch has at most so many


class Parquet:
    """A Parquet file."""

    def __init__(self, path: Path, delimiter: str) -> None:
        self.path = path
        with pq.ParquetFile(path) as file:
            self.columns = tuple(file.schema_arrow.names)

    def batches(self, wanted: Sequence[str]) -> Iterator[tuple[pa.Table, Refusals, int]]:
        """Return the wanted columns."""
        size, done = self.path.stat().st_size, 0
        with pq.ParquetFile(self.path) as file:
            rows = file.metadata.num_rows
            for batch in file.iter_batches(ROWS, columns=list(wanted), use_threads=False):
                batch.validate(full=True)  # text in UTF-8 among others
                numbers = pa.array(np.arange(done + 1, done + 1 + batch.num_rows))
                done += batch.num_rows
                yield pa.Table.from_batches([batch]).append_column(ROW, numbers), (), size * done // rows
