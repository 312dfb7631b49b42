"""CSV in blocks."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from evercart.errors import UserError
from evercart.events import read_csv
from evercart.events.sources import open_source, read


def _read(path: Path, text: str | bytes, wanted: list[str] | None = None) -> tuple[list[dict[str, Any]], list[Any]]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    source = open_source(path)
    parts = list(read(source, wanted or list(source.columns)))
    rows = [row for part in parts for row in part.table.to_pylist()]
    return rows, [refusal for part in parts for refusal in part.bad]


def test_values_are_text_or_missing(tmp_path: Path) -> None:
    rows, bad = _read(tmp_path / "a.csv", 'a,b\n1,"x ""y"", z"\n,""\n007,NA\n')
    assert rows == [
        {"a": "1", "b": 'x "y", z', "row": 1},
        {"a": None, "b": None, "row": 2},
        {"a": "007", "b": "NA", "row": 3},
    ]
    assert bad == []


def test_ragged_rows_are_refused_by_their_number(tmp_path: Path) -> None:
    rows, bad = _read(tmp_path / "a.csv", "a,b\n1,2\n3\n\n4,5\n6,7,8\n9,10\n11\n", ["a"])
    assert [(row["row"], row["a"]) for row in rows] == [(1, "1"), (3, "4"), (5, "9")]
    assert [tuple(refusal) for refusal in bad] == [
        (2, "row", "2 columns", "1 columns", '{"line": "3"}'),
        (4, "row", "2 columns", "3 columns", '{"line": "6,7,8"}'),
        (6, "row", "2 columns", "1 columns", '{"line": "11"}'),
    ]


def test_a_refusal_comes_with_the_next_good_row_however_far_ahead_the_parser_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_csv, "BLOCK", 64)
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "".join(f"{i},x\n" if i % 3 else f"{i}\n" for i in range(1, 1000)))
    cuts = []
    for _ in range(5):
        parts = [(part.table["row"].to_pylist(), [one.row for one in part.bad]) for part in read(open_source(path), [])]
        last = 0
        for good, bad in parts[:-1]:
            assert sorted(good + bad) == list(range(last + 1, good[-1] + 1))
            last = good[-1]
        assert parts[-1] == ([], [999])
        cuts.append(parts)
    assert all(parts == cuts[0] for parts in cuts)


def test_a_file_of_ragged_rows_loses_none(tmp_path: Path) -> None:
    rows, bad = _read(tmp_path / "a.csv", "a,b\n1\n2\n3\n")
    assert (rows, [refusal.row for refusal in bad]) == ([], [1, 2, 3])


def test_row_numbers_do_not_depend_on_the_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"{i},{'x' * (i % 7)}" if i % 5 else f"{i}" for i in range(1, 400)]
    monkeypatch.setattr(read_csv, "BLOCK", 97)
    rows, bad = _read(tmp_path / "a.csv", "a,b\n" + "\n".join(lines))
    assert all(int(row["a"]) == row["row"] for row in rows)
    assert all(json.loads(refusal.body)["line"] == str(refusal.row) for refusal in bad)
    assert len(rows) + len(bad) == 399
    assert len(bad) == 79


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfa,b\n1,2\n",
        b"a,b\r\n1,2\r\n",
        b"a,b\r1,2\r",
        b'"a","b"\n1,2',
        b"\n \n a , b\n1,2\n",
        b"\xef\xbb\xbf\n\na,b\n1,2\n",
    ],
)
def test_marks_and_line_ends_do_not_matter(tmp_path: Path, text: bytes) -> None:
    assert _read(tmp_path / "a.csv", text)[0] == [{"a": "1", "b": "2", "row": 1}]


def test_packed_files_and_other_delimiters(tmp_path: Path) -> None:
    assert _read(tmp_path / "a.csv.gz", gzip.compress(b"a,b\n1,2\n"))[0] == [{"a": "1", "b": "2", "row": 1}]
    assert _read(tmp_path / "a.tsv", "a\tb\n1\t2\n")[0] == [{"a": "1", "b": "2", "row": 1}]
    (tmp_path / "b.csv").write_text("a;b\n1;2\n")
    (part, _) = read(open_source(tmp_path / "b.csv", delimiter=";"), ["b"])
    assert part.table.to_pylist() == [{"b": "2", "row": 1}]


def test_line_ends_within_quotes(tmp_path: Path) -> None:
    rows, bad = _read(tmp_path / "a.csv", '"a\nx",b\n"1\n2",3\n4\n5,6\n')
    assert rows == [{"a\nx": "1\n2", "b": "3", "row": 1}, {"a\nx": "5", "b": "6", "row": 3}]
    assert [refusal.row for refusal in bad] == [2]


def test_a_name_that_stands_twice_is_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,a\n1,2,3\n")
    source = open_source(path)
    assert source.columns == ("b",)
    assert next(read(source, ["b"])).table.to_pylist() == [{"b": "2", "row": 1}]


def test_a_field_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    rows, _ = _read(tmp_path / "a.csv", "a,b\n1,2\n3," + "x" * 10_000_000 + "\n5,6\n")
    assert [len(row["b"]) for row in rows] == [1, 10_000_000, 1]


def test_a_row_longer_than_a_block_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_csv, "BLOCK", 100)
    with pytest.raises(UserError, match=r"a\.csv: expected a CSV file, got 'ArrowInvalid: straddling object straddles"):
        _read(tmp_path / "a.csv", "a,b\n1,2\n3," + "x" * 1000 + "\n")


def test_an_empty_header_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a\.csv: expected a header, got 'an empty file'$"):
        _read(tmp_path / "a.csv", "")
    with pytest.raises(UserError, match=r"a\.csv: expected a header, got 'an empty line'$"):
        _read(tmp_path / "a.csv", "\n\n")
