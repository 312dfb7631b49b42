"""A simulated till's files are read by the commands that they are for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evercart.detecting.reading import payments
from evercart.errors import UserError
from evercart.shop import Shop
from evercart.testing.console import evercart
from evercart.testing.till import Till
from evercart.testing.tilled import written
from evercart.units import DAY_S, DAY_US


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    with pytest.raises(UserError) as told:
        written(Till(days=1), tmp_path)
    assert str(told.value) == f"--payments: expected a new folder, got {str(tmp_path)!r}"


def test_they_enter_a_log_are_read_by_a_backtest(tmp_path: Path) -> None:
    till = Till(payers=200, places=40, days=16, a_day=120, share=0.05, delay_s=(2 * DAY_S, 2 * DAY_S))
    said, pays = written(till, tmp_path / "pays"), tmp_path / "pays"
    assert said["ways"] == [" ".join(till.ways_of(day)) for day in (0, 7, 14)]
    found, told = payments(pays / "payments.parquet", pays / "backtest.toml", till.start_us + 99 * DAY_US)
    assert (len(found.us), int(found.label.sum()), found.refused) == (said["payments"], said["frauds"], {})
    assert list(found.parties) == ["user", "place", "card", "device", "address"] and told.delay_s == 2 * DAY_S
    evercart("init", "--shop", "till", folder=tmp_path)
    (tmp_path / "till" / "shop.toml").write_text((pays / "shop.toml").read_text())
    words = ("pays", "--map", "pays/events.toml", "--shop", "till", "--json")
    taken = json.loads(evercart("ingest", *words, folder=tmp_path))
    assert (taken["read"], taken["added"]) == (said["events"], said["events"])
    with Shop.open(tmp_path / "till") as shop:
        assert [app.name for app in shop.apps] == ["fraud"]
