"""Sources by their format."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart.errors import UserError
from evercart.events.sources import format_of, open_source, read


@pytest.mark.parametrize(
    ("name", "want"),
    [("a.CSV", "csv"), ("a.tsv", "csv"), ("a.ndjson.gz", "jsonl"), ("a.parquet", "parquet"), ("a.b.jsonl", "jsonl")],
)
def test_a_format_goes_by_the_ending(name: str, want: str) -> None:
    assert format_of(Path(name)) == want


def test_a_stated_format_comes_first() -> None:
    assert format_of(Path("a.txt"), "csv") == "csv"


@pytest.mark.parametrize(("name", "got"), [("a.xlsx", ".xlsx"), ("data", "data"), ("x.gz", "x.gz")])
def test_an_unknown_ending_is_told(name: str, got: str) -> None:
    with pytest.raises(UserError) as raised:
        open_source(Path(name))
    assert str(raised.value) == f"{name}: expected one of the formats csv jsonl parquet, got '{got}'"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        open_source(tmp_path / "a.csv")
    text = f"{tmp_path / 'a.csv'}: expected a CSV file that can be read, got 'No such file or directory'"
    assert str(raised.value) == text


@pytest.mark.parametrize("header", ["a,b", "a,b\n", "a,b\n\n\n"])
def test_a_header_alone_is_told(tmp_path: Path, header: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(header)
    with pytest.raises(UserError) as raised:
        list(read(open_source(path), ["a"]))
    assert str(raised.value) == f"{path}: expected at least one row, got 'columns a b'"


def test_reading_tells_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    assert [part.bytes for part in read(open_source(path), ["a"])][-1] == 8
