"""Rows stand in the tables with the hashes of their names."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from evercart.events.schema import SCHEMA, conform
from evercart.hashing import hash_name
from evercart.log.address import parse
from evercart.log.ids import Ids, hash_ids
from evercart.log.server import Server
from evercart.log.tables import COLUMNS, Tables

KEY = 7


@pytest.fixture
def tables(server, request):
    opened = Server(parse(server.url(f"tables_{abs(hash(request.node.nodeid)) % 10**9}")))
    made = Tables(opened, KEY)
    made.prepare()
    yield made
    opened.close()


def rows(**columns: object) -> pa.Table:
    count = len(next(iter(columns.values())))
    table = conform(pa.table({name: pa.array(values, SCHEMA.field(name).type) for name, values in columns.items()}))
    kinds = pa.array([2] * count, pa.int16())
    return table.set_column(2, "kind", kinds).set_column(1, "event_us", pa.array(range(count), pa.int64()))


def insert(tables: Tables, table: pa.Table, first: int = 0) -> int:
    ids, logged_us = hash_ids(table["id"], KEY), np.full(table.num_rows, 5)
    return tables._server.commit(lambda at: tables.insert(at, table.cast(SCHEMA), first, logged_us, ids, None))


def test_facts_follow_the_rows(tables):
    assert tables.facts() == (0, 0, None)
    assert insert(tables, rows(id=["a", "b"])) == 2
    assert tables.facts() == (2, 5, None)
    assert insert(tables, SCHEMA.empty_table(), 2) == 2


def test_every_column_has_its_place(tables):
    found = tables._server.rows(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", tables._events
    )
    assert [name for (name,) in found] == list(COLUMNS)


def test_hashes_stand_beside_names(tables):
    insert(tables, rows(id=["a", None], user=["ü", None], currency=["EUR", None], brand=[None, "b"]))
    columns = '"user", user_hash, currency, currency_hash, brand_hash, id_hash'
    found = tables._server.rows(f'SELECT {columns} FROM {tables._events} ORDER BY "offset"')
    signed = [int(np.uint64(hash_name(name, KEY)).view(np.int64)) for name in ("ü", "b", "a")]
    assert found == [("ü", signed[0], "EUR", 978, None, signed[2]), (None, None, None, None, signed[1], None)]


def test_ids_whose_first_hashes_are_alike(tables):
    insert(tables, rows(id=["a", "b", None]))
    known = hash_ids(pa.chunked_array([["b", "x", None, "a"]]), KEY)
    find = lambda ids: tables._server.commit(lambda at: tables.find(at, ids)).tolist()  # noqa: E731
    assert find(known) == [1, -1, -1, 0]
    assert find(Ids(known.high, known.low + np.uint64(1), known.order)) == [-1] * 4


def test_rows_by_offset_in_any_order(tables):
    insert(tables, rows(id=["a", "b", "c"]))
    assert tables.at(np.array([2, 0, 2])).column("id").to_pylist() == ["c", "a", "c"]
    assert tables.at(np.array([], np.int64)).num_rows == 0


def test_columns_belong_to_the_reader(tables):
    insert(tables, rows(id=["a"], user=["u"], amount=[5]))
    found = tables.numbers(0, 9, ("offset", "kind", "user", "amount", "currency", "value"), None, 9)
    assert all(column.flags.writeable and len(column) == 1 for column in found.columns.values())
    assert [column.dtype.name for column in found.columns.values()] == [
        *("int64", "int16", "uint64", "int64", "int16", "float64")
    ]


def test_imports_by_name(tables):
    for consumed, finished in ((3, False), (5, True)):
        tables._server.commit(lambda at, c=consumed, f=finished: tables.set_progress(at, "h'", c, f))
    assert (tables.progress("h'"), tables.progress("other")) == ((5, True), (0, False))
    assert tables.all_progress() == {"h'": (5, True)}
