"""A turn goes on from its last checkpoint, in the same bits, whatever ended the one before."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart import fold
from evercart.config import create
from evercart.errors import UserError
from evercart.evaluate import days as day_files
from evercart.shop import Shop
from evercart.testing.shop import SimulatedShop

EVERY = 1500  # events between checkpoints


class Killed(Exception):
    """A process that ends."""


def opened(folder: Path) -> Shop:
    create(folder, "whole")
    (folder / "shop.key").write_text("1")
    settings = (folder / "shop.toml").read_text().replace("events = 500000", f"events = {EVERY}")
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
    assert turned.events == turned.next_offset == shop.log.next_offset - turned.waiting
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
    assert set(told[-1].losses) == {"repurchase", "spend"}
    assert set(told[-1].losses["repurchase"]) == {"continual", "frozen"}
    assert 0 < told[-1].today["repurchase"]["continual"] < 2


def test_states_from_beyond_the_log_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path / "shop") as shop:
        shop.run()
        end = shop.log.next_offset
        last = max((shop.folder / "checkpoints").iterdir())
        saved = fold.load(last)
        fold.save(last, saved.flat, end + 1, saved.about)
        with pytest.raises(
            UserError, match=rf"^checkpoint: expected an offset of the log, up to {end}, got {end + 1}$"
        ):
            shop.run()
