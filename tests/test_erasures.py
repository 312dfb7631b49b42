"""Which erasures the log says were begun."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from evercart.erasures import ERASE, all_finished, begun_in, finished, receipt_path
from evercart.events.schema import SCHEMA, conform
from evercart.log import open_log

SAID = json.dumps({"first": 4, "rows": {"view": 2}, "quarantined": 0})


def test_only_whole_erase_events_are_begun_erasures(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", 1)
    for properties in (SAID, None, "no json", json.dumps({"first": 4})):
        row = {"event_us": 5, "kind": ERASE, "ref": "0f", "what": "user", "properties": properties}
        log.append(conform(pa.Table.from_pylist([row], pa.schema([SCHEMA.field(name) for name in row]))), 5, own=True)
    found = begun_in(log, 0, log.next_offset)
    assert [(one.what, one.hash, one.offset, one.first, one.rows) for one in found] == [
        ("user", "0f", 0, 4, {"view": 2})
    ]
    assert begun_in(log, 1, log.next_offset) == []
    log.close()


def test_an_erasure_is_finished_by_its_receipt(tmp_path: Path) -> None:
    assert not finished(tmp_path, 12)
    assert all_finished(tmp_path) == frozenset()
    receipt_path(tmp_path, 12).parent.mkdir()
    receipt_path(tmp_path, 12).write_text("{}")
    assert finished(tmp_path, 12)
    receipt_path(tmp_path, 3).write_text("{}")
    assert all_finished(tmp_path) == {receipt_path(tmp_path, at).name for at in (3, 12)}
