"""What is wrong with a log on a server is named; what can be mended is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

import pyarrow as pa
import pytest

from evercart.events.schema import conform
from evercart.log import examine_postgres, open_log
from evercart.log.address import parse
from evercart.log.examine_postgres import examine, stands
from evercart.log.postgres import PostgresLog
from evercart.testing.postgres import PrivateServer, administer, drop

KEY = 0x1234_5678_9ABC_DEF0
ROWS = 40
_numbers = count()


@pytest.fixture(autouse=True)
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examine_postgres, "ROWS", 16)


@pytest.fixture
def url(server: PrivateServer) -> Iterator[str]:
    where = server.url(f"examined_{next(_numbers)}")
    log = open_log(where, KEY)
    columns = {
        "id": [f"{n}" if n % 3 else None for n in range(ROWS)],
        "event_us": list(range(ROWS)),
        "kind": pa.array([1] * ROWS, pa.int16()),
        "user": [f"u{n % 5}" if n % 2 else None for n in range(ROWS)],
        "currency": ["EUR"] * ROWS,
    }
    log.import_history("all", lambda skip: iter([conform(pa.table(columns)).slice(skip)]))
    log.close()
    yield where
    drop(where)


def schema(url: str) -> str:
    return parse(url).schema


def wrongs(url: str, key: int = KEY) -> list[str]:
    return [one.wrong for one in examine(parse(url), key)]


def test_nothing_is_wrong(url: str) -> None:
    assert wrongs(url) == []


@pytest.mark.parametrize(
    ("sql", "rule", "would"),
    [
        ('UPDATE {}.events SET user_hash = 7 WHERE "offset" IN (5, 21)', "2 others", "compute them again"),
        ('UPDATE {}.events SET user_hash = 7 WHERE "offset" = 4', "1 others", "compute them again"),
        ('UPDATE {}.events SET id_low = id_low + 1 WHERE "offset" = 4', "1 others", "compute them again"),
        ('UPDATE {}.events SET currency_hash = NULL WHERE "offset" > 35', "4 others", "compute them again"),
        ("DROP INDEX {}.events_id_hash_idx", "none", "make it"),
    ],
)
def test_what_the_names_can_mend(url: str, sql: str, rule: str, would: str) -> None:
    administer(url, sql.format(schema(url)))
    (one,) = examine(parse(url), KEY)
    assert one.wrong.startswith(f'"{schema(url)}".events: expected ')
    assert one.wrong.endswith(f"got '{rule}'")
    assert one.would.startswith(would)
    before = names(url)
    assert one.mend is not None
    one.mend()
    assert wrongs(url) == []
    assert names(url) == before


def names(url: str) -> list[dict[str, object]]:
    log = PostgresLog(url, KEY, 8)
    try:
        return log.names(0, ROWS).to_pylist()
    finally:
        log.close()


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ('DELETE FROM {}.events WHERE "offset" = 5', "events: expected 40 rows, got 39"),
        ('UPDATE {}.events SET "offset" = 99 WHERE "offset" = 39', "expected 40 rows, got 39"),
        (
            'UPDATE {}.events SET logged_us = 9 WHERE "offset" = 3',
            "expected log time that never goes back, got 1 rows",
        ),
        (
            "UPDATE {0}.events SET id = '1', id_hash = (SELECT id_hash FROM {0}.events WHERE id = '1'), id_low ="
            " (SELECT id_low FROM {0}.events WHERE id = '1') WHERE id = '2'",
            "got '1 more than once'",
        ),
        (
            "UPDATE {}.events SET id = NULL, kind = 0 WHERE id = '2'; UPDATE {0}.events SET id_hash = 5, id_low = 6"
            " WHERE id IS NULL AND kind = 0",
            None,
        ),
    ],
)
def test_what_only_a_copy_can_mend(url: str, sql: str, rule: str | None) -> None:
    administer(url, sql.replace("{}", "{0}").format(schema(url)))
    if rule is None:
        assert wrongs(url) == []  # a tombstone keeps the hash of an id that is gone
    else:
        assert any(rule in one for one in wrongs(url))


def test_a_log_of_another_version_or_key_is_not_read(url: str) -> None:
    assert wrongs(url, key=1) == ["shop.key: expected the key this log was begun with, got 'another'"]
    administer(url, f"UPDATE {schema(url)}.meta SET version = 2")
    (one,) = examine(parse(url), KEY)
    assert one == ("log.version: expected 1, got 2", "install the version that wrote it, or a newer", None)


def test_where_there_is_none_none_is_made(server: PrivateServer) -> None:
    where = parse(server.url("nowhere"))
    assert not stands(where)
    (one,) = examine(where, KEY)
    assert re.fullmatch(r"postgresql://.*\?schema=nowhere: expected the log's tables, got 'none'", one.wrong)
    assert one.would.startswith("nothing here can mend it: mend the server or the address")
    assert not stands(where)
    log = open_log(server.url("nowhere"), KEY)
    assert stands(where)
    log.close()


def test_a_server_that_does_not_answer_is_told() -> None:
    (one,) = examine(parse("postgresql://me:s3cret@127.0.0.1:1/shop"), KEY)
    assert one.wrong.startswith("postgresql://me@127.0.0.1:1/shop: expected a database server that answers and lets")
    assert "s3cret" not in one.wrong
