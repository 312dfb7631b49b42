"""How whole, how punctual events are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from evercart.events.schema import table_of as rows
from evercart.log import Log, open_log
from evercart.serve.looking.quality import Missing, quality
from evercart.units import HOUR_S, SECOND_US

US = 1_800_000_000_000_000


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = open_log(tmp_path / "log", key=1)
    yield made
    made.close()


def order(at: int, **said) -> dict:
    return {"id": f"o{at}", "kind": 2, "user": "u", "item": "i", "quantity": 1, "amount": 1, "event_us": US, **said}


def test_an_empty_log(log: Log) -> None:
    assert quality(log) == (0, 0, ())


def test_shares_of_what_is_missing(log: Log) -> None:
    said = [order(at, discount=3 if at % 4 == 0 else None, place="p" if at % 2 else None) for at in range(8)]
    log.import_history("h", lambda skip: iter([rows(said).slice(skip)]))
    (found,) = quality(log).kinds
    assert (found.kind, found.rows) == ("order", 8)
    assert found.missing == (
        Missing("cost", 1.0),
        Missing("currency", 1.0),
        Missing("discount", 0.75),
        Missing("place", 0.5),
    )
    assert all(math.isnan(us) for us in found.delay_us)  # history has no delay


def test_delays_of_what_came_live(log: Log) -> None:
    log.append(rows([order(at, event_us=US - at * SECOND_US) for at in range(101)]), US)
    (found,) = quality(log).kinds  # the heartbeat that begins live is the system's own
    assert found.delay_us == (50 * SECOND_US, 95 * SECOND_US)


def test_the_last_hour_is_the_logs(log: Log) -> None:
    log.append(rows([order(1)]), US)
    log.append(rows([order(2), order(3)]), US + 2 * HOUR_S * SECOND_US)
    assert quality(log).last_hour == 2


def test_no_more_is_read_than_is_asked_for(log: Log) -> None:
    log.append(rows([order(at) for at in range(20)]), US)
    found = quality(log, rows=5)
    assert (found.rows, found.kinds[0].rows) == (5, 5)
