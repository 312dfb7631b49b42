"""A shop from Python: open, ingest, run, backtest, report."""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from evercart import Shop, UserError
from evercart.clock import Clock
from evercart.evaluate.report import Report
from evercart.events.mapping_file import load
from evercart.lock import locked
from evercart.samples import completejourney
from evercart.testing.contested import contested, coupons, seeing
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US

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


def test_settings_may_be_written_before_there_is_a_shop(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text('apps = ["spend"]\n')
    missing = r"shop\.key: expected a file with 16 hexadecimal digits, got 'none that can be read'$"
    with pytest.raises(UserError, match=missing):
        Shop.open(tmp_path)
    with Shop.open(tmp_path, create=True) as new:
        assert [app.name for app in new.apps] == ["spend"]
    (tmp_path / "shop.key").unlink()  # a log that was begun is not to be read with another key
    with pytest.raises(UserError, match=missing):
        Shop.open(tmp_path, create=True)


def test_the_quarter_is_that_of_what_is_asked_about(shop: Shop) -> None:
    orders = shop.log.names(0, shop.log.next_offset, kinds={1, 2})["logged_us"].to_pylist()
    assert shop.quarter_us() == orders[0] + (orders[-1] - orders[0]) // 4


def test_the_control_stays_frozen_where_it_was(shop: Shop) -> None:
    shop.run()
    frozen_us = shop.ring().frozen_us
    assert frozen_us == shop.quarter_us()
    shop.ingest(EXAMPLES / "purchases.csv", EXAMPLES / "purchases.toml")
    assert shop.quarter_us() != frozen_us
    assert shop.ring().frozen_us == frozen_us


def test_a_control_that_stopped_before_it_learned_begins_again(tmp_path: Path) -> None:
    days = list(SimulatedShop(seed=3, shoppers=20, items=30, days=60).events())
    with Shop.open(tmp_path / "young", create=True) as young:

        def later(first: int, stop: int) -> int | None:
            table = pa.concat_tables(days[first:stop])
            young.log.import_history(f"to {stop}", lambda skip: iter([table.slice(skip)]))
            young.run()
            return young.ring().frozen_us

        assert later(0, 3) == later(3, 20)  # a quarter of twenty days is still less than the window of seven
        grown = later(20, 50)
        assert grown == young.quarter_us()
        assert later(50, 60) == grown


def test_results_are_computed_once(shop: Shop) -> None:
    steps: list[str] = []
    first = shop.results(lambda step, part: steps.append(step)).backtests
    assert steps
    steps.clear()
    again = shop.results(lambda step, part: steps.append(step)).backtests
    assert not steps
    assert [one.summary() for one in again] == [one.summary() for one in first]


def test_only_one_process_takes_files_into_a_shop(shop: Shop) -> None:
    text = re.escape(f"{shop.folder}: expected one process at a time that")
    held = locked(shop.folder / "ingest.lock", "")
    with held, pytest.raises(UserError, match=f"^{text} ingests, got 'another one'$"):
        shop.ingest(EXAMPLES / "purchases.csv", EXAMPLES / "purchases.toml")


def test_in_a_quiet_live_shop_ticks_close(tmp_path: Path) -> None:
    now = [1_700_000_000_000_000]
    with Shop.open(tmp_path / "live", create=True, clock=Clock(now_us=lambda: now[0])) as live:
        table = SimulatedShop(seed=3, shoppers=20, items=30, days=2).table()
        live.log.append(table, now[0])
        assert live.run().waiting > 1
        now[0] += 8 * DAY_US
        turned = live.run()
        assert turned.waiting == 1  # the heartbeat itself
        assert turned.next_offset == 1 + table.num_rows  # the heartbeat with which live began, then the rows
        for _ in range(2):
            now[0] += 8 * DAY_US
            live.run()
        assert live.results().too_early == []  # windows have closed


def test_the_days_of_the_report_are_those_of_the_shop_s_zone(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "far", create=True):
        settings = (tmp_path / "far" / "shop.toml").read_text().replace('"UTC"', '"Asia/Tokyo"')
        (tmp_path / "far" / "shop.toml").write_text(settings)
    with Shop.open(tmp_path / "far") as far:
        assert {report.time_zone for report in far.ring().stages().values() if isinstance(report, Report)} == {
            "Asia/Tokyo"
        }


def test_a_sample_left_half_way_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completejourney, "place", lambda: EXAMPLES / "purchases.csv")
    monkeypatch.setattr(completejourney, "mapping", lambda: load(EXAMPLES / "purchases.toml"))

    def stop(step: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with Shop.open(tmp_path / "demo", create=True, sample=True) as demo:
        assert demo.wants_sample
        with pytest.raises(KeyboardInterrupt):
            demo.ingest_sample(stop)
        assert demo.wants_sample
        demo.ingest_sample()
        assert not demo.wants_sample


def test_a_shop_whose_rows_were_all_refused_is_not_filled_with_the_sample(tmp_path: Path) -> None:
    lines = (EXAMPLES / "purchases.csv").read_text(encoding="utf-8").splitlines()
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join([lines[0], lines[1].replace("/", "-")]) + "\n", encoding="utf-8")
    with Shop.open(tmp_path / "mine", create=True) as mine:
        assert mine.ingest(bad, EXAMPLES / "purchases.toml").added == 0
        assert mine.log.next_offset == 0
        assert not mine.wants_sample


def test_an_app_with_nothing_to_compare_yet_does_not_stop_the_others(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "clicks", create=True) as clicks:
        views = SimulatedShop(seed=3, shoppers=20, items=30, days=20).table().filter(pc.field("kind") == 1)
        clicks.log.import_history("views", lambda skip: iter([views.slice(skip)]))
        clicks.run()
        found = clicks.results()
        assert found.backtests == []
        assert found.too_early == [
            f"app {name}: expected questions about order events, answered, got '0 asked, 0 about nobody, 0 answered'"
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
    with pytest.raises(
        UserError,
        match=r"^app: expected one of repurchase spend recommend profile behaviour fraud classify, got 'fruad'$",
    ):
        shop.backtest("fruad")


def test_a_webhook_is_told_what_went_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HOOK_SECRET", "correct horse battery staple")
    app = contested(("seeing", seeing()))
    with Shop.open(tmp_path / "shop", create=True) as empty:
        settings = (empty.folder / "shop.toml").read_text()
    url = f"http://127.0.0.1:{server.server_port}/in"
    (tmp_path / "shop" / "shop.toml").write_text(f'{settings}\n[webhook]\nurl = "{url}"\nsecret = "env:HOOK_SECRET"\n')
    with Shop.open(tmp_path / "shop", given=(app,)) as shop:
        table = coupons(1500)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        shop.run()
    server.shutdown()
    server.server_close()
    said = json.loads(b"".join(heard))
    assert [row["why"] for row in said["rows"] if row["kind"] == "promotion"] == ["first", "gate"]
