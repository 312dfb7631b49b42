"""What is special to the log on a server: many writers, outages, rights, secrets."""

from __future__ import annotations

import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import psycopg
import pyarrow as pa
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.events.schema import SCHEMA, conform
from evercart.log.postgres import PostgresLog
from evercart.log.server import Server
from evercart.testing.postgres import OWNER, PASSWORD, PrivateServer, administer, drop

KEY = 0x1234_5678_9ABC_DEF0


def table(first: int, rows: int, **columns: object) -> pa.Table:
    numbers = range(first, first + rows)
    sent = {"id": [f"{n}" for n in numbers], "event_us": list(numbers), **columns}
    return conform(pa.table({**sent, "kind": pa.array([1] * rows, pa.int16())}))


@pytest.fixture
def url(server, request):
    made = server.url(f"own_{abs(hash(request.node.nodeid)) % 10**9}")
    yield made
    drop(made)


@pytest.fixture
def log(url):
    made = PostgresLog(url, KEY, 8)
    yield made
    made.close()


@pytest.fixture(scope="module")
def own_server():
    """Start a server that may be stopped."""
    with PrivateServer({"fsync": "off", "shared_buffers": "16MB"}) as started:
        yield started


def schema_of(url: str) -> str:
    return url.split("&schema=")[1]


class TestManyWriters:
    """Whatever they do at once, nothing is lost, nothing doubled, nothing out of order."""

    def check(self, log: PostgresLog, ids: set[str]) -> None:
        whole = Events.concat(list(log.read(0)))
        assert whole.offset.tolist() == list(range(log.next_offset))
        assert (whole.logged_us[1:] >= whole.logged_us[:-1]).all()
        found = log.names(1, log.next_offset)["id"].to_pylist()
        assert len(found) == len(ids)
        assert set(found) == ids
        assert log.verify() == []

    def test_eight_threads_that_share_half_their_rows(self, log, url):
        def write(writer: int) -> tuple[int, int]:
            mine = PostgresLog(url, KEY, 8)
            said = []
            for step in range(10):
                own = table(10_000 * writer + 5 * step, 5)
                shared = table(1_000_000 + 5 * step, 5)
                said.append(mine.append(pa.concat_tables([own, shared]), 1000 * step - writer * 100))
            mine.close()
            return sum(one.added for one in said), sum(one.duplicates for one in said)

        with ThreadPoolExecutor(8) as pool:
            said = list(pool.map(write, range(8)))
        own = {f"{10_000 * writer + n}" for writer in range(8) for n in range(50)}
        self.check(log, own | {f"{1_000_000 + n}" for n in range(50)})
        assert sum(added for added, _ in said) == 450
        assert sum(duplicates for _, duplicates in said) == 350

    def test_threads_that_share_one_log(self, log):
        with ThreadPoolExecutor(8) as pool:
            said = list(pool.map(lambda n: log.append(table(n * 3, 3), n).next_offset, range(40)))
        assert len(set(said)) == 40
        self.check(log, {f"{n}" for n in range(120)})

    @pytest.mark.parametrize("writers", [2, pytest.param(8, marks=pytest.mark.slow)])
    def test_processes(self, log, url, writers):
        script = (
            "import sys; from evercart.log import open_log; from evercart.events.schema import conform;"
            "import pyarrow as pa; w = int(sys.argv[2]); log = open_log(sys.argv[1], int(sys.argv[3]));"
            "row = lambda n: conform(pa.table({'id': [f'{n}'], 'event_us': [n], 'kind': pa.array([1], pa.int16())}));"
            "[log.append(row(w * 100 + n), n) for n in range(10)]; log.close()"
        )
        command = [sys.executable, "-c", script, url]
        running = [subprocess.Popen([*command, f"{writer}", f"{KEY}"]) for writer in range(writers)]
        assert [each.wait() for each in running] == [0] * writers
        self.check(log, {f"{w * 100 + n}" for w in range(writers) for n in range(10)})

    def test_a_reader_never_sees_a_gap(self, log, url):
        done, seen = threading.Event(), []

        def watch() -> None:
            mine = PostgresLog(url, KEY, 8)
            while not done.is_set() or not seen:
                seen.append([at for part in mine.read(0) for at in part.offset.tolist()])
            mine.close()

        watcher = threading.Thread(target=watch)
        watcher.start()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: log.append(table(n * 2, 2), n), range(30)))
        done.set()
        watcher.join()
        assert all(offsets == list(range(len(offsets))) for offsets in seen)

    def test_a_server_whose_default_is_serializable(self, server, url):
        database = "serial"
        administer(url, f"CREATE DATABASE {database}")
        administer(url, f"ALTER DATABASE {database} SET default_transaction_isolation = 'serializable'")
        there = server.url(schema_of(url), database=database)
        logs = [PostgresLog(there, KEY, 8) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: logs[n % 4].append(table(n * 2, 2), n), range(32)))
        self.check(logs[0], {f"{n}" for n in range(64)})
        for each in logs:
            each.close()

    def test_a_conflict_is_tried_again(self, log, monkeypatch):
        told, facts = [], log._tables.facts

        def conflict(connection=None):
            if connection is not None and len(told) < 3:
                told.append(connection)
                raise psycopg.errors.SerializationFailure
            return facts(connection)

        monkeypatch.setattr(log._tables, "facts", conflict)
        assert log.append(table(0, 2), 5).added == 2
        assert (len(told), log.next_offset) == (3, 3)

    def test_a_conflict_without_end_is_told(self, log, monkeypatch):
        def conflict(connection=None):
            raise psycopg.errors.DeadlockDetected

        monkeypatch.setattr(log._tables, "facts", conflict)
        with pytest.raises(UserError) as error:
            log.append(table(0, 2), 5)
        shown = log._server.address.shown
        assert str(error.value) == f"{shown}: expected no other program in the log's tables, got ''"

    def test_the_clock_of_another_machine_is_an_hour_behind(self, log, url):
        hour = 3_600_000_000
        other = PostgresLog(url, KEY, 8)
        log.append(table(0, 1), 2 * hour)
        other.append(table(1, 1), hour)
        assert other.heartbeat(hour) is False
        log.append(table(2, 1), 2 * hour + 1)
        assert log.names(1, 9)["logged_us"].to_pylist() == [2 * hour, 2 * hour, 2 * hour + 1]
        other.close()


