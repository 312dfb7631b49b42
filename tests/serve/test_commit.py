"""The events of many requests in one commit."""

from __future__ import annotations

import asyncio

import pytest

from evercart.events.kinds import number
from evercart.serve.commit import Commit, Decided, Taking
from evercart.serve.sent import Sent
from evercart.shop import Shop

NOW_US = 1_700_000_000_000_000


def view(name: str, **more: object) -> dict[str, object]:
    return {"kind": "view", "id": name, "event_us": NOW_US, "item": "x", **more}


@pytest.fixture
def shop(tmp_path):
    with Shop.open(tmp_path / "shop", create=True) as opened:
        yield opened


@pytest.fixture
def commit(shop):
    return Commit(shop.log, shop.quarantine, lambda: NOW_US)


def taken(commit, *requests, decided=()):
    """Return what each request, each decision was told."""
    loop = asyncio.new_event_loop()
    taking = [Taking(Sent(list(enumerate(rows, 1)), None, len(rows)), loop.create_future()) for rows in requests]
    deciding = [Decided(row, loop.create_future()) for row in decided]
    told = dict(commit(taking, deciding).told)
    loop.close()
    return [told[one.done] for one in (*taking, *deciding)]


def test_each_request_is_told_of_its_own_events(commit, shop):
    one, other = taken(commit, [view("a"), view("b", event_us=-1)], [view("c"), view("a", item="y"), view("c"), 5])
    assert (one.accepted, one.duplicates, [bad.row for bad in one.refused]) == (1, 0, [2])
    assert one.refused[0].error == "event 2: event_us: expected a time from 1990-01-01 on, got '-1'"
    assert (other.accepted, other.duplicates, [bad.row for bad in other.refused]) == (1, 1, [2, 4])
    assert other.refused[0].rule == "a new id, or the same body again"
    assert one.next_offset == other.next_offset == shop.log.next_offset == 3
    assert shop.log.names(1, 3)["id"].to_pylist() == ["a", "c"]


def test_what_is_refused_waits_in_quarantine_once(commit, shop):
    for _ in range(2):
        taken(commit, [view("a"), 5, {"kind": "nope"}, view("b", item=None)])
        taken(commit, [view("a", item="y")])
    held = shop.quarantine.list()
    assert sorted((one.source, one.field, one.value) for one in held) == [
        ("HTTP", "event", "5"),
        ("HTTP", "id", "'a' with another item"),
        ("HTTP", "item", "null"),
        ("HTTP", "kind", "nope"),
    ]


def test_decisions_leave_a_log_its_historys_clock(commit, shop):
    row = {"id": "d", "kind": number("decision"), "event_us": NOW_US, "app": "spend"}
    assert taken(commit, decided=[row]) == [""]
    assert shop.log.live_from is None
    taken(commit, [view("a")], decided=[row | {"id": "e"}])
    assert shop.log.live_from == 1
    assert shop.log.names(0, 9)["id"].to_pylist() == ["d", None, "a", "e"]


def test_a_decision_whose_id_is_taken(commit):
    row = {"id": "d", "kind": number("decision"), "event_us": NOW_US, "app": "spend"}
    assert taken(commit, decided=[row, row | {"app": "other"}]) == ["", "its id is taken"]
    assert taken(commit, [view("a")], decided=[row])[1] == "its id is taken"


def test_outcomes_that_name_nothing_are_orphans(commit):
    outcome = {"kind": "outcome", "event_us": NOW_US}
    (one,) = taken(commit, [view("a"), outcome | {"id": "o", "ref": "a"}, outcome | {"id": "p", "ref": "nobody"}])
    assert (one.accepted, one.orphans) == (3, 1)
