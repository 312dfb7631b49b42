"""Sift compares what was sent, not hashes of it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.events.schema import conform
from evercart.log.ids import Ids, hash_ids
from evercart.log.sift import sift


def table(ids: list[str | None], amounts: list[int | None]) -> pa.Table:
    kinds = pa.array([2] * len(ids), pa.int16())
    return conform(pa.table({"id": ids, "amount": amounts, "kind": kinds}))


class Rows:
    """A log of given rows that finds an id where it is told to."""

    def __init__(self, rows: pa.Table, places: list[int]) -> None:
        self.rows, self.places = rows, places

    def find(self, ids: Ids, names: pa.ChunkedArray) -> NDArray[np.int64]:
        return np.array(self.places)

    def at(self, offsets: NDArray[np.int64]) -> pa.Table:
        return self.rows.take(offsets)


def test_another_id_with_the_same_hashes_is_new():
    sent = table(["a", "b"], [1, 1])
    said = sift(sent, hash_ids(sent["id"], 1), Rows(table(["x", "b"], [1, 1]), [0, 1]))
    assert said.fresh["id"].to_pylist() == ["a"]
    assert said.duplicates == 1


def test_refused_rows_keep_the_order_they_came_in():
    sent = table(["new", "c", "new", "a"], [1, 9, 2, 9])
    said = sift(sent, hash_ids(sent["id"], 1), Rows(table(["a", "c"], [1, 1]), [-1, 1, -1, 0]))
    assert said.fresh["amount"].to_pylist() == [1]
    assert said.refused["id"].to_pylist() == ["c", "new", "a"]


def test_hashes_of_fresh_rows_are_sorted_still():
    sent = table([*"abcdefgh", "a", "c"], [1] * 10)
    said = sift(sent, hash_ids(sent["id"], 1), Rows(sent, [-1, -1, 2, -1, -1, -1, -1, -1, -1, 2]))
    alone = hash_ids(said.fresh["id"], 1)
    assert said.fresh["id"].to_pylist() == list("abdefgh")
    assert said.ids.high.tolist() == alone.high.tolist()
    assert said.ids.low.tolist() == alone.low.tolist()
    assert said.ids.order.tolist() == alone.order.tolist()


def test_an_erased_row_is_not_compared():
    sent = table(["a", "b"], [1, 1])
    there = table([None, "b"], [None, 2]).set_column(2, "kind", pa.array([0, 1], pa.int16()))
    said = sift(sent, hash_ids(sent["id"], 1), Rows(there, [0, 1]))
    assert (said.fresh.num_rows, said.duplicates) == (0, 1)
    assert said.refused["id"].to_pylist() == ["b"]
