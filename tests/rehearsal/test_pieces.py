"""What was sent comes in as it was; what the system wrote itself does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from evercart.events.schema import SCHEMA
from evercart.log.log import Log
from evercart.log.opening import open_log
from evercart.publish.moves import Move, table
from evercart.rehearsal.pieces import Pieces, stops
from evercart.rehearsal.rarer import Nothing, Rarer
from evercart.testing.contested import coupons

MOVE = Move("coupons", "", "ab12", "first", "evercart", us=5)


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[tuple[Log, Log]]:
    both = open_log(tmp_path / "source", 1), open_log(tmp_path / "target", 1)
    yield both
    for log in both:
        log.close()


def test_own_rows_stay_behind_where_rows_of_its_own_may_stand(logs: tuple[Log, Log]) -> None:
    source, target = logs
    for part in (0, 1):
        rows = coupons(300, 300 * part)
        source.import_history(f"part {part}", lambda skip, rows=rows: iter([rows.slice(skip)]))
        source.append(table([MOVE]), 0, own=True)
    pieces = Pieces(source, target, Nothing())
    half = source.next_offset // 2
    brought = pieces.bring(half)
    target.append(table([MOVE]), 0, own=True)
    brought += pieces.bring(source.next_offset)
    assert pieces.bring(source.next_offset) == 0
    assert brought == source.next_offset - 1 == target.next_offset - 1  # a row sent again is known by its id
    sent = [log.names(0, log.next_offset).filter(_sent(log)) for log in logs]
    assert sent[0].select(["logged_us", *SCHEMA.names]).equals(sent[1].select(["logged_us", *SCHEMA.names]))
    assert target.live_from is None


def _sent(log: Log) -> np.ndarray:
    return log.names(0, log.next_offset)["kind"].to_numpy() != MOVE.row()["kind"]


def test_a_change_goes_on_from_piece_to_piece(logs: tuple[Log, Log]) -> None:
    source, target = logs
    rows = coupons(600)
    source.import_history("all", lambda skip: iter([rows.slice(skip)]))
    pieces = Pieces(source, target, Rarer("order", source.last_us // 2, 1.0, days=30))
    brought = [pieces.bring(stop) for stop in (source.next_offset // 2, source.next_offset)]
    users = target.names(0, target.next_offset, {2})["user"].to_pylist()
    assert brought[0] > brought[1] > 0
    assert sum(brought) == target.next_offset
    assert max(users.count(user) for user in set(users)) < 600 / 60 * 2


def test_stops_are_where_rows_reach_a_time(logs: tuple[Log, Log]) -> None:
    source, _ = logs
    rows = coupons(50)
    source.import_history("all", lambda skip: iter([rows.slice(skip)]))
    us = source.names(0, source.next_offset)["logged_us"].to_numpy()
    assert stops(source, [us[0], us[10], us[-1] + 1]) == [0, int(np.searchsorted(us, us[10])), len(us)]
