"""Imports, whole: nothing lost, nothing doubled, whatever is sent and whenever it is killed."""
# ruff: noqa: E501 (texts are quoted whole)

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evercart.errors import UserError
from evercart.events import read_csv, runs
from evercart.events.imports import Import
from evercart.events.mapping_file import parse
from evercart.events.quarantine import Quarantine
from evercart.events.schema import SCHEMA

NOW = 1_500_000_000_000_000
VIEWS = """
kind = "view"
id = "{row}"
columns = { item = "sku", user = "who" }
time = { column = "at", format = "s" }
"""
SEVERAL = """
[[source]]
files = "orders-*.csv"
kind = "order"
id = "{n}"
columns = { user = "who", item = "sku", quantity = "pieces", amount = "cents" }
units = { quantity = "pieces", amount = "minor" }
time = { column = "at", format = "s" }
[[source.clean]]
step = "missing"
column = "quantity"
how = "constant"
value = 1000
[[source.clean]]
step = "missing"
column = "user"
how = "drop"

[[source]]
files = "sent.jsonl"
kind = "exposure"
id = "{campaign}/{who}"
columns = { user = "who", campaign = "campaign" }
time = { column = "start", format = "s" }
join = { file = "campaigns.parquet", on = "campaign" }
"""


def _import(folder: Path, source: Path, text: str) -> Import:
    return Import(source, parse(text), folder / "scratch")