class TestOutages:
    """The server may go away at any moment; what was answered stands, once."""

    @pytest.fixture
    def log(self, own_server):
        made = PostgresLog(own_server.url("outages"), KEY, 8)
        yield made
        made.close()
        drop(own_server.url("outages"))

    def test_restarted_between_two_appends(self, log, own_server):
        log.append(table(0, 3), 5)
        assert len(list(log.read(0))) == 1
        own_server.stop()
        own_server.start()
        assert log.append(table(2, 3), 6).duplicates == 1
        own_server.stop()
        own_server.start()
        assert log.names(1, 99)["id"].to_pylist() == ["0", "1", "2", "3", "4"]

    def test_crashed_in_mid_transaction(self, log, own_server):
        changed = pa.concat_tables([table(0, 8), table(3, 1, amount=[7]), table(20, 4)])

        def crash(refused: pa.Table) -> None:
            own_server.stop("immediate")

        with pytest.raises(UserError) as error:
            log.import_history("h", lambda skip: iter([changed.slice(skip)]), refuse=crash)
        shown = log._server.address.shown
        rule = "a database server that answers and lets this user in"
        assert str(error.value).startswith(f"{shown}: expected {rule}, got '")
        with pytest.raises(UserError):
            log.append(table(30, 1), 50)
        with pytest.raises(UserError):
            list(log.read(0, 8))
        own_server.start()
        assert (log.next_offset, log.imports()) == (8, {"h": (8, False)})
        refused: list[pa.Table] = []
        log.import_history("h", lambda skip: iter([changed.slice(skip)]), refuse=refused.append)
        assert [one["id"].to_pylist() for one in refused] == [["3"]]
        assert log.names(0, 99)["id"].to_pylist() == [f"{n}" for n in (*range(8), *range(20, 24))]
        assert log.verify() == []

    @pytest.mark.parametrize("sent", [True, False])
    def test_the_answer_to_a_commit_is_lost(self, log, monkeypatch, sent):
        """Rows without an id are neither lost nor doubled: the server is asked what became of the commit."""
        log.append(table(0, 1), 5)
        execute, lost = psycopg.Connection.execute, []

        def cut(connection, query, params=None, **how):
            if query != "COMMIT" or lost:
                return execute(connection, query, params, **how)
            lost.append(query)
            if sent:
                execute(connection, query)
            connection.close()
            text = "server closed the connection unexpectedly"
            raise psycopg.OperationalError(text)

        monkeypatch.setattr(psycopg.Connection, "execute", cut)
        nameless = table(5, 2, id=pa.array([None, None], pa.string()))
        said = log.append(nameless, 6)
        assert lost
        assert (said.added, said.next_offset, log.next_offset) == (2, 4, 4)
        assert log.names(2, 9)["event_us"].to_pylist() == [5, 6]

    def test_the_answer_is_lost_and_so_is_the_server(self, log, own_server, monkeypatch):
        log.append(table(0, 1), 5)
        execute = psycopg.Connection.execute

        def crash(connection, query, params=None, **how):
            if query == "COMMIT":
                own_server.stop("immediate")
            return execute(connection, query, params, **how)

        with monkeypatch.context() as patch, pytest.raises(UserError, match="expected a database server that answers"):
            patch.setattr(psycopg.Connection, "execute", crash)
            log.append(table(1, 2), 6)
        own_server.start()
        assert log.append(table(0, 3), 7).next_offset == 4
        assert log.verify() == []

    def test_whoever_waits_hears_of_a_restart_too(self, log, own_server):
        assert log.wait(0, 0) is False
        own_server.stop()
        own_server.start()
        threading.Timer(0.05, lambda: log.append(table(0, 1), 5)).start()
        assert log.wait(1, 20) is True


