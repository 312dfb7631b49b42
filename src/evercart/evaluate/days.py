"""Days: one row of additive sums a log day, from which every metric is computed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.batch import Batch
from evercart.durable import writing
from evercart.errors import UserError, expected, require

BUCKETS: Final = 1024  # shoppers are hashed into so many, which the bootstrap draws


@dataclass(frozen=True)
class Days(Batch):
    """Sums over the questions asked on a log day; `measures` are those of the report that made them.

    day           (days,) int64: days since 1970-01-01 in the report's zone
    n             (days,) int64: questions
    y             (days,) float64: sum of labels
    sums          (days, racers, measures) float64
    hist          (days, racers, 3, bins) float64: see `bins`
    slice_n       (days, slices) int64
    slice_sums    (days, slices, racers, measures) float64
    bucket_n      (days, buckets) int64: questions by hashed shopper
    bucket_loss   (days, buckets, racers) float64
    """

    day: NDArray[np.int64]
    n: NDArray[np.int64]
    y: NDArray[np.float64]
    sums: NDArray[np.float64]
    hist: NDArray[np.float64]
    slice_n: NDArray[np.int64]
    slice_sums: NDArray[np.float64]
    bucket_n: NDArray[np.int64]
    bucket_loss: NDArray[np.float64]

    def total(self) -> Days:
        """Return one row that holds the sum over all days; its day is the first one."""
        sums = (getattr(self, f.name).sum(axis=0, keepdims=True) for f in fields(self)[1:])
        return Days(self.day[:1] if len(self) else np.zeros(1, np.int64), *sums)

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """Return the date of each row."""
        return self.day.astype("datetime64[D]")


def save(path: Path, days: Days, about: Mapping[str, Any]) -> None:
    """Write days as one Arrow file, compressed, with the caller's JSON beside them."""
    columns, shapes = {}, {}
    for f in fields(days):
        array = np.ascontiguousarray(getattr(days, f.name))
        flat = pa.array(array.reshape(-1))
        wide = int(np.prod(array.shape[1:], dtype=np.int64))
        columns[f.name] = flat if array.ndim == 1 else pa.FixedSizeListArray.from_arrays(flat, wide)
        shapes[f.name] = array.shape[1:]
    header = {"shapes": shapes, "about": about, "sha256": _sha256(days)}
    table = pa.table(columns).replace_schema_metadata({"evercart": json.dumps(header)})
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with writing(path) as sink, pa.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)


def _sha256(days: Days) -> str:
    digest = hashlib.sha256()
    for f in fields(days):
        digest.update(np.ascontiguousarray(getattr(days, f.name)).tobytes())
    return digest.hexdigest()


def load(path: Path) -> tuple[Days, dict[str, Any]]:
    """Read what `save` wrote: the days with the JSON beside them; an altered file raises `UserError`."""
    try:
        with pa.OSFile(str(path), "rb") as source:
            table = pa.ipc.open_file(source).read_all().combine_chunks()
        header = json.loads(table.schema.metadata[b"evercart"])
        days = Days(*(_array(table[f.name], header["shapes"][f.name]) for f in fields(Days)))
        stated, found = header["sha256"], _sha256(days)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(expected(str(path), "a file of report days", f"{type(error).__name__}: {error}")) from error
    require(found == stated, str(path), f"days with sha256 {stated}", found)
    return days, header["about"]


def _array(column: pa.ChunkedArray, shape: list[int]) -> NDArray[Any]:
    flat = column.combine_chunks()
    if isinstance(flat, pa.ChunkedArray):
        flat = pa.concat_arrays(flat.chunks)
    rows = len(flat)
    values = flat.flatten() if pa.types.is_fixed_size_list(flat.type) else flat
    array: NDArray[Any] = values.to_numpy(zero_copy_only=False).reshape(rows, *shape).copy()
    return array
