"""The lease of a shop whose log lies on a PostgreSQL server, for learners on any machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from evercart.hashing import hash_name
from evercart.lease import Holding, Leases, Page
from evercart.log.address import Address
from evercart.log.outages import told
from evercart.log.server import Connection, connect

_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS {} (one smallint PRIMARY KEY CHECK (one = 1), host text NOT NULL,"
    " pid bigint NOT NULL, began bigint NOT NULL, token bigint NOT NULL, until_us bigint NOT NULL)"
)
_WRITE: Final = (
    "INSERT INTO {} VALUES (1, {}, {}, {}, {}, {}) ON CONFLICT (one) DO UPDATE SET host = EXCLUDED.host,"
    " pid = EXCLUDED.pid, began = EXCLUDED.began, token = EXCLUDED.token, until_us = EXCLUDED.until_us"
)


def server_us(connection: Connection, now_us: int) -> int:
    """Return the server's clock, UTC microseconds: those of two machines may differ by more than a lease lasts."""
    ((us,),) = connection.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").fetchall()
    return int(us)


@dataclass(frozen=True)
class PostgresLeases(Leases):
    """The lease in a table beside the log's, under a lock of its own: a learner may append while it saves.

    clock   says until when, from a connection with the holder's time
    wait_s  for another's commit
    """

    address: Address
    clock: Callable[[Connection, int], int] = field(default=server_us, repr=False)
    wait_s: float = 30

    @property
    def where(self) -> str:
        """Return the log's address, without its password."""
        return self.address.shown

    @contextmanager
    def writing(self) -> Iterator[Page]:
        """Hold the lock for one transaction; see `Leases.writing`."""
        order = hash_name(f"evercart lease {self.address.schema}", 0) - (1 << 63)
        table = Identifier(self.address.schema, "lease")
        try:
            with connect(self.address) as connection:
                connection.execute(SQL("SET lock_timeout = {}").format(Literal(f"{self.wait_s}s")))
                connection.execute("SET idle_in_transaction_session_timeout = 0")  # a save takes its time
                connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
                connection.execute(SQL("SELECT pg_advisory_xact_lock({})").format(Literal(order)))
                if connection.execute("SELECT to_regclass(%s)", (table.as_string(),)).fetchall() == [(None,)]:
                    connection.execute(SQL(_TABLE).format(table))
                yield _Page(connection, table, self.clock)
                connection.execute("COMMIT")
        except psycopg.Error as error:
            raise told(self.where, error) from None


class _Page(NamedTuple):
    connection: Connection
    table: Identifier
    clock: Callable[[Connection, int], int]

    def read(self) -> Holding | None:
        sql = SQL("SELECT host, pid, began, token, until_us FROM {}").format(self.table)
        rows = self.connection.execute(sql).fetchall()
        return Holding(*rows[0]) if rows else None

    def write(self, holding: Holding) -> None:
        self.connection.execute(SQL(_WRITE).format(self.table, *map(Literal, holding)))

    def us(self, now_us: int) -> int:
        return self.clock(self.connection, now_us)
