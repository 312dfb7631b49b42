"""Features of decisions are let go once they are learned, and no restart goes back before them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from evercart.compacting import compact
from evercart.events.schema import SCHEMA, conform
from evercart.log import open_log
from evercart.units import SECOND_US


@dataclass
class Answering:
    name: str
    window_s: float
    late_s: float


APPS = (Answering("quick", 10, 5), Answering("slow", 100, 0))


def table(seconds: int, app: str | None) -> pa.Table:
    said = {"id": [f"{app} {seconds}"], "event_us": [seconds * SECOND_US], "kind": [7 if app else 1]}
    said |= {"app": [app], "guess": [0.5], "x": [b"01234567abcd"]} if app else {"item": ["i"]}
    return conform(pa.table({name: pa.array(values, SCHEMA.field(name).type) for name, values in said.items()}))


@pytest.fixture(params=["folder", "postgres"])
def log(request: pytest.FixtureRequest, tmp_path: Path):
    url = f"decisions_{abs(hash(request.node.nodeid)) % 10**9}"
    where = tmp_path / "log" if request.param == "folder" else request.getfixturevalue("server").url(url)
    opened = open_log(where, 1)
    for seconds, app in ((0, "quick"), (0, "slow"), (1, "old"), (15, "quick"), (15, None), (16, "quick")):
        opened.append(table(seconds, app), seconds * SECOND_US)
    yield opened
    opened.close()


def kept(log) -> list[tuple[str, int]]:
    rows = log.names(0, log.next_offset, kinds=(7,)).to_pylist()
    return [(row["app"], row["event_us"] // SECOND_US) for row in rows if row["x"]]


def test_what_is_closed_before_the_oldest_checkpoint_goes(log) -> None:
    done = compact(APPS, log, before=log.next_offset)  # type: ignore[arg-type]
    assert (done.decisions, done.kept, done.bytes) == (1, 4, 12)
    assert kept(log) == [("slow", 0), ("old", 1), ("quick", 15), ("quick", 16)]
    assert compact(APPS, log, before=log.next_offset).decisions == 0  # type: ignore[arg-type]
    row = log.names(1, 2).to_pylist()[0]
    assert (row["app"], row["guess"], row["x"]) == ("quick", 0.5, None)


def test_nothing_goes_that_a_checkpoint_may_read_again(log) -> None:
    assert compact(APPS, log, before=1).decisions == 0  # type: ignore[arg-type]


def test_an_app_that_is_gone_waits_as_long_as_any(log) -> None:
    log.append(table(101, None), 101 * SECOND_US)
    done = compact(APPS, log, before=log.next_offset)  # type: ignore[arg-type]
    assert (done.decisions, done.kept) == (4, 1)
    assert kept(log) == [("old", 1)]


def test_progress_is_told(log) -> None:
    told: list[tuple[str, int, int]] = []
    compact(APPS, log, 0, lambda *said: told.append(said))  # type: ignore[arg-type]
    assert told == [("compacted", log.next_offset, log.next_offset)]
