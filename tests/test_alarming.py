"""What drifts stands in the log, once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evercart import lane
from evercart.annals import entries
from evercart.evaluate.drift.watch import Watch
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons, seeing
from evercart.units import DAY_S


def test_a_world_that_turned_is_told_once(tmp_path: Path, monkeypatch) -> None:
    soon = lambda *words: replace(Watch(*words), quiet_s=DAY_S)  # noqa: E731
    monkeypatch.setattr(lane, "Watch", soon)
    app = contested(champion=seeing())
    with Shop.open(tmp_path / "shop", create=True, given=(app,)) as shop:
        table = coupons(8000, turned_from=4000)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        shop.run()
        found = [one for one in entries(shop.log, shop.shelf, "coupons") if one.what == "alarm"]
        assert any(one.text.startswith("loss of coupons moved from 0.5") for one in found)
        before = shop.log.next_offset
        shop.run(replay=True)
        assert shop.log.next_offset == before