class TestAddresses:
    """A wrong address is told; its password is not."""

    def told(self, url: str, secret: str = PASSWORD) -> str:
        with pytest.raises(UserError) as error:
            PostgresLog(url, KEY, 8)
        said = "".join(traceback.format_exception(error.value))
        for part in (secret, quote(secret, safe="")):
            assert part not in said
        return str(error.value)

    def test_wrong_password(self, server):
        text = self.told(server.url(password="guess-me-not"), "guess-me-not")
        assert text.startswith(f"postgresql://{OWNER}@{server.folder}/postgres: expected a database server that")
        assert f'password authentication failed for user "{OWNER}"' in text

    @pytest.mark.parametrize(
        ("how", "text"),
        [
            ({"user": "nobody-knows"}, 'password authentication failed for user "nobody-knows"'),
            ({"database": "nowhere"}, 'database "nowhere" does not exist'),
        ],
    )
    def test_wrong_name(self, server, how, text):
        assert text in self.told(server.url(**how))

    def test_unreachable(self, server):
        text = self.told(f"postgresql://shop:{quote(PASSWORD, safe='')}@127.0.0.1:1/shop")
        assert text.startswith("postgresql://shop@127.0.0.1:1/shop: expected a database server that answers and lets")
        assert "Connection refused" in text

    def test_nor_by_the_log_itself(self, log):
        assert PASSWORD not in repr(log) + repr(log._server.address) + str(vars(log))


class TestFit:
    """A log from elsewhere is opened only where it fits."""

    def told(self, url: str, text: str, key: int = KEY) -> None:
        with pytest.raises(UserError) as error:
            PostgresLog(url, key, 8)
        assert str(error.value) == text

    def test_a_newer_version(self, log, url):
        administer(url, f"UPDATE {schema_of(url)}.meta SET version = 2")
        self.told(url, "log.version: expected at most 1, got 2")

    def test_another_key(self, log, url):
        self.told(url, "log.key: expected the key this log was begun with, got 'another'", key=2)

    def test_a_property_declared_later_gets_a_column(self, log, url):
        log.append(table(0, 2), 5)
        administer(url, f"ALTER TABLE {schema_of(url)}.events DROP COLUMN brand, DROP COLUMN brand_hash")
        again = PostgresLog(url, KEY, 8)
        assert again.append(table(2, 1, brand=["b"]), 6).added == 1
        assert again.names(1, 9)["brand"].to_pylist() == [None, None, "b"]
        again.close()

    def test_a_schema_that_is_not_a_name(self, server):
        text = "log.schema: expected small letters, digits or _, at most 48, got 'x\"; DROP'"
        self.told(server.url("x%22%3B%20DROP"), text)

    def test_a_database_in_another_encoding(self, server, url):
        administer(url, "CREATE DATABASE plain ENCODING 'SQL_ASCII' TEMPLATE template0")
        there = server.url(database="plain")
        self.told(there, f"postgresql://{OWNER}@{server.folder}/plain: expected a database in UTF8, got 'SQL_ASCII'")

    def test_text_that_the_server_cannot_hold(self, log):
        with pytest.raises(UserError, match=r"expected text without NUL characters, got 'invalid byte sequence"):
            log.append(table(0, 1, text=["a\0b"]), 5)
        assert log.next_offset == 0
        assert log.append(table(0, 1, text=["ab"]), 5).added == 1


