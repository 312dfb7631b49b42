"""The quarantine on disk."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from evercart.errors import UserError
from evercart.events.check import check
from evercart.events.findings import Refusal
from evercart.events.quarantine import Quarantine

NOW = 1_500_000_000_000_000
ROW: dict[str, Any] = {"kind": "order", "id": "a", "event_us": NOW, "user": "u", "item": "i", "amount": 5}


def _refusal(row: int, field: str = "quantity", **body: Any) -> Refusal:
    return Refusal(row, field, "at least 0", "-3", json.dumps(ROW | {"quantity": -3} | body))


@pytest.fixture
def quarantine(tmp_path: Path) -> Quarantine:
    held = Quarantine(tmp_path)
    held.add("a.csv", "f1", (_refusal(4), _refusal(9, "user"), _refusal(11)))
    return held


def test_rows_are_listed_oldest_first_by_field_or_all(quarantine: Quarantine) -> None:
    assert [one.row for one in quarantine.list()] == [4, 9, 11]
    assert [one.row for one in quarantine.list(limit=1, field="quantity")] == [4]
    assert quarantine.counts() == {"quantity: at least 0": 2, "user: at least 0": 1}
    assert str(quarantine.list()[0]) == "a.csv row 4: quantity: expected at least 0, got '-3'"


def test_adding_again_changes_nothing(quarantine: Quarantine) -> None:
    assert quarantine.add("a.csv", "f1", (_refusal(4), _refusal(12))) == 1
    assert quarantine.add("b.csv", "f2", (_refusal(4),)) == 1
    assert quarantine.add("b.csv", "f2", ()) == 0
    assert [(one.source, one.row) for one in quarantine.list()] == [
        ("a.csv", 4),
        ("a.csv", 9),
        ("a.csv", 11),
        ("a.csv", 12),
        ("b.csv", 4),
    ]


def test_a_mended_row_is_sent_once(quarantine: Quarantine) -> None:
    raw = quarantine.retry([1, 3], {"quantity": 3000, "id": "b", "amount": None})
    assert raw.to_pylist() == [
        {**{k: str(v) for k, v in ROW.items() if k != "amount"}, "id": "b", "quantity": "3000", "row": number}
        for number in (1, 3)
    ]
    checked = check(quarantine.retry([1], {"quantity": "3000"}), now_us=NOW)
    assert checked.bad == ()
    quarantine.sent(checked.rows.tolist())
    assert [one.number for one in quarantine.list()] == [2, 3]
    assert quarantine.show(1).sent
    assert quarantine.retry([1]).num_rows == 0


def test_a_row_that_still_breaks_a_rule_waits_on(quarantine: Quarantine) -> None:
    checked = check(quarantine.retry(), now_us=NOW)
    assert [refusal.row for refusal in checked.bad] == [1, 2, 3]
    quarantine.sent(checked.rows.tolist())
    assert len(quarantine.list()) == 3


def test_rows_mended_in_a_file(quarantine: Quarantine, tmp_path: Path) -> None:
    path = tmp_path / "mended.jsonl"
    path.write_text('{"number": 2, "user": "u2", "quantity": 1}\n{"number": 3, "quantity": 2}\n')
    assert quarantine.retry_file(path)["quantity"].to_pylist() == ["1", "2"]
    assert quarantine.retry_file(path)["user"].to_pylist() == ["u2", "u"]


def test_what_a_ragged_line_was_is_kept_though_no_field_holds_it(quarantine: Quarantine) -> None:
    quarantine.add("c.csv", "f3", (Refusal(1, "row", "3 columns", "2 columns", '{"line": "a,b"}'),))
    assert quarantine.show(4).body == '{"line": "a,b"}'
    assert quarantine.retry([4]).column_names == ["row"]
    assert check(quarantine.retry([4]), now_us=NOW).bad[0].field == "kind"


def test_a_field_of_ten_megabytes_is_kept_whole(tmp_path: Path) -> None:
    raw = pa.Table.from_pylist([ROW | {"quantity": 1, "text": "x" * 10_000_000}])
    Quarantine(tmp_path).add("a", "f", check(raw, now_us=NOW).bad)
    (held,) = Quarantine(tmp_path).list()
    assert len(held.value) < 300
    assert len(json.loads(held.body)["text"]) == 10_000_000


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("{", """mended.jsonl line 1: expected a JSON object with "number" and the fields to replace, got '{'"""),
        ("{}", """mended.jsonl line 1: expected a JSON object with "number" and the fields to replace, got '{}'"""),
        ('{"number": 77}', "quarantine: expected the number of a row that is held, got 77"),
    ],
)
def test_a_bad_file_of_mended_rows_is_told(quarantine: Quarantine, tmp_path: Path, line: str, text: str) -> None:
    (tmp_path / "mended.jsonl").write_text(line)
    with pytest.raises(UserError) as raised:
        quarantine.retry_file(tmp_path / "mended.jsonl")
    assert str(raised.value) == text


def test_unknown_fields_are_told(quarantine: Quarantine, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^quarantine: expected one of the fields .*, got 'usr' \(nearest: 'user'\)$"):
        quarantine.retry(edits={"usr": "x"})
    with pytest.raises(UserError, match=r"no\.jsonl: expected a JSON Lines file in UTF-8, got "):
        quarantine.retry_file(tmp_path / "no.jsonl")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "quarantine.db").write_bytes(b"x" * 5000)
    with pytest.raises(
        UserError, match=r"expected a quarantine that can be read and written, got 'file is not a datab"
    ):
        Quarantine(tmp_path).list()


def test_a_full_disk_is_told_and_loses_nothing(quarantine: Quarantine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Any:
        text = "database or disk is full"
        raise sqlite3.OperationalError(text)

    monkeypatch.setattr("evercart.events.quarantine.sqlite3.connect", full)
    with pytest.raises(UserError, match=r"got 'database or disk is full'$"):
        quarantine.add("a.csv", "f1", (_refusal(5),))
    monkeypatch.undo()
    assert len(quarantine.list()) == 3


def test_a_name_is_forgotten_with_its_rows(quarantine: Quarantine, tmp_path: Path) -> None:
    name = "Ægir 1"
    lines = (f"7;{name};9", f"7;{name}1;9")
    cut = tuple(Refusal(20 + n, "row", "3 columns", "4", json.dumps({"line": line})) for n, line in enumerate(lines))
    quarantine.add("b.csv", "f2", (_refusal(1, user=name), _refusal(2, item=name), _refusal(3, user=name), *cut))
    quarantine.sent([6])
    assert quarantine.named("user", name) == 3
    assert quarantine.forget("user", name) == 3
    assert quarantine.named("user", name) == quarantine.forget("user", name) == 0
    assert [(one.source, one.row) for one in quarantine.list()] == [
        ("a.csv", 4),
        ("a.csv", 9),
        ("a.csv", 11),
        ("b.csv", 2),
        ("b.csv", 21),
    ]
    assert quarantine.forget("item", name) == 1
    assert quarantine.forget("user", f"{name}1") == 1
    for path in tmp_path.iterdir():
        assert json.dumps(name)[1:-1].encode() not in path.read_bytes()


def test_where_nothing_was_ever_held_nothing_is_made(tmp_path: Path) -> None:
    assert (Quarantine(tmp_path).named("user", "a"), Quarantine(tmp_path).forget("user", "a")) == (0, 0)
    assert list(tmp_path.iterdir()) == []
