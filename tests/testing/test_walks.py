"""Walks along items in a circle."""

from __future__ import annotations

from pathlib import Path

from evercart.log import open_log
from evercart.testing.walks import KEY, NOW_US, START_US, click, history, rows


def test_a_session_clicks_five_items_one_after_the_other() -> None:
    walked = history(30, 12)
    assert walked["item"].to_pylist()[10:15] == ["i10", "i11", "i0", "i1", "i2"]
    assert walked["session"].to_pylist()[10:15] == ["s2"] * 5
    assert START_US == walked["event_us"][0].as_py() < history()["event_us"][-1].as_py() < NOW_US


def test_no_two_rows_share_an_id() -> None:
    ids = [one for _ in range(2) for one in rows("view", [START_US] * 2, item=["a", "b"])["id"].to_pylist()]
    assert len(set(ids)) == 4


def test_a_click_is_one_row_more(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", KEY)
    click(log, START_US, "now", "a")
    before = log.next_offset
    click(log, NOW_US, "now", "a", "me")
    assert log.next_offset == before + 1
    log.close()
