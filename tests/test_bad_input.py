"""Bad input as a user meets it: one wording or the quarantine, the exit code, nothing lost."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evercart import cli
from evercart.commands import log

MAPPING = """\
kind = "order"
id = "{Receipt}/{Line}"
[columns]
session = "Receipt"
user = "Customer"
item = "Article"
quantity = "Pieces"
amount = "Paid"
currency = "Currency"
[units]
quantity = "pieces"
amount = "major"
[time]
column = "At"
"""
HEAD = "Receipt,Line,At,Customer,Article,Pieces,Paid,Currency\n"
GOOD = "R1,1,2024-01-02T08:00:00Z,C1,A1,1,3.79,USD\n"
OTHER = GOOD.replace("R1", "R2")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs a command in an empty folder: (exit code, output, errors without progress)."""
    monkeypatch.chdir(tmp_path)
    Path("map.toml").write_text(MAPPING, encoding="utf-8")

    def runs(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["evercart", *words])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        told = "\n".join(line for line in said.err.splitlines() if " … " not in line and not line.endswith(" …"))
        return int(stopped.value.code or 0), said.out, told

    return runs


def _ingest(run: Run, body: str | bytes, name: str = "in.csv") -> tuple[int, dict[str, int], str]:
    Path(name).write_bytes(body.encode() if isinstance(body, str) else body)
    code, out, err = run("ingest", name, "--map", "map.toml", "--json")
    return code, json.loads(out) if out else {}, err


def _waiting(run: Run) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(run("quarantine", "list", "--json")[1])["rows"]
    return rows


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            (HEAD + GOOD).replace("Customer", "Custmer"),
            "mapping.columns.user: expected one of the columns Receipt Line At Custmer Article Pieces Paid Currency, "
            "got 'Customer' (nearest: 'Custmer')",
        ),
        (
            (HEAD + GOOD).replace(",", ";"),
            "mapping.delimiter: expected the mark between columns, such as ';', got ','",
        ),
        (
            (HEAD + GOOD + OTHER.replace("C1", "Zoë")).encode("latin1"),
            "in.csv line 3, byte 126: expected UTF-8, got '0xeb'",
        ),
        ("", "in.csv: expected rows, got 'an empty file'"),
        (
            HEAD,
            "in.csv: expected at least one row, got 'columns Receipt Line At Customer Article Pieces Paid Currency'",
        ),
        (
            HEAD + GOOD.replace("Z,", ","),
            "mapping.time.column At: expected times with a zone, or `zone` in [time] for those without, "
            "got '2024-01-02 08:00:00'",
        ),
    ],
)
def test_what_cannot_be_read_is_said_whole(run: Run, body: str | bytes, text: str) -> None:
    assert _ingest(run, body) == (2, {}, text)
    assert json.loads(run("status", "--json")[1])["events"] == 0


@pytest.mark.parametrize(
    ("bad", "field", "rule", "value"),
    [
        (OTHER.replace("A1,1", "A1,two"), "quantity", "a number", "two"),
        (OTHER.replace("A1,1", "A1,-1"), "quantity", "at least 0", "-1000"),
        (OTHER.replace("3.79", "NaN"), "amount", "a number", "NaN"),
        (OTHER.replace("3.79", "inf"), "amount", "a number", "inf"),
        (OTHER.replace("USD", "ZZZ"), "currency", "a currency code of ISO 4217", "ZZZ"),
        (OTHER.replace("2024", "2999"), "event_us", "a time at most a day ahead", "32472259200000000"),
        (OTHER.replace("2024", "1985"), "event_us", "a time from 1990-01-01 on", "473500800000000"),
        (OTHER.replace("C1,", ","), "user", "a value, which order needs", "null"),
        (OTHER.replace(",USD", ""), "row", "8 columns", "7 columns"),
        (OTHER.replace("\n", ",more\n"), "row", "8 columns", "9 columns"),
        (GOOD.replace("3.79", "4.79"), "id", "a new id, or the same body again", "'R1/1' with another amount"),
    ],
)
def test_a_bad_row_waits_while_the_good_enter(run: Run, bad: str, field: str, rule: str, value: str) -> None:
    code, said, err = _ingest(run, HEAD + GOOD + bad)
    assert (code, err, said["read"], said["added"]) == (0, "", 2, 1)
    (held,) = _waiting(run)
    assert (held["field"], held["rule"], held["value"]) == (field, rule, value)
    assert json.loads(run("status", "--json")[1])["events"] == 1


