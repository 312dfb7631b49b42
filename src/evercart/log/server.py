"""The database server under a log: its connections, its transactions, its notifications."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final, LiteralString, TypeVar

import adbc_driver_manager
import psycopg
import pyarrow as pa
from adbc_driver_postgresql import dbapi
from psycopg.sql import SQL, Literal

from evercart.hashing import hash_name
from evercart.log.address import Address
from evercart.log.outages import passing, told

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]
_TRIES: Final = 5
_BEGIN: Final = (  # a statement after the lock sees what its last holder did
    "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({}); SELECT pg_current_xact_id()::text"
)
_SESSION: Final = (
    "SET lock_timeout = '60s'",
    "SET tcp_keepalives_idle = 10",  # a machine that is lost gives its locks back within half a minute, not hours
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 4",
    "SET enable_seqscan = off",  # ids are looked up by index, however many at once
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
)


def connect(address: Address) -> Connection:
    """Return a new connection whose commits last; the caller closes it."""
    try:
        connection = psycopg.connect(address.conninfo, autocommit=True)
        for sql in _SESSION:
            connection.execute(sql)
    except psycopg.Error as error:
        raise told(address.shown, error) from None
    return connection


class Server:
    """A connection to write, one to read columns, one to listen; each is opened anew after the server went away."""

    def __init__(self, address: Address) -> None:
        self.address = address
        order = hash_name(f"evercart {address.schema}", 0) - (1 << 63)
        self._opening = SQL(_BEGIN).format(Literal(order))
        self._lock, self._reading, self._listening = threading.RLock(), threading.Lock(), threading.Lock()
        self._writer: Connection | None = None
        self._reader: dbapi.Connection | None = None
        self._listener: Connection | None = None

    def commit(self, work: Callable[[Connection], T]) -> T:
        """Run the work in one transaction, as the only writer; run it again after a conflict or an outage.

        Where the answer to a commit was lost, the server is asked what became of it.
        """
        with self._lock:
            for left in reversed(range(_TRIES)):
                try:
                    return self._transact(work)
                except psycopg.Error as error:
                    if not left or not passing(error):
                        raise told(self.address.shown, error) from None
            raise AssertionError

    def _transact(self, work: Callable[[Connection], T]) -> T:
        connection = self._connected()
        ending, number = False, ""
        try:
            number = self._begin(connection)
            done = work(connection)
            ending = True
            connection.execute("COMMIT")
        except psycopg.OperationalError:
            if ending and connection.closed and self._stands(number):
                return done
            self._undo(connection)
            raise
        except BaseException:
            self._undo(connection)
            raise
        return done

    def _begin(self, connection: Connection) -> str:
        """Take the lock that orders the log, until the commit; return the transaction's number."""
        cursor = connection.execute(self._opening)
        while cursor.nextset():
            pass
        return str(cursor.fetchall()[0][0])

    def _undo(self, connection: Connection) -> None:
        try:
            connection.rollback()
        except psycopg.Error:
            connection.close()

    def _stands(self, number: str) -> bool:
        """Return whether a transaction was committed whose connection is gone; the lock waits for its end."""
        connection = self._connected()
        self._begin(connection)
        found = connection.execute("SELECT pg_xact_status(%s::xid8)", (number,)).fetchall()
        connection.rollback()
        return found == [("committed",)]

    def _connected(self) -> Connection:
        if self._writer is None or self._writer.closed:
            self._writer = connect(self.address)
        return self._writer

    def rows(self, sql: Any, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement by itself and return its rows."""
        with self._lock:
            for left in (True, False):
                try:
                    cursor = self._connected().execute(sql, values)
                    return cursor.fetchall() if cursor.description else []
                except psycopg.Error as error:
                    if not left or not passing(error):
                        raise told(self.address.shown, error) from None
        raise AssertionError

    def table(self, sql: LiteralString, *values: Any) -> pa.Table:
        """Run one query, with `{}` where a value stands, and return its columns.

        Values are put in as literals by psycopg: only a query without parameters is read by COPY, as a stream.
        """
        query = SQL(sql).format(*map(Literal, values)).as_string()
        with self._reading:
            for left in (True, False):
                try:
                    return self._columns(query)
                except adbc_driver_manager.Error as error:
                    self._drop_reader()  # what is wrong may be the connection
                    if not left:
                        raise told(self.address.shown, error) from None
        raise AssertionError

    def _columns(self, query: str) -> pa.Table:
        if self._reader is None:
            self._reader = dbapi.connect(self.address.conninfo, autocommit=True)
        with self._reader.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetch_arrow_table()

    def _drop_reader(self) -> None:
        held, self._reader = self._reader, None
        if held is not None:
            held.close()

    @property
    def channel(self) -> str:
        """Return the name under which commits are told."""
        return f"evercart_{self.address.schema}"

    def wait(self, due: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until something is due, looking after each commit; one thread at a time."""
        until = time.monotonic() + timeout_s
        if not self._listening.acquire(timeout=timeout_s):
            return due()
        try:
            while not due():
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._listen(left)
        finally:
            self._listening.release()
        return True

    def _listen(self, timeout_s: float) -> None:
        """Return at a commit, after the time, or once a new connection listens."""
        if self._listener is None or self._listener.closed:
            self._listener = connect(self.address)
            self._listener.execute(f'LISTEN "{self.channel}"')
            return  # what was committed before is looked for first
        try:
            for _ in self._listener.notifies(timeout=timeout_s, stop_after=1):
                return
        except psycopg.OperationalError:
            self._listener.close()

    def close(self) -> None:
        """Close the connections."""
        with self._lock, self._reading, self._listening:
            for connection in (self._writer, self._listener):
                if connection is not None:
                    connection.close()
            self._drop_reader()
