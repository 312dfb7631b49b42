"""Parquet."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evercart.errors import UserError
from evercart.events import read_parquet
from evercart.events.sources import open_source, read


def test_columns_keep_their_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_parquet, "ROWS", 4)
    pq.write_table(pa.table({"a": list(range(10)), "b": ["x"] * 10}), tmp_path / "a.parquet")
    source = open_source(tmp_path / "a.parquet")
    assert source.columns == ("a", "b")
    parts = list(read(source, ["a"]))
    whole = pa.concat_tables([part.table for part in parts])
    assert whole.to_pydict() == {"a": list(range(10)), "row": list(range(1, 11))}
    assert parts[-1].bytes == (tmp_path / "a.parquet").stat().st_size


@pytest.mark.parametrize("size", [0, 4, 7, 100, -1])
def test_a_truncated_file_is_told(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": list(range(10))}), path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(
        UserError, match=r"a\.parquet: expected a Parquet file( that can be read)?, got .*(ArrowInv|OSEr)"
    ):
        open_source(path)


def test_a_file_that_is_damaged_inside_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [f"word {i}" for i in range(1000)]}), path, compression="gzip", use_dictionary=False)
    data = bytearray(path.read_bytes())
    data[60:900] = bytes(840)
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"a\.parquet: expected a Parquet file"):
        list(read(open_source(path), ["a"]))


def test_text_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    words = pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe"))
    pq.write_table(pa.table({"a": words}), path)
    with pytest.raises(UserError, match=r"a\.parquet: expected a Parquet file, got .*[Ii]nvalid UTF8"):
        list(read(open_source(path), ["a"]))


def test_no_rows_are_told(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), tmp_path / "a.parquet")
    with pytest.raises(UserError, match=r"a\.parquet: expected at least one row, got 'columns a'$"):
        list(read(open_source(tmp_path / "a.parquet"), ["a"]))