def test_a_field_of_ten_million_bytes_waits(run: Run) -> None:
    code, said, _ = _ingest(run, HEAD + GOOD + OTHER.replace("C1", "C" * 10_000_000) + GOOD.replace("R1", "R3"))
    assert (code, said["added"]) == (0, 2)
    (held,) = _waiting(run)
    assert (held["field"], held["rule"]) == ("user", "at most 1,000,000 bytes")


def test_the_same_row_twice_is_one_with_a_mark_before_it_or_not(run: Run) -> None:
    code, said, _ = _ingest(run, b"\xef\xbb\xbf" + (HEAD + GOOD + GOOD).encode())
    assert (code, said["added"], said["duplicates"]) == (0, 1, 1)


def test_a_truncated_parquet_file(run: Run) -> None:
    pq.write_table(pa.table({"Receipt": ["R1"]}), "whole.parquet")
    code, _, err = _ingest(run, Path("whole.parquet").read_bytes()[:-9], "in.parquet")
    assert code == 2
    assert err.startswith("in.parquet: expected a Parquet file, got 'ArrowInvalid: Parquet magic bytes not found")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            ("ingest", "no.csv", "--map", "map.toml"),
            "no.csv: expected a file or folder that can be read, got 'No such file or directory'",
        ),
        (
            ("ingest", "no.csv", "--map", "no.toml"),
            "no.toml: expected a mapping file that can be read, got 'No such file or directory'",
        ),
        (
            ("backtest", "spnd"),
            "app: expected one of repurchase spend recommend profile behaviour fraud classify, got 'spnd'",
        ),
    ],
)
def test_what_is_not_there_is_said_at_once(run: Run, words: tuple[str, ...], text: str) -> None:
    run("init")
    assert run(*words) == (2, "", text)


def test_an_unknown_kind(run: Run) -> None:
    Path("map.toml").write_text(MAPPING.replace('"order"', '"ordr"'), encoding="utf-8")
    assert _ingest(run, HEAD + GOOD) == (
        2,
        {},
        "mapping.kind: expected one of the kinds view order item user exposure redeem outcome feedback erase "
        "search cart return review message payment chargeback resolved, "
        "got 'ordr' (nearest: 'order')",
    )


def test_a_log_from_a_newer_version_is_left_alone(run: Run) -> None:
    _ingest(run, HEAD + GOOD)
    with sqlite3.connect("shop/log/log.db") as database:
        database.execute("UPDATE meta SET value = 99 WHERE name = 'version'")
    database.close()
    assert run("status") == (2, "", "log.version: expected at most 1, got 99")


def test_a_lost_segment_is_said(run: Run) -> None:
    _ingest(run, HEAD + GOOD)
    lost = next(Path("shop/log/segments").glob("*.arrow"))
    size = lost.stat().st_size
    lost.unlink()
    assert run("status") == (2, "", f"{lost}: expected {size} bytes, got 'no such file'")


def test_a_stray_file_beside_the_checkpoints_is_none(run: Run) -> None:
    run("init")
    folder = Path("shop/checkpoints")
    folder.mkdir()
    (folder / "copy.safetensors").write_text("x", encoding="utf-8")
    assert run("status", "--json")[0] == 0


def test_a_damaged_note_of_an_import(run: Run) -> None:
    _ingest(run, HEAD + GOOD)
    (note,) = Path("shop/imports").glob("*.json")
    note.write_text("{", encoding="utf-8")
    code, _, err = run("report")
    assert code == 2
    assert err.startswith(f"{note}: expected a note of an import as it was written (it may be removed: only the report")


def test_control_c_says_how_to_go_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(log, "open_shop", stopped)
    assert run("status") == (130, "", "stopped; run the same command again to go on")


def test_a_replay_reads_no_damaged_segment(run: Run) -> None:
    _ingest(run, HEAD + GOOD)
    damaged = next(Path("shop/log/segments").glob("*.arrow"))
    body = bytearray(damaged.read_bytes())
    body[len(body) // 2] ^= 1
    damaged.write_bytes(body)
    code, _, err = run("run", "--replay")
    assert code == 2
    assert err.startswith(f"{damaged}: expected contents with sha256 ")
