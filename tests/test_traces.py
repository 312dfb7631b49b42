"""Whoever has a name is found, with all that answers."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from evercart import traces as module
from evercart.events.kinds import number
from evercart.events.schema import conform
from evercart.log import open_log
from evercart.traces import Traces, traces

IDS = ["a", "b", "c", "d", "e", "f", "g"]
USERS = ["ü", "v", "ü", "v", None, "v", "v"]
REFS = [None, None, "a", "c", "d", "b", "nothing"]


@pytest.fixture
def log(tmp_path: Path):
    kinds = [number(name) for name in ("order", "order", "view", *["feedback"] * 4)]
    columns = {"id": IDS, "user": USERS, "ref": REFS, "event_us": list(range(7))}
    opened = open_log(tmp_path, 5, segment_rows=2)
    opened.import_history("h", lambda skip: iter([conform(pa.table({**columns, "kind": pa.array(kinds, pa.int16())}))]))
    yield opened
    opened.close()


def test_answers_to_any_depth_each_once(log):
    found = traces(log, "user", "ü")
    assert [level.tolist() for level in found.levels] == [[0, 2], [3], [4]]
    assert found.rows == {"feedback": 2, "order": 1, "view": 1}
    assert found.first == 0


def test_a_name_that_only_has_the_same_hash_is_another(log, monkeypatch):
    monkeypatch.setattr(module, "hash_strings", lambda names, key: next(iter(log.read(0, columns=("user",))))["user"])
    assert [level.tolist() for level in traces(log, "user", "v").levels] == [[1, 3, 5, 6]]


def test_from_an_offset_on(log):
    assert [level.tolist() for level in traces(log, "user", "v", start=3).levels] == [[3, 5, 6], [4]]


def test_a_name_that_nothing_has(log):
    assert traces(log, "user", "w") == Traces((), {})
    assert traces(log, "user", "w").first == -1


def test_who_answers_is_blanked_first(log, monkeypatch):
    monkeypatch.setattr(module, "_STRETCH", 2)
    found = traces(log, "user", "ü")
    assert [part.tolist() for part in found.parts()] == [[4], [3], [0], [2]]
    for part in found.parts():
        log.blank(part)
        assert {at for level in traces(log, "user", "ü").levels for at in level.tolist()} <= {0, 2, 3, 4}
    assert traces(log, "user", "ü").levels == ()
