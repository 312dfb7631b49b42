"""A turn goes on from its last checkpoint, in the same bits, whatever ended the one before."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from evercart import lease
from evercart.clock import Clock
from evercart.config import create
from evercart.errors import UserError
from evercart.evaluate import days as day_files
from evercart.lease import LASTS_US, SqliteLeases
from evercart.shop import Shop
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US

EVERY = 1500  # events between checkpoints


class Killed(Exception):
    """A process that ends."""


def opened(folder: Path) -> Shop:
    create(folder, "whole")
    (folder / "shop.key").write_text("1")
    settings = (folder / "shop.toml").read_text().replace("events = 500000", f"events = {EVERY}")
    settings = settings.replace("share = 0.025", "share = 1000")
    (folder / "shop.toml").write_text(settings)
    shop = Shop.open(folder)
    table = SimulatedShop(seed=3, shoppers=60, items=30, days=90).table()
    shop.log.import_history("simulated", lambda skip: iter([table.slice(skip)]))
    return shop


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory):
    with opened(tmp_path_factory.mktemp("whole")) as shop:
        yield shop, shop.run()


def days(shop: Shop, app: str) -> list[int]:
    files = sorted((shop.folder / "days" / app).glob("*.arrow"))
    return [int(day) for path in files for day in day_files.load(path)[0].day]


def test_all_but_the_last_tick_is_turned(whole) -> None:
    shop, turned = whole
    first = 7  # written after the turn: of each app a move; where there is a challenger, an enrolment, a verdict
    assert turned.events == turned.next_offset == shop.log.next_offset - turned.waiting - first
    assert 0 < turned.waiting < 100
    assert turned.cpu_s["repurchase continual"] > 0


def test_again_there_is_nothing_to_do(whole) -> None:
    shop, turned = whole
    again = shop.run()
    assert (again.events, again.next_offset) == (0, turned.next_offset)


def test_a_day_is_handed_out_once(whole) -> None:
    found = days(whole[0], "repurchase")
    assert len(found) > 60
    assert found == sorted(set(found))


@pytest.mark.parametrize("calls", [1, 2])
def test_a_killed_turn_ends_in_the_same_bits(whole, tmp_path: Path, monkeypatch, calls: int) -> None:
    seen = 0

    def kill(progress) -> None:
        nonlocal seen
        seen += 1
        if seen == 3 * calls:
            raise Killed

    with opened(tmp_path / "shop") as shop:
        monkeypatch.setattr(type(shop.log), "read", _small(type(shop.log).read))
        with pytest.raises(Killed):
            shop.run(kill)
        assert 0 < shop.status()["learned"] < shop.log.next_offset
        shop.run()
        assert shop.fingerprint() == whole[0].fingerprint()
        for app in ("repurchase", "spend"):
            assert days(shop, app) == days(whole[0], app)


def _small(read):
    """Read in batches of a thousand rows, so that there is something to be killed between."""

    def reading(self, start, stop=None, **more):
        return read(self, start, stop, **{**more, "rows": 1000})

    return reading


def test_progress_tells_the_scores_so_far(whole, tmp_path: Path, monkeypatch) -> None:
    with opened(tmp_path / "shop") as shop:
        monkeypatch.setattr(type(shop.log), "read", _small(type(shop.log).read))
        told = []
        shop.run(told.append)
    assert [one.events for one in told] == sorted(one.events for one in told)
    assert set(told[-1].losses) == {"repurchase", "spend", "recommend"}
    assert set(told[-1].losses["repurchase"]) == {"continual", "restarted", "frozen"}
    assert 0 < told[-1].today["repurchase"]["continual"] < 2


def test_who_lost_the_lease_saves_nothing(whole, tmp_path: Path, monkeypatch) -> None:
    with opened(tmp_path / "shop") as shop:
        monkeypatch.setattr(type(shop.log), "read", _small(type(shop.log).read))
        later = shop.clock.now_us() + 2 * LASTS_US

        def stolen(progress) -> None:
            if progress.events > 2 * EVERY and SqliteLeases(shop.folder).look().token == 1:
                with monkeypatch.context() as patched:
                    patched.setattr(lease, "_host", lambda: "elsewhere")
                    SqliteLeases(shop.folder)._taken(later)

        with pytest.raises(UserError, match=r"expected the lease with token 1; another learner goes on, got process"):
            shop.run(stolen)
        learned = shop.status()["learned"]
        assert 2 * EVERY <= learned < 3 * EVERY + 1000
        assert {int(path.stem) for path in (shop.folder / "days").rglob("*.arrow")} <= {
            int(path.stem) for path in (shop.folder / "checkpoints").glob("*.safetensors")
        }


def test_a_second_learner_is_told_who_learns(whole, tmp_path: Path) -> None:
    with opened(tmp_path / "shop") as shop, SqliteLeases(shop.folder).held(shop.clock.now_us):
        with pytest.raises(UserError, match=r"expected no other learner on this shop, got 'process \d+ on .* until 2"):
            shop.run()
        assert shop.status()["learned"] == 0


def test_a_checkpoint_is_made_when_its_time_has_come(tmp_path: Path, monkeypatch) -> None:
    seconds = iter(range(0, 10_000, 11))
    with opened(tmp_path / "shop") as shop:
        settings = (shop.folder / "shop.toml").read_text().replace(f"events = {EVERY}", "events = 500000")
        (shop.folder / "shop.toml").write_text(settings)
    with Shop.open(tmp_path / "shop", clock=Clock(wall_s=lambda: float(next(seconds)))) as shop:
        monkeypatch.setattr(type(shop.log), "read", _small(type(shop.log).read))
        saved: list[int] = []
        shop.run(lambda progress: saved.append(shop.status()["learned"]))
    assert len(set(saved)) > 2


def test_a_log_that_grew_freezes_the_control_where_it_was(tmp_path: Path, monkeypatch) -> None:
    def kill(progress) -> None:
        raise Killed

    with opened(tmp_path / "shop") as shop:
        monkeypatch.setattr(type(shop.log), "read", _small(type(shop.log).read))
        with pytest.raises(Killed):
            shop.run(kill)
        assert shop.status()["learned"] == 0
        frozen_us = shop.quarter_us()
        last = SimulatedShop(seed=4, shoppers=60, items=30, days=30, start_us=shop.log.last_us).table()
        ids = pa.array([f"later {place}" for place in range(len(last))])
        shop.log.append(last.set_column(last.column_names.index("id"), "id", ids), shop.log.last_us + 30 * DAY_US)
        assert shop.quarter_us() != frozen_us
        assert shop.ring().frozen_us == frozen_us