def _csv(folder: Path, text: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.fixture
def several(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    _csv(
        folder,
        "n,who,sku,pieces,cents,at\n1,u1,i1,2,250,1000000200\n2,,i1,1,1,1000000100\n3,u2,i2,,5,1000000100\n",
        "orders-2.csv",
    )
    _csv(folder, "n,who,sku,pieces,cents,at\n4,u1,i1,-2,250,1000000300\n5,u1\n6,u3,i1,1,1,1000000100\n", "orders-1.csv")
    _csv(
        folder,
        '{"who": "u9", "campaign": 1}\n{"who": "u9", "campaign": 2}\n{"who": "u9", "campaign": 3}\n',
        "sent.jsonl",
    )
    pq.write_table(
        pa.table({"campaign": [1, 2], "start": [1_000_000_100, 1_000_000_150]}), folder / "campaigns.parquet"
    )
    return folder


def test_sources_are_merged_by_event_time(several: Path, tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path)
    one = _import(tmp_path, several, SEVERAL)
    seen: list[tuple[int, int]] = []
    counts = one.prepare(quarantine, NOW, lambda done, total: seen.append((done, total)))
    table = pa.concat_tables(one.batches())
    assert table.schema == SCHEMA
    assert table["id"].to_pylist() == ["6", "3", "1/u9", "2/u9", "1"]
    assert table["quantity"].to_pylist() == [1000, 1000, None, None, 2000]
    assert (counts.read, counts.good, counts.dropped) == (9, 5, 1)
    assert counts.refused == {"quantity: at least 0": 1, "row: 6 columns": 1, "event_us: a value": 1}
    assert counts.cleaned == {"missing quantity": 1, "missing user": 1}
    assert [(one.source, one.row, one.field, one.value) for one in quarantine.list()] == [
        ("orders-1.csv", 1, "quantity", "-2000"),
        ("orders-1.csv", 2, "row", "2 columns"),
        ("sent.jsonl", 3, "event_us", "null"),
    ]
    assert seen[-1][0] == seen[-1][1]


def test_rows_can_be_skipped(several: Path, tmp_path: Path) -> None:
    one = _import(tmp_path, several, SEVERAL)
    one.prepare(Quarantine(tmp_path), NOW)
    assert [row for part in one.batches(3) for row in part["id"].to_pylist()] == ["2/u9", "1"]
    assert list(one.batches(5)) == []


def test_the_name_follows_contents_and_mapping(several: Path, tmp_path: Path) -> None:
    name = _import(tmp_path, several, SEVERAL).name
    assert _import(tmp_path / "elsewhere", several, SEVERAL).name == name
    assert _import(tmp_path, several, SEVERAL + "\n").name != name
    pq.write_table(pa.table({"campaign": [1, 3], "start": [5, 6]}), several / "campaigns.parquet")
    assert _import(tmp_path, several, SEVERAL).name != name


@pytest.mark.parametrize("killed_after", [1, 2, 3])
def test_a_killed_import_goes_on_without_a_double_or_a_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_after: int
) -> None:
    lines = [f"s{i % 5},u{i},{1_000_000_000 + i * 7919 % 1000}" + (",x" if i % 10 == 3 else "") for i in range(200)]
    path = _csv(tmp_path, "sku,who,at\n" + "\n".join(lines) + "\n")
    monkeypatch.setattr(read_csv, "BLOCK", 512)
    monkeypatch.setattr(runs, "ROWS", 40)
    whole = _import(tmp_path / "whole", path, VIEWS)
    counts = whole.prepare(Quarantine(tmp_path), NOW)

    class Killed(Exception):
        pass

    made: list[Path] = []
    write = runs.write

    def dying(path: Path, *rest: Any) -> runs.Run:
        if len(made) == killed_after:
            raise Killed
        made.append(path)
        return write(path, *rest)

    (tmp_path / "again").mkdir()
    quarantine = Quarantine(tmp_path / "again")
    again = _import(tmp_path / "again", path, VIEWS)
    monkeypatch.setattr(runs, "write", dying)
    with pytest.raises(Killed):
        again.prepare(quarantine, NOW)
    with pytest.raises(UserError, match=r"^import [0-9a-f]{20}: expected prepared rows, got 'none'$"):
        next(again.batches())
    killed_after = 1000
    assert again.prepare(quarantine, NOW) == counts
    assert len(made) == len(set(made)) > 3
    assert pa.concat_tables(again.batches()) == pa.concat_tables(whole.batches())
    assert len(quarantine.list(-1)) == counts.read - counts.good == 20
    assert again.prepare(quarantine, NOW) == counts
    assert len(made) == len(set(made))


def test_forgotten_scratch_is_gone(several: Path, tmp_path: Path) -> None:
    one = _import(tmp_path, several, SEVERAL)
    one.prepare(Quarantine(tmp_path), NOW)
    one.forget()
    assert not any((tmp_path / "scratch").iterdir())


def test_an_order_instead_of_a_time(tmp_path: Path) -> None:
    text = VIEWS.replace('column = "at", format = "s"', 'order = true, epoch = "2001-09-09T01:46:40Z"')
    one = _import(tmp_path, _csv(tmp_path, "sku,who\na,b\nc\ne,f\n"), text)
    one.prepare(Quarantine(tmp_path), NOW)
    us = pa.concat_tables(one.batches())["event_us"].to_pylist()
    assert us == [1_000_000_000_000_000, 1_000_000_002_000_000]


HEAD = "sku,who,at\n"


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("a.csv", b"", "{path}: expected rows, got 'an empty file'"),
        ("a.csv", HEAD, "{path}: expected at least one row, got 'columns sku who at'"),
        ("a.csv", b"sku,who,at\na,\xe9,1\n", "{path} line 2, byte 14: expected UTF-8, got '0xe9'"),
        (
            "a.csv",
            "sku,whom,at\na,b,1\n",
            "mapping.columns.user: expected one of the columns sku whom at, got 'who' (nearest: 'whom')",
        ),
        ("a.jsonl", '{"sku": 1}\n', "mapping.columns.user: expected one of the columns sku, got 'who'"),
        (
            "a.parquet",
            b"PAR1",
            "{path}: expected a Parquet file, got 'ArrowInvalid: Parquet file size is 4 bytes, smaller than the minimum file footer (8 bytes)'",
        ),
        ("a.txt", "x", "{path}: expected one of the formats csv jsonl parquet, got '.txt'"),
    ],
)
def test_bad_files_are_told_before_anything_enters(tmp_path: Path, name: str, data: str | bytes, text: str) -> None:
    path = _csv(tmp_path, data, name)
    with pytest.raises(UserError) as raised:
        _import(tmp_path, path, VIEWS).prepare(Quarantine(tmp_path), NOW)
    assert str(raised.value) == text.format(path=path)


def test_times_without_zone_are_told(tmp_path: Path) -> None:
    path = _csv(tmp_path, HEAD + "a,b,2017-01-01 10:00:00\n")
    with pytest.raises(UserError) as raised:
        _import(tmp_path, path, VIEWS.replace(', format = "s"', "")).prepare(Quarantine(tmp_path), NOW)
    assert str(raised.value) == (
        "mapping.time.column at: expected times with a zone, or `zone` in [time] for those without, "
        "got '2017-01-01 10:00:00'"
    )


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f"a,b,{NOW // 10**6 + 2 * 86400}", ("event_us", "a time at most a day ahead", "1500172800000000")),
        ("a,b,1", ("event_us", "a time from 1990-01-01 on", "1000000")),
        ("a,b,nan", ("event_us", "a time, format s", "nan")),
        ("a,b,soon", ("event_us", "a time, format s", "soon")),
        (",b,1000000000", ("item", "a value, which view needs", "null")),
        ("a,b", ("row", "3 columns", "2 columns")),
        (
            "a," + "x" * 10_000_000 + ",1000000000",
            ("user", "at most 1,000,000 bytes", "x" * 160 + "… (10,000,000 characters)"),
        ),
    ],
)
def test_bad_rows_go_to_the_quarantine(tmp_path: Path, row: str, told: tuple[str, str, str]) -> None:
    quarantine = Quarantine(tmp_path)
    path = _csv(tmp_path, HEAD + f"a,b,1000000000\n{row}\na,b,1000000001\n")
    counts = _import(tmp_path, path, VIEWS).prepare(quarantine, NOW)
    (held,) = quarantine.list()
    assert (held.source, held.row, held.field, held.rule, held.value) == ("a.csv", 2, *told)
    assert (counts.read, counts.good) == (3, 2)


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    nowhere = tmp_path / "no"
    with pytest.raises(UserError) as raised:
        _ = _import(tmp_path, nowhere, VIEWS).name
    assert (
        str(raised.value) == f"{nowhere}: expected a file or folder that can be read, got 'No such file or directory'"
    )


