"""JSON Lines."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from evercart.errors import UserError
from evercart.events import read_jsonl
from evercart.events.sources import open_source, read


def _read(path: Path, data: bytes, wanted: list[str]) -> tuple[list[dict[str, Any]], list[Any]]:
    path.write_bytes(data)
    parts = list(read(open_source(path), wanted))
    rows = [row for part in parts for row in part.table.to_pylist()]
    return rows, [refusal for part in parts for refusal in part.bad]


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    line = b'{"a": 0.10, "b": 12345678901234567890, "c": true, "d": {"x": [1]}, "e": null, "f": "t", "g": NaN}'
    rows, bad = _read(tmp_path / "a.jsonl", line, list("abcdefgh"))
    assert rows == [
        {
            "a": "0.10",
            "b": "12345678901234567890",
            "c": "true",
            "d": '{"x": ["1"]}',
            "e": None,
            "f": "t",
            "g": "NaN",
            "h": None,
            "row": 1,
        }
    ]
    assert bad == []


def test_lines_that_are_no_objects_are_refused_by_their_number(tmp_path: Path) -> None:
    lines = [b'{"a": 1}', b"", b"[1]", b"{", b'{"a": "\\ud800"}', b"[" * 100_000, b'{"a": 2}']
    rows, bad = _read(tmp_path / "a.jsonl", b"\xef\xbb\xbf" + b"\n".join(lines), ["a"])
    assert [(row["row"], row["a"]) for row in rows] == [(1, "1"), (7, "2")]
    assert [refusal[:4] for refusal in bad[:3]] == [
        (3, "row", "a JSON object", "[1]"),
        (4, "row", "a JSON object", "{"),
        (5, "row", "a JSON object", '{"a": "\\ud800"}'),
    ]
    assert bad[3].row == 6
    assert len(bad[3].value) < 200


def test_columns_are_those_of_the_first_lines(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": 1}\nx\n{"b": 1}\n')
    assert open_source(tmp_path / "a.jsonl").columns == ("a", "b")


def test_batches_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_jsonl, "BATCH", 30)
    (tmp_path / "a.jsonl").write_text('{"a": 1}\n' * 20)
    parts = list(read(open_source(tmp_path / "a.jsonl"), ["a"]))
    assert [len(part.table) for part in parts] == [4] * 5
    assert [row for part in parts for row in part.table["row"].to_pylist()] == list(range(1, 21))


def test_packed_lines(tmp_path: Path) -> None:
    assert _read(tmp_path / "a.jsonl.gz", gzip.compress(b'{"a": 1}\n'), ["a"])[0] == [{"a": "1", "row": 1}]


def test_a_line_without_end_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_jsonl, "MOST", 10)
    with pytest.raises(UserError, match=r"a\.jsonl line 2: expected at most 10 bytes, got 'more'$"):
        _read(tmp_path / "a.jsonl", b"{}\n" + b"x" * 50, ["a"])
