"""All of a transaction, or nothing."""

from __future__ import annotations

import sqlite3

import pytest

from evercart.events.schema import SCHEMA
from evercart.log.database import Database


@pytest.fixture
def database(tmp_path):
    made = Database(tmp_path / "log.db")
    yield made
    made.close()


def test_a_block_that_fails_changes_nothing(database):
    with pytest.raises(KeyError), database.writing():
        database.set_meta(next_offset=5)
        raise KeyError
    assert database.meta() == {"version": 1}
    with database.writing():
        database.set_meta(next_offset=5)
    assert database.meta() == {"version": 1, "next_offset": 5}


def test_reading_sees_one_state(database, tmp_path):
    other = Database(tmp_path / "log.db")
    with database.reading():
        before = database.meta()
        with other.writing():
            other.set_meta(next_offset=5)
        assert database.meta() == before
    assert database.meta()["next_offset"] == 5
    other.close()


def test_a_property_declared_later_gets_a_column(tmp_path):
    with sqlite3.connect(tmp_path / "log.db") as connection:
        connection.execute('CREATE TABLE events ("offset" INTEGER PRIMARY KEY, logged_us INTEGER NOT NULL, id TEXT)')
        connection.execute("INSERT INTO events VALUES (0, 5, 'a')")
    connection.close()
    made = Database(tmp_path / "log.db")
    assert {row[1] for row in made.rows("PRAGMA table_info(events)")} == {"offset", "logged_us", *SCHEMA.names}
    assert made.rows("SELECT id, amount FROM events") == [("a", None)]
    made.close()