def _denied(path: Path) -> None:
    raise PermissionError(13, "Permission denied", str(path))


def test_a_folder_without_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "iterdir", _denied)
    with pytest.raises(UserError) as raised:
        _ = _import(tmp_path, tmp_path, 'files = "*.csv"\n' + VIEWS).name
    assert str(raised.value) == f"{tmp_path}: expected a file or folder that can be read, got 'Permission denied'"


def test_files_that_do_not_match_are_told(several: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        _ = _import(tmp_path, several, SEVERAL.replace("sent.jsonl", "send.jsonl")).name
    names = "campaigns.parquet orders-1.csv orders-2.csv sent.jsonl"
    text = f"mapping.source[2].files: expected one of the files {names}, got 'send.jsonl' (nearest: 'sent.jsonl')"
    assert str(raised.value) == text
    with pytest.raises(UserError, match=r"^mapping\.files: expected a name or pattern within .*, got '\.\./x'$"):
        _ = _import(tmp_path, several, 'files = "../x"\n' + VIEWS).name
    with pytest.raises(UserError, match=r"expected a folder, as the mapping has 2 sources, got 'a file'$"):
        _ = _import(tmp_path, several / "sent.jsonl", SEVERAL).name


def _accounted(folder: Path, path: Path, text: str) -> None:
    """Import whatever it is: a told mistake, or every row good, held or dropped."""
    quarantine = Quarantine(folder)
    one = _import(folder, path, text)
    try:
        counts = one.prepare(quarantine, NOW)
    except UserError:
        return
    assert counts.read == counts.good + len(quarantine.list(-1)) + counts.dropped
    assert counts.good == sum(len(part) for part in one.batches())
    assert sum(counts.refused.values()) == len(quarantine.list(-1))


CELLS = st.one_of(st.text(max_size=6), st.sampled_from(["a", "1000000000", '"', '"x', "nan", "", "1e9", "-1", "\0"]))


@given(st.lists(st.lists(CELLS, max_size=5).map(",".join), max_size=12).map("\n".join), st.binary(max_size=12))
@example("a,b,1000000000", b"")
@example('"', b"\r\n\r")
def test_any_csv_is_accounted_for(tmp_path_factory: pytest.TempPathFactory, text: str, tail: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    data = HEAD.encode() + text.encode(errors="replace") + tail
    _accounted(folder, _csv(folder, data), VIEWS)


@given(st.binary(max_size=60))
def test_any_bytes_are_accounted_for(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for name in ("a.csv", "a.jsonl", "a.parquet", "a.csv.gz"):
        _accounted(folder, _csv(folder, data, name), VIEWS)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just(1_000_000_000)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=2), inner, max_size=2)),
    max_leaves=4,
)
LINE = st.one_of(st.dictionaries(st.sampled_from(["sku", "who", "at"]), JSON).map(json.dumps), st.text(max_size=9))


@given(st.lists(LINE, max_size=10))
def test_any_json_lines_are_accounted_for(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    folder = tmp_path_factory.mktemp("json")
    first = json.dumps({"sku": "a", "who": "b", "at": 1_000_000_000})
    data = "\n".join([first, *lines]).encode(errors="replace")
    _accounted(folder, _csv(folder, data, "a.jsonl"), VIEWS)


def test_event_time_never_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "ROWS", 50)
    times = 1_000_000_000 + np.random.default_rng(2).integers(0, 500, 1000)
    rows = "".join(f"{i},u,{us}\n" for i, us in enumerate(times))
    one = _import(tmp_path, _csv(tmp_path, HEAD + rows), VIEWS)
    one.prepare(Quarantine(tmp_path), NOW)
    table = pa.concat_tables(one.batches())
    assert table["item"].to_pylist() == [str(i) for i in np.argsort(times, kind="stable")]
