"""What came when is counted once, as it comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evercart.events.schema import table_of as rows
from evercart.log import Log, open_log
from evercart.serve.looking.arrivals import MOST_BARS, Arrivals
from evercart.units import DAY_US, HOUR_S, SECOND_US


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = open_log(tmp_path / "log", key=1)
    yield made
    made.close()


def views(log: Log, us: int, n: int = 1, kind: int = 1) -> None:
    said = {"kind": kind, "item": "i", "event_us": us}
    name = f"{us} {kind} {log.next_offset}"
    log.import_history(name, lambda skip: iter([rows([{**said, "id": f"{name} {i}"} for i in range(n)]).slice(skip)]))


def test_an_empty_log_has_no_bars(log: Log) -> None:
    found = Arrivals(log, "UTC").now()
    assert (found.kinds, found.bars, found.days) == ((), (), 1)


def test_days_are_counted_by_kind_silent_ones_too(log: Log) -> None:
    views(log, 0, 2)
    views(log, DAY_US - 1)
    views(log, 2 * DAY_US, 5, kind=3)
    found = Arrivals(log, "UTC").now()
    assert found.kinds == ("item", "view")
    assert [(bar.day, bar.counts) for bar in found.bars] == [(0, (0, 3)), (1, (0, 0)), (2, (5, 0))]


def test_a_day_begins_where_the_shop_is(log: Log) -> None:
    views(log, 17 * HOUR_S * SECOND_US)
    assert Arrivals(log, "Asia/Shanghai").now().bars[0].day == 1


def test_what_came_since_is_added(log: Log) -> None:
    views(log, 0)
    arrivals = Arrivals(log, "UTC")
    assert arrivals.now().bars[0].counts == (1,)
    assert arrivals.now().bars[0].counts == (1,)
    views(log, 5, 3)
    assert arrivals.now().bars[0].counts == (4,)


def test_no_more_is_read_than_may_be(log: Log) -> None:
    views(log, 0, 10)
    found = Arrivals(log, "UTC", most=4).now()
    assert (found.first, found.bars[0].counts) == (6, (4,))


@pytest.mark.parametrize(("days", "span"), [(89, 1), (90, 7), (700, 28), (9_000, 364), (200_000, 2_223)])
def test_a_long_time_has_wider_bars(log: Log, days: int, span: int) -> None:
    views(log, 0)
    views(log, days * DAY_US)
    found = Arrivals(log, "UTC").now()
    assert found.days == span and len(found.bars) <= MOST_BARS
    assert sum(sum(bar.counts) for bar in found.bars) == 2
