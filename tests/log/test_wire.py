"""What is written to the wire is what a server reads."""

from __future__ import annotations

import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evercart.log import wire

WHOLE = st.integers(-(2**63), 2**63 - 1)
ROW = st.tuples(
    WHOLE | st.none(),
    st.integers(-(2**15), 2**15 - 1) | st.none(),
    st.floats(allow_nan=False) | st.none(),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20) | st.none(),
)
TYPES = (pa.int64(), pa.int16(), pa.float64(), pa.string())


@pytest.fixture(scope="module")
def connection(server):
    with psycopg.connect(server.url().split("&schema=")[0]) as made:
        made.execute("CREATE TEMP TABLE sent (n bigserial, a bigint, b smallint, c double precision, d text)")
        yield made


def through(connection: psycopg.Connection, columns: dict[str, object]) -> list[tuple]:
    """Return the rows that the server holds of what was sent."""
    connection.execute("TRUNCATE sent")
    with connection.cursor().copy(f"COPY sent ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(wire.HEADER)
        for block in wire.blocks(columns):
            copy.write(block)
        copy.write(wire.END)
    return connection.execute("SELECT a, b, c, d FROM sent ORDER BY n").fetchall()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, max_size=12))
def test_any_rows_arrive(connection, rows):
    columns = zip(*rows, strict=True) if rows else ((),) * 4
    sent = {name: pa.array(values, kind) for name, values, kind in zip("abcd", columns, TYPES, strict=True)}
    assert through(connection, sent) == rows


def test_blocks_change_nothing(connection, monkeypatch):
    monkeypatch.setattr(wire, "_ROWS", 7)
    sent = {"a": pa.chunked_array([[1, None], list(range(50))], pa.int64()), "d": pa.array(["ä", None] * 26)}
    expected = [(n, None, None, text) for n, text in zip(sent["a"].to_pylist(), sent["d"].to_pylist(), strict=True)]
    assert through(connection, sent) == expected


def test_not_a_number_says_nothing(connection):
    arrived = through(connection, {"c": pa.array([float("nan"), None, 1.5])})
    assert [c for _, _, c, _ in arrived] == [None, None, 1.5]
