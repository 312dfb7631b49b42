"""Features come back from the log to the questions they were answered from."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from evercart.asks.logged import Kept, as_logged, decoded, encoded, layout, reader
from evercart.events.batch import Events
from evercart.events.schema import SCHEMA, conform
from evercart.log import open_log

COLUMNS = ("a", "b")
MARK = layout(COLUMNS)
X = np.array([[1.5, -2.0], [np.nan, 0.1]], np.float32)
APP = 9


def chunked(values: list[bytes | None]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.binary())])


def woven() -> Events:
    return Events.of(
        offset=[3, 3, 5, 8, 9],
        kind=[7, 2, 7, 7, 7],
        id=[0, 6, 7, 8, 9],
        app=[0, 0, APP, APP, 4],
        number=[0, -1, 1, 2, 3],
    )


def test_features_come_back_bit_for_bit() -> None:
    held, rows = decoded(chunked(encoded(X, MARK)), MARK, 2)
    assert held.tolist() == [True, True]
    assert rows.tobytes() == X.tobytes()
    assert rows.dtype == np.float32


def test_what_means_something_else_is_not_taken() -> None:
    mine = encoded(X, MARK)[0]
    stored = chunked([None, layout(("b", "a")) + mine[8:], mine[:-1], mine, b"", mine + b"0000"])
    held, rows = decoded(stored, MARK, 2)
    assert held.tolist() == [False, False, False, True, False, False]
    assert rows.tolist() == [[1.5, -2.0]]


def test_an_empty_stretch() -> None:
    held, rows = decoded(chunked([]), MARK, 2)
    assert (held.tolist(), rows.shape) == ([], (0, 2))


def test_a_live_decision_keeps_what_it_was_answered_from() -> None:
    asked: list[tuple[int, int]] = []

    def read(start: int, stop: int) -> Kept:
        asked.append((start, stop))
        return Kept(np.array([4, 8]), chunked(encoded(X, MARK)))

    tables = np.array([[0, 0], [1, 1], [2, 2], [3, 3]], np.float32)
    found = as_logged(APP, COLUMNS, woven(), tables, read)
    assert asked == [(5, 9)]
    assert found[:2].tolist() == [[0, 0], [1, 1]]  # one is implied, of the other nothing is left
    assert found[2].tobytes() == X[1].tobytes()
    assert found[3].tolist() == [3, 3]  # another app's
    assert tables[2].tolist() == [2, 2]


def test_nothing_is_read_where_nobody_decided() -> None:
    def read(start: int, stop: int) -> Kept:
        raise AssertionError

    x = np.zeros((4, 2), np.float32)
    assert as_logged(77, COLUMNS, woven(), x, read) is x
    assert as_logged(APP, COLUMNS, woven(), x, None) is x


def test_a_log_is_read_by_offset(tmp_path) -> None:
    log = open_log(tmp_path / "log", 1)
    kinds = pa.array([2, 7, 7, 7], pa.int16())
    x = pa.array([None, b"a", None, b"b"], pa.binary())
    ids = ["a", "b", "c", "d"]
    log.append(conform(pa.table({"id": ids, "event_us": [1, 2, 3, 4], "kind": kinds, "x": x})), 5)
    for _ in range(2):
        found = reader(log)(0, log.next_offset)
        assert (found.offset.tolist(), found.x.to_pylist()) == ([2, 4], [b"a", b"b"])
        assert len(reader(log)(3, 4).offset) == 0
        log.seal()
    assert SCHEMA.field("x").type == pa.binary()
    log.close()
