"""States that were learned apart take the place of the old."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as pc
import pytest

from evercart import apart
from evercart.apart import FOLDER, Rebuilt, newest, rebuild
from evercart.events.kinds import number
from evercart.shop import Shop
from evercart.testing.faults import NOW_US, Life, opened
from evercart.testing.shop import SimulatedShop


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shops") / "learned"
    table = SimulatedShop(seed=6, shoppers=25, items=30, days=30).table()
    orders = table.filter(pc.equal(table["kind"], number("order")))
    Life(folder.parent, (), every=60).begin(folder)
    with opened(folder, pytest.fail, NOW_US) as shop:
        for part, stop in enumerate((150, 250)):
            shop.log.import_history(f"{part}", lambda skip, stop=stop: iter([orders.slice(skip, stop - skip)]))
            shop.run()
    return folder


@pytest.fixture
def shop(learned: Path, tmp_path: Path) -> Iterator[Shop]:
    shutil.copytree(learned, tmp_path / "shop")
    with opened(tmp_path / "shop", pytest.fail, NOW_US) as one:
        yield one


def again(shop: Shop, after: int) -> Rebuilt:
    with shop.leases.held(lambda: NOW_US) as grant:
        return rebuild(shop, grant, after)


def held(shop: Shop) -> tuple[dict, list[str], list[str]]:
    """Return a shop's newest states, the newest of its shelf, what lies beside it."""
    versions = shop.shelf.versions()
    last = [one.fingerprint for one in versions if one.next_offset == versions[0].next_offset]
    return shop.fingerprint(), sorted(last), sorted(path.name for path in shop.folder.iterdir())


@pytest.mark.parametrize("after", [0, 100, 151, 249])
def test_the_same_log_gives_the_same_states(shop: Shop, after: int) -> None:
    before, later = held(shop), [path for path in shop.checkpoints.paths() if int(path.stem) > after]
    revisions = {one.address for one in shop.shelf.versions() if one.next_offset <= after}
    done = again(shop, after)
    assert held(shop) == before
    assert (done.next_offset, done.states) == newest(shop)
    assert done.checkpoints == len(later)
    assert {one.address for one in shop.shelf.versions() if one.next_offset <= after} >= revisions
    assert shop.shelf.verify() == []
    assert shop.run().events == 0


def test_what_lies_in_the_folder_of_an_earlier_one_is_not_used(shop: Shop) -> None:
    (shop.folder / FOLDER / "checkpoints").mkdir(parents=True)
    (shop.folder / FOLDER / "checkpoints" / f"{9:016d}.safetensors").write_bytes(b"half")
    before = held(shop)
    again(shop, 100)
    assert held(shop)[:2] == before[:2]


def test_a_shop_that_never_learned_learns_nothing(tmp_path: Path) -> None:
    Life(tmp_path, (), every=60).begin(tmp_path / "shop")
    with opened(tmp_path / "shop", pytest.fail, NOW_US) as one:
        assert again(one, 0) == Rebuilt(0, 0, 0, "")
        assert newest(one) == (0, "")


def test_a_disk_without_links(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(source: str, target: str) -> None:
        raise PermissionError

    monkeypatch.setattr(apart.os, "link", no_links)
    before = held(shop)
    again(shop, 151)
    assert held(shop) == before
