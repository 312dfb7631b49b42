"""A shop that learns another's log at once."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc

from evercart.clock import Clock
from evercart.shop import Shop
from evercart.testing.anew import learned_anew
from evercart.testing.redeems import redeems
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US

ROWS = SimulatedShop(seed=5, shoppers=40, items=40, days=12).table()
LAST_US = pc.max(ROWS["event_us"]).as_py()


def opened(folder: Path) -> Shop:
    clock = Clock(now_us=lambda: LAST_US, cpu_s=lambda: 0.0)
    return Shop.open(folder, create=True, given=(redeems(),), clock=clock)


def test_it_comes_to_the_same_as_turn_by_turn_but_not_with_more_rows(tmp_path: Path) -> None:
    third = ROWS.num_rows // 3
    with opened(tmp_path / "one") as shop:
        for day in (1, 2):
            shop.log.append(ROWS.slice((day - 1) * third, third), LAST_US + day * DAY_US)
            shop.run()
        before = shop.fingerprint()
        assert learned_anew(shop, tmp_path / "other", opened) == before
        shop.log.append(ROWS.slice(2 * third), LAST_US + 3 * DAY_US)  # which ends the tick of what came before
        assert learned_anew(shop, tmp_path / "another", opened)["folds"] != before["folds"]
