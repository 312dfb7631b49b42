"""From files to the log: nothing twice, nothing lost, what may not enter is held."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from evercart.events.mapping_file import parse
from evercart.events.quarantine import Quarantine
from evercart.events.schema import conform
from evercart.ingest import Ingest
from evercart.log import open_log

NOW_US = 1_700_000_000_000_000
MAPPING = """
kind = "order"
id = "{row}/{item}"
[columns]
user = "user"
item = "item"
quantity = "pieces"
amount = "euros"
[constants]
currency = "EUR"
[units]
quantity = "pieces"
amount = "major"
[time]
column = "at"
"""
HEADER = "user,item,pieces,euros,at\n"


class Killed(Exception):
    """A process that ends."""


@pytest.fixture
def ingest(tmp_path: Path):
    log = open_log(tmp_path / "log", key=1, segment_rows=64)
    yield Ingest(tmp_path, log, Quarantine(tmp_path))
    log.close()


def lines(rows: range, euros: str = "1.50") -> str:
    return "".join(f"u{i % 7},i{i % 5},1,{euros},2023-01-01T00:{i // 60 % 60:02}:{i % 60:02}Z\n" for i in rows)


def take(ingest: Ingest, text: str, told=lambda step, done, total: None, name: str = "orders.csv"):
    path = ingest.folder / name
    path.write_text(HEADER + text)
    return ingest.take(path, parse(MAPPING), NOW_US, told)


def test_rows_enter_once(ingest: Ingest) -> None:
    done = take(ingest, lines(range(200)))
    assert (done.read, done.added, done.duplicates, done.refused) == (200, 200, 0, {})
    assert take(ingest, lines(range(200))).again
    assert ingest.log.next_offset == 200
    assert [note["added"] for note in ingest.notes()] == [200]


def test_a_longer_file_adds_only_what_is_new(ingest: Ingest) -> None:
    take(ingest, lines(range(200)))
    done = take(ingest, lines(range(260)))
    assert (done.added, done.duplicates) == (60, 200)


def test_an_id_with_another_body_is_held_with_its_reason(ingest: Ingest) -> None:
    take(ingest, lines(range(20)))
    done = take(ingest, lines(range(20), euros="9.00"), name="again.csv")
    assert (done.added, done.refused) == (0, {"id: a new id, or the same body again": 20})
    held = ingest.quarantine.list()
    assert len(held) == 20
    assert (held[0].field, held[0].rule) == ("id", "a new id, or the same body again")
    assert json.loads(held[0].body)["amount"] == 900


@pytest.mark.parametrize("at", [0, 1, 2, 3, 5])
def test_a_killed_import_goes_on_without_a_double_or_a_loss(ingest: Ingest, at: int) -> None:
    calls = 0

    def kill(step: str, done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        if calls == at + 1:
            raise Killed

    bad = "u1,i1,-1,1.00,2023-01-01T00:00:00Z\n"
    text = lines(range(100)) + bad + lines(range(100, 300))
    with pytest.raises(Killed):
        while True:
            take(ingest, text, kill)
            raise Killed
    take(ingest, text)
    assert ingest.log.next_offset == 300
    assert len(set(ingest.log.names(0, 300)["id"].to_pylist())) == 300
    assert sum(ingest.quarantine.counts().values()) == 1


def test_what_was_held_enters_once_it_is_mended(ingest: Ingest) -> None:
    take(ingest, lines(range(5)) + "u1,i1,-1,1.00,2023-01-01T00:00:00Z\nu1,i1,-2,1.00,2023-01-01T00:00:01Z\n")
    held = ingest.quarantine.list()
    assert [str(one) for one in held] == [
        "orders.csv row 6: quantity: expected at least 0, got '-1000'",
        "orders.csv row 7: quantity: expected at least 0, got '-2000'",
    ]
    entered, refused = ingest.retry(ingest.quarantine.retry([held[0].number], {"quantity": 1000}), NOW_US)
    assert (entered, refused) == (1, ())
    entered, refused = ingest.retry(ingest.quarantine.retry([held[1].number]), NOW_US)
    assert (entered, refused[0].rule) == (0, "at least 0")
    assert [one.number for one in ingest.quarantine.list()] == [held[1].number]
    assert ingest.log.next_offset == 6
    assert ingest.retry(ingest.quarantine.retry([held[0].number]), NOW_US) == (0, ())


def test_one_that_stands_in_the_log_with_another_body_stays_held(ingest: Ingest) -> None:
    take(ingest, lines(range(5)))
    take(ingest, lines(range(5), euros="2.00"), name="again.csv")
    entered, refused = ingest.retry(ingest.quarantine.retry(), NOW_US)
    assert entered == 0
    assert {refusal.rule for refusal in refused} == {"a new id, or the same body again"}
    assert len(ingest.quarantine.list()) == 5


def test_sent_again_and_again_it_stays_held_until_it_is_mended(ingest: Ingest) -> None:
    take(ingest, lines(range(5)))
    take(ingest, lines(range(5), euros="2.00"), name="again.csv")
    for later in range(3):
        entered, refused = ingest.retry(ingest.quarantine.retry(), NOW_US + later)
        assert (entered, len(refused), len(ingest.quarantine.list())) == (0, 5, 5)


def test_of_two_bodies_with_one_id_the_first_enters(ingest: Ingest) -> None:
    take(ingest, "u1,i1,-1,1.00,2023-01-01T00:00:00Z\nu1,i1,-2,1.00,2023-01-01T00:00:01Z\n")
    mended = {"quantity": 1000, "id": "one"}
    entered, refused = ingest.retry(ingest.quarantine.retry(None, mended), NOW_US)
    assert (entered, [refusal.value for refusal in refused]) == (1, ["one"])
    assert [one.row for one in ingest.quarantine.list()] == [2]


def test_a_live_log_takes_what_is_mended_as_of_now(ingest: Ingest) -> None:
    """Its clock is the arrival's: an event dated ahead must not move it, as history does."""
    hour_us = 3_600_000_000
    take(ingest, "u1,i1,-1,1.00,2023-01-01T00:00:00Z\nu1,i1,-2,1.00,2023-01-01T00:00:01Z\n")
    seen = conform(pa.table({"id": ["v"], "event_us": [NOW_US], "kind": pa.array([1], pa.int16()), "item": ["i1"]}))
    ingest.log.append(seen, NOW_US)
    raw = ingest.quarantine.retry(None, {"quantity": 1000})
    ahead = raw.set_column(raw.column_names.index("event_us"), "event_us", pa.array([str(NOW_US + 9 * hour_us), "0"]))
    entered, refused = ingest.retry(ahead, NOW_US + hour_us)
    assert (entered, [one.field for one in refused]) == (1, ["event_us"])
    assert ingest.log.last_us == NOW_US + hour_us
    entered, refused = ingest.retry(ingest.quarantine.retry(None, {"quantity": 1000}), NOW_US + 2 * hour_us)
    assert (entered, refused) == (1, ())
    late = ingest.log.names(ingest.log.next_offset - 1, ingest.log.next_offset).to_pylist()[0]
    assert late["logged_us"] == NOW_US + 2 * hour_us and late["event_us"] < NOW_US


def test_a_finished_import_leaves_no_scratch_files(ingest: Ingest) -> None:
    def kill(step: str, done: int, total: int) -> None:
        if step.startswith("sort"):
            raise Killed

    with pytest.raises(Killed):
        take(ingest, lines(range(5)), kill)
    assert len(ingest.begun()) == 1
    take(ingest, lines(range(5)))
    assert ingest.begun() == ()
