"""Decisions are found in the log, newest first, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from evercart import UserError
from evercart.events.schema import table_of as rows
from evercart.log import Log, open_log
from evercart.serve.looking.finding import Found, Wanted, find, the_one
from evercart.serve.problem import Unknown

HISTORY = 900  # rows, every tenth a decision
LIVE = 100


def decided(i: int) -> dict:
    said = {"id": f"d{i}", "kind": 7, "app": "spend" if i % 20 else "repurchase", "user": f"u{i % 7}"}
    return said | {"item": f"i{i % 5}", "session": f"s{i}", "event_us": i, "guess": 0.5, "x": b"1234"}


def table(start: int, stop: int):
    views = {
        i: {"id": f"v{i}", "kind": 1, "item": "i1", "user": f"u{i % 7}", "event_us": i} for i in range(start, stop)
    }
    return rows([decided(i) if i % 10 == 0 else views[i] for i in range(start, stop)])


@pytest.fixture(scope="module", params=["folder", "server"])
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """History with live rows, in each store; the row that begins live stands between them."""
    folder = request.param == "folder"
    where = tmp_path_factory.mktemp("log") if folder else request.getfixturevalue("server").url("finding")
    made = open_log(where, key=1, segment_rows=128)
    made.import_history("history", lambda skip: iter([table(0, HISTORY).slice(skip)]))
    made.append(table(HISTORY, HISTORY + LIVE), HISTORY * 2)
    yield made
    made.close()


def ids(found: Found) -> list[str]:
    return [row["id"] for row in found.rows]


def test_the_newest_come_first(log: Log) -> None:
    found = find(log, Wanted(), most=3)
    assert ids(found) == ["d990", "d980", "d970"]
    assert found.since == HISTORY * 2


@pytest.mark.parametrize("most", [1, 7, 20, 99, 100, 101])
def test_pages_follow_one_another_without_a_gap(log: Log, most: int) -> None:
    seen, before = [], None
    while True:
        found = find(log, Wanted(), before, most)
        seen += ids(found)
        before = found.older
        if before is None:
            break
    assert seen == [f"d{i}" for i in range(990, -1, -10)]


@pytest.mark.parametrize(
    ("wanted", "right"),
    [
        (Wanted("repurchase"), lambda i: i % 20 == 0),
        (Wanted(name="u3"), lambda i: i % 7 == 3),
        (Wanted(name="u3", by="user"), lambda i: i % 7 == 3),
        (Wanted(name="u3", by="item"), lambda i: False),
        (Wanted("spend", "i0", "item"), lambda i: i % 20),
        (Wanted(name="s500"), lambda i: i == 500),
        (Wanted(name="d500", by="id"), lambda i: i == 500),
        (Wanted("nothing"), lambda i: False),
        (Wanted(name="<b>'\""), lambda i: False),
    ],
)
def test_what_is_asked_for_is_found(log: Log, wanted: Wanted, right) -> None:
    found = find(log, wanted, most=200)
    assert ids(found) == [f"d{i}" for i in range(990, -1, -10) if right(i)]
    assert found.older is None


def test_no_more_is_read_than_may_be(log: Log) -> None:
    found = find(log, Wanted("nothing"), read=300)
    assert found.rows == () and found.older == log.next_offset - 300
    assert find(log, Wanted(name="d10"), found.older, read=10**6).older is None


def test_what_cannot_be_asked_for(log: Log) -> None:
    with pytest.raises(UserError, match=re.escape("by: expected one of id user session item, got 'place'")):
        Wanted(by="place")
    with pytest.raises(UserError, match="most: expected at least 1, got 0"):
        find(log, Wanted(), most=0)
    with pytest.raises(UserError, match="name: expected text in UTF-8, got 'other bytes'"):
        find(log, Wanted(name="\udc80"))


def test_one_is_found_by_its_id(log: Log) -> None:
    assert [the_one(log, name)["offset"] for name in ("d0", "d890", "d900")] == [0, 890, 901]


@pytest.mark.parametrize("name", ["", "v1", "nobody", "\udc80", "a\x00b"])
def test_what_is_no_decision_is_not_found(log: Log, name: str) -> None:
    with pytest.raises(Unknown) as told:
        the_one(log, name)
    assert str(told.value) == f"decision: expected the id of one in the log, got {name!r}"


def test_an_erased_one_is_not_found(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", key=1)
    log.append(table(0, 20), 100)
    log.blank([1])  # after the row that begins live
    assert ids(find(log, Wanted())) == ["d10"]
    with pytest.raises(Unknown):
        the_one(log, "d0")
    log.close()
