"""Sealed rows with live ones are one log."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from evercart.events.schema import conform
from evercart.log.ids import hash_ids
from evercart.log.known import Known
from evercart.log.sqlite import open_log


def test_rows_from_both_in_the_order_asked(tmp_path):
    log = open_log(tmp_path, 1)
    kinds = pa.array([1] * 6, pa.int16())
    rows = conform(pa.table({"id": list("abcdef"), "event_us": list(range(6)), "kind": kinds}))
    log.import_history("h", lambda skip: iter([rows.slice(0, 3)]))
    log.append(rows.slice(3), 9)
    known = Known(log._archive, log._tail, log.next_offset)
    names = pa.chunked_array([["f", "a", "new"]])
    assert known.find(hash_ids(names, 1), names).tolist() == [6, 0, -1]
    assert known.at(np.array([6, 0, 4, 2]))["id"].to_pylist() == ["f", "a", "d", "c"]
    log.close()
