"""Examine: what is wrong with a log on a PostgreSQL server, what would mend it; nothing is made, nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.errors import UserError, expected
from evercart.log.address import Address
from evercart.log.columns import HASHED, encoded
from evercart.log.examine import Finding
from evercart.log.facts import Facts
from evercart.log.ids import hash_ids
from evercart.log.server import Connection, Server
from evercart.log.stamps import key_mark
from evercart.log.tables import VERSION, Tables

ROWS: Final = 1 << 16  # looked at together
_ELSEWHERE: Final = "nothing here can mend it: mend the server or the address, or copy the log from where it stands"
_LOST: Final = "nothing here can mend it: put the database back from a copy of it"
_INDEXED: Final = (
    "SELECT bool_or(indisvalid) FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]"
    " WHERE indrelid = to_regclass(%s) AND attname = 'id_hash'"
)


def stands(address: Address) -> bool:
    """Return whether the tables of a log stand there."""
    server = Server(address)
    try:
        return _stand(server)
    finally:
        server.close()


def facts(address: Address, key: int) -> Facts | None:
    """Return how far a log is; None where it cannot be asked."""
    server = Server(address)
    try:
        tables = Tables(server, key)
        return Facts(tables.facts()[0], tables.all_progress()) if _stand(server) else None
    finally:
        server.close()


def examine(address: Address, key: int) -> Iterator[Finding]:
    """Yield what is wrong with the log at an address."""
    server = Server(address)
    try:
        yield from _reached(server, key)
    except UserError as error:
        yield Finding(str(error), _ELSEWHERE)
    finally:
        server.close()


def _stand(server: Server) -> bool:
    ((found,),) = server.rows("SELECT to_regclass(%s) IS NOT NULL", f'"{server.address.schema}".meta')
    return bool(found)


def _reached(server: Server, key: int) -> Iterator[Finding]:
    if not _stand(server):
        yield Finding(expected(server.address.shown, "the log's tables", "none"), _ELSEWHERE)
        return
    ((version, mark),) = server.rows(f'SELECT version, mark FROM "{server.address.schema}".meta')
    if version != VERSION:
        yield Finding(expected("log.version", f"{VERSION}", version), "install the version that wrote it, or a newer")
    elif mark != key_mark(key):
        wrong = expected("shop.key", "the key this log was begun with", "another")
        yield Finding(wrong, "nothing here can mend it: put back shop.key from a copy")
    else:
        for wrong in Tables(server, key).faults():
            yield Finding(wrong, _LOST)
        yield from _ids(server, key)


def _ids(server: Server, key: int) -> Iterator[Finding]:
    """Yield what is wrong with hashes or their index: they can be made again from the names beside them."""
    events = f'"{server.address.schema}".events'
    if server.rows(_INDEXED, events) != [(True,)]:
        made = f"CREATE INDEX ON {events} (id_hash)"
        wrong = expected(events, "an index of ids", "none")
        yield Finding(wrong, "make it", lambda: _run(server.address, lambda run: run(made)))
    astray = sum(len(rows) for _, rows, _ in _astray(server, events, key))
    if astray:
        wrong = expected(events, "the hashes of the names beside them", f"{astray} others")
        yield Finding(wrong, "compute them again from the names", lambda: _hash_again(server.address, events, key))
    sql = f"SELECT 1 FROM {events} WHERE id_hash IS NOT NULL GROUP BY id_hash, id_low HAVING count(*) > 1"
    ((doubled,),) = server.rows(f"SELECT count(*) FROM ({sql}) AS doubled")
    if doubled and not astray:
        yield Finding(expected(events, "each id once", f"{doubled} more than once"), _LOST)


def _astray(server: Server, events: str, key: int) -> Iterator[tuple[str, NDArray[np.int64], NDArray[np.int64]]]:
    """Yield column by column the offsets whose hash is not that of the name, with the hash that is; 0 for no name."""
    sql = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"
    there = {name for (name,) in server.rows(sql, events)}
    names = [name for name in HASHED if {name, f"{name}_hash"} <= there]
    stored = [*(f"{name}_hash" for name in names), "id_low"]
    listed = ", ".join(f'"{name}"' for name in ("offset", *names, *stored))
    ((end,),) = server.rows(f'SELECT coalesce(max("offset"), -1) + 1 FROM {events}')
    for start in range(0, end, ROWS):
        query = f'SELECT {listed} FROM {events} WHERE "offset" >= {{}} AND "offset" < {{}} ORDER BY "offset"'
        rows = server.table(query, start, min(start + ROWS, end))
        offset = rows["offset"].to_numpy()
        for column, hashes, counts in _hashes(rows, names, key):
            found = pc.fill_null(rows[column].cast(pa.int64()), 0).to_numpy()
            wrong = (found != hashes) & counts
            if wrong.any():
                yield column, offset[wrong], hashes[wrong]


def _hashes(rows: pa.Table, names: list[str], key: int) -> Iterator[tuple[str, NDArray[np.int64], NDArray[np.bool_]]]:
    """Yield of each column what should stand in it, in which rows: an erased row keeps its id's hash alone."""
    every = np.ones(rows.num_rows, np.bool_)
    for name in names:
        if name != "id":
            yield f"{name}_hash", _signed(encoded(rows[name].cast(pa.string()), name, key)), every
    ids = rows["id"].cast(pa.string())
    hashed, sent = hash_ids(ids, key), pc.is_valid(ids).to_numpy()
    yield "id_hash", _signed(hashed.high), sent
    yield "id_low", _signed(hashed.low), sent


def _signed(hashes: NDArray[Any]) -> NDArray[np.int64]:
    return hashes.view(np.int64) if hashes.dtype == np.uint64 else hashes.astype(np.int64)


def _hash_again(address: Address, events: str, key: int) -> None:
    reader = Server(address)

    def work(run: Any) -> None:
        for column, offsets, hashes in _astray(reader, events, key):
            sql = (
                f'UPDATE {events} SET "{column}" = nullif(hash_again, 0)'
                ' FROM unnest(%b::bigint[], %b::bigint[]) AS again(row_again, hash_again) WHERE "offset" = row_again'
            )
            run(sql, (offsets.tolist(), hashes.tolist()))

    try:
        _run(address, work)
    finally:
        reader.close()


def _run(address: Address, work: Any) -> None:
    """Change the tables in one transaction, as their only writer."""
    server = Server(address)

    def commit(connection: Connection) -> None:
        work(connection.execute)

    try:
        server.commit(commit)
    finally:
        server.close()
