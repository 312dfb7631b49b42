"""A shop from Python: open, ingest, run, backtest, report."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pytest

from evercart import Shop, UserError
from evercart.clock import Clock
from evercart.testing.shop import SimulatedShop

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory):
    clock = Clock(now_us=lambda: 1_800_000_000_000_000)
    with Shop.open(tmp_path_factory.mktemp("shops") / "mine", create=True, clock=clock) as opened:
        table = SimulatedShop(seed=3, shoppers=60, items=30, days=90).table()
        opened.log.import_history("simulated", lambda skip: iter([table.slice(skip)]))
        yield opened


def test_a_new_shop_is_empty(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "new", create=True) as new:
        assert new.status()["events"] == 0
        assert new.quarter_us() == 0
        assert new.run().events == 0
        with pytest.raises(UserError, match=r"^fingerprint: expected a checkpoint; see `evercart run`, got 'none'$"):
            new.fingerprint()
        with pytest.raises(UserError, match=r"^log: expected rows before its last tick, got 'none; see `evercart"):
            new.backtest("spend")
        with pytest.raises(UserError, match=r"^log: expected events; see `evercart ingest --help`, got 'none'$"):
            new.report()


def test_the_quarter_is_that_of_what_is_asked_about(shop: Shop) -> None:
    orders = shop.log.names(0, shop.log.next_offset, kinds={2})["logged_us"].to_pylist()
    assert shop.quarter_us() == orders[0] + (orders[-1] - orders[0]) // 4


def test_the_control_stays_frozen_where_it_was(shop: Shop) -> None:
    shop.run()
    frozen_us = shop.ring().frozen_us
    assert frozen_us == shop.quarter_us()
    shop.ingest(EXAMPLES / "purchases.csv", EXAMPLES / "purchases.toml")
    assert shop.quarter_us() != frozen_us
    assert shop.ring().frozen_us == frozen_us


def test_results_are_computed_once(shop: Shop) -> None:
    steps: list[str] = []
    first = shop.results(lambda step, part: steps.append(step)).backtests
    assert steps
    steps.clear()
    again = shop.results(lambda step, part: steps.append(step)).backtests
    assert not steps
    assert [one.summary() for one in again] == [one.summary() for one in first]


def test_an_app_with_nothing_to_compare_yet_does_not_stop_the_others(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "clicks", create=True) as clicks:
        views = SimulatedShop(seed=3, shoppers=20, items=30, days=20).table().filter(pc.field("kind") == 1)
        clicks.log.import_history("views", lambda skip: iter([views.slice(skip)]))
        clicks.run()
        found = clicks.results()
        assert found.backtests == []
        assert found.too_early == [
            f"app {name}: expected questions about order events, answered, got '0 asked, 0 answered'"
            for name in ("repurchase", "spend")
        ]
        assert "view" in clicks.report().read_text(encoding="utf-8")


def test_the_report_is_written(shop: Shop, tmp_path: Path) -> None:
    path = shop.report(tmp_path / "deep" / "report.html")
    text = path.read_text(encoding="utf-8")
    assert "Made 2027-01-15" in text
    assert "spend" in text


def test_events_have_their_names(shop: Shop) -> None:
    table = shop.events(0, 5)
    assert len(table) == 5
    assert set(table["kind"].to_pylist()) <= {"item", "user", "order", "view", "exposure", "redeem"}
    assert shop.events(-2, 5).num_rows == 2


def test_an_app_that_is_not_there(shop: Shop) -> None:
    with pytest.raises(UserError, match=r"^app: expected one of repurchase spend, got 'fraud'$"):
        shop.backtest("fraud")