class TestRights:
    """A log needs no more than its own schema."""

    def role(self, server, url: str, name: str, grants: str) -> str:
        administer(url, f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
        for grant in grants.format(schema=schema_of(url), role=name).split(";"):
            administer(url, grant)
        return server.url(schema_of(url), user=name)

    def test_a_role_that_owns_one_schema(self, server, url):
        there = self.role(server, url, "shop", "CREATE SCHEMA {schema} AUTHORIZATION {role}")
        log = PostgresLog(there, KEY, 8)
        assert log.append(table(0, 3), 5).added == 3
        assert log.heartbeat(9) is True
        assert log.names(1, 4).select(SCHEMA.names).equals(table(0, 3))
        log.close()

    def test_a_role_that_may_only_read(self, server, url, log):
        log.append(table(0, 3), 5)
        grants = "GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}"
        reader = PostgresLog(self.role(server, url, "reader", grants), KEY, 8)
        assert reader.names(0, 9).equals(log.names(0, 9))
        with pytest.raises(UserError) as error:
            reader.append(table(5, 1), 6)
        assert ": expected a log that this user may use, got 'permission denied for table events" in str(error.value)
        assert reader.next_offset == 4
        reader.close()

    def test_a_role_without_rights(self, server, url):
        there = self.role(server, url, "stranger", "SELECT 1")
        with pytest.raises(UserError, match="expected a log that this user may use, got 'permission denied for data"):
            PostgresLog(there, KEY, 8)

    def test_a_database_that_is_read_only(self, server, url, log):
        log.append(table(0, 3), 5)
        there = self.role(server, url, "careful", "GRANT ALL ON SCHEMA {schema} TO {role}")
        administer(url, f"GRANT ALL ON ALL TABLES IN SCHEMA {schema_of(url)} TO careful")
        administer(url, "ALTER ROLE careful SET default_transaction_read_only = on")
        reader = PostgresLog(there, KEY, 8)
        assert len(next(reader.read(0))) == 4
        with pytest.raises(UserError, match=r"expected a log that may be written, got '.*read-only transaction'"):
            reader.append(table(5, 1), 6)
        reader.close()


class TestStored:
    """The rows are checked against what was committed."""

    @pytest.mark.parametrize(
        ("sql", "text"),
        [
            ('DELETE FROM {0} WHERE "offset" = 1', "{0}: expected 4 rows, got 3"),
            ('UPDATE {0} SET logged_us = 9 WHERE "offset" = 3', "{0}: expected log time up to 5, got 9"),
            ('UPDATE {0} SET logged_us = 4 WHERE "offset" = 2', "{0}: expected log time that never goes back, got 1"),
        ],
    )
    def test_what_is_wrong_is_said(self, log, url, sql, text):
        log.append(table(0, 3), 5)
        assert log.verify() == []
        events = f'"{schema_of(url)}".events'
        administer(url, sql.format(events))
        assert any(one.startswith(text.format(events)) for one in log.verify())

    def test_ids_are_looked_up_by_index(self, log, url):
        log.append(table(0, 50), 5)
        server = Server(log._server.address)
        plan = server.rows(
            f"EXPLAIN SELECT id_low FROM {schema_of(url)}.events WHERE id_hash = ANY(%b)", list(range(10_000))
        )
        assert "Seq Scan" not in str(plan)
        server.close()
