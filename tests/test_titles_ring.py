"""Titles go round the ring: learned from the log, in what a live decision was answered from, computed again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from evercart import Shop
from evercart.clock import Clock
from evercart.config import FILE
from evercart.events.schema import conform, table_of
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US, SECOND_US

START_US = 1_800_000_000_000_000
TITLES = ("red shoes", "red boots", "iron pan", "steel pot", "green tea")


def test_a_live_decision_knows_the_titles_of_what_was_bought(tmp_path: Path) -> None:
    now = [START_US]
    folder = tmp_path / "shop"
    Shop.open(folder, create=True).close()
    asked = "".join(f'[{app}]\ntexts = "ngrams"\n' for app in ("repurchase", "behaviour"))
    (folder / FILE).write_text('apps = ["repurchase", "behaviour"]\n' + asked)
    with Shop.open(folder, clock=Clock(now_us=lambda: now[0])) as shop:
        history = SimulatedShop(seed=5, shoppers=20, items=12, days=20).table()
        items = list(dict.fromkeys(history["item"].drop_null().to_pylist()))
        began_us = min(history["event_us"].to_pylist()) - DAY_US
        told = [
            {
                "id": f"title {item}",
                "event_us": began_us,
                "kind": 3,
                "item": item,
                "text": TITLES[at % 5],
            }
            for at, item in enumerate(items)
        ]
        whole = pa.concat_tables([table_of(told), conform(history)])
        shop.log.import_history("simulated", lambda skip: iter([whole.slice(skip)]))
        shop.run()
        user = [one for one in history["user"].to_pylist() if one][-1]
        shop.decide("repurchase", user=user)
        now[0] += SECOND_US
        shop.decide("behaviour", user=user, item=items[0])
        rows = shop.log.names(shop.log.next_offset - 2, shop.log.next_offset)
        bought, looked = (
            np.frombuffer(one[-4 * width :], "<f4") for one, width in zip(rows["x"].to_pylist(), (64, 16), strict=True)
        )
        assert np.ptp(bought) > 0 and (looked >= 1).all()
        found = shop.verify()
        assert (found.decisions, found.agreed, found.differing) == (2, 2, [])
        assert "titles" in shop.backtest("repurchase").summary()
