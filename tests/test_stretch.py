"""What a learner does between ticks, each duty in its time, whatever fails."""

from __future__ import annotations

import errno
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from evercart import durable
from evercart.config import create
from evercart.events.kinds import number
from evercart.publish import published
from evercart.publish.published import Reader
from evercart.pulse import Pulse
from evercart.referee import Referee
from evercart.shop import Shop
from evercart.stretch import JUDGE_S
from evercart.testing.disks import Failing
from evercart.testing.resting import NOW_US, Resting, begun, turned
from evercart.testing.shop import SimulatedShop
from evercart.units import SECOND_US


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pa.Table]:
    """A shop that has learned its history, with what comes live."""
    folder = tmp_path_factory.mktemp("history") / "shop"
    return folder, begun(folder, days=30)


@pytest.fixture
def world(history: tuple[Path, pa.Table], tmp_path: Path):
    shutil.copytree(history[0], tmp_path / "shop")
    one = Resting(tmp_path / "shop", history[1], rows=2)
    yield one
    one.shop.close()


def test_a_full_disk_is_waited_for(world: Resting, monkeypatch: pytest.MonkeyPatch) -> None:
    full: list[bool] = []
    opened, write = durable.opened, published.write

    def on_disk(call):
        def calling(*words):
            if full:
                raise OSError(errno.ENOSPC, "No space left on device")
            return call(*words)

        return calling

    monkeypatch.setattr(durable, "opened", on_disk(opened))
    monkeypatch.setattr(published, "write", on_disk(write))
    world.then = {20.0: lambda shop: full.append(True), 60.0: lambda shop: full.clear()}
    before = world.shop.status()["learned"]
    world.learn(80)

    def at(s: float) -> Pulse:
        return next(one for one in world.pulses if one.us >= NOW_US + s * 1e6)

    assert at(10).trouble == at(75).trouble == ""
    assert "expected room on the disk, got 'No space left on device'" in at(50).trouble
    assert at(55).offset > at(25).offset  # it learns meanwhile
    assert at(57).published_us["spend"] < NOW_US + 21e6 < NOW_US + 60e6 < at(75).published_us["spend"]
    assert all(text.endswith("; to be tried again") for text in world.told)
    assert 1 <= len(world.told) <= 6
    assert world.shop.status()["learned"] > before


def test_the_referee_judges_in_its_time_not_at_every_tick(world: Resting, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[float] = []
    rule = Referee.rule

    def ruling(self, *words):
        judged.append(world.s)
        return rule(self, *words)

    monkeypatch.setattr(Referee, "rule", ruling)
    world.learn(45)
    assert len(judged) == 5
    assert all(later - s >= JUDGE_S - 0.01 for s, later in pairwise(judged))


def test_what_a_person_promotes_answers_within_two_seconds(world: Resting) -> None:
    seen: list[tuple[float, str]] = []
    reader = Reader(world.folder / "live", "spend")

    def promote(shop: Shop) -> None:
        shop.promote("spend", "restarted", who="ann", force=True)

    def look(shop: Shop) -> None:
        live = reader.newest()
        assert live is not None
        seen.append((world.s, live.model))

    world.then = {9.95: promote, **{10 + s: look for s in (-1, 2, 4)}}
    world.learn(15)
    assert seen[0][1] != seen[1][1] == seen[2][1] == world.shop.current("spend").model
    live = reader.newest()
    assert live is not None
    assert live.next_offset > world.shop.current("spend").offset


def test_apps_follow_what_the_log_holds_by_now(tmp_path: Path) -> None:
    create(tmp_path / "shop", "young")
    table = SimulatedShop(seed=3, shoppers=20, items=30, days=12).table()
    orders = table.filter(pc.equal(table["kind"], number("order")))
    late = pa.array([f"late {place}" for place in range(len(table))])
    table = table.set_column(table.schema.get_field_index("id"), "id", late)
    one = Resting(tmp_path / "shop", pa.concat_tables([orders.slice(0, 100), table.slice(0, 300)]), rows=5)
    one.learn(20)
    text = "shop young: what its log holds asks for other apps; learning all of its log again"
    assert text in one.told
    assert set(one.told) == {text}
    assert one.shop.status()["learned"] >= one.shop.log.next_offset - 1
    with turned(one.folder, tmp_path / "again", one.now_us() + SECOND_US) as again:
        one.s += 1.0
        one.shop.run()
        assert one.shop.fingerprint() == again.fingerprint()
    one.shop.close()


def test_a_control_that_stopped_too_early_learns_once_the_log_is_long_enough(tmp_path: Path) -> None:
    create(tmp_path / "shop", "young")
    orders = SimulatedShop(seed=3, shoppers=20, items=30, days=12).table()
    orders = orders.filter(pc.equal(orders["kind"], number("order")))
    one = Resting(tmp_path / "shop", orders, rows=1, speed=10 * 24 * 3600)  # ten days a second
    one.learn(len(orders) / 10 + 2)
    text = "shop young: its control had stopped before it learned anything; learning all of its log again"
    assert one.told[-1] == text
    assert one.told.count(text) == 1
    assert one.shop.ring().frozen_us > one.shop.log.names(0, 1)["logged_us"][0].as_py()
    assert one.pulses[-1].offset >= one.shop.log.next_offset - 1
    one.shop.close()


def test_one_write_that_fails_wherever_it_is_changes_nothing(world: Resting, tmp_path: Path) -> None:
    shutil.copytree(world.folder, tmp_path / "quiet")
    disk = Failing()
    with disk.failing():
        quiet = Resting(tmp_path / "quiet", world.live, rows=2)
        quiet.learn(6)
        quiet.shop.close()
    rng = np.random.default_rng(1)
    for at in rng.choice(disk.calls, 3, replace=False).tolist():
        folder = tmp_path / f"fails-{at}"
        shutil.copytree(world.folder, folder)
        one = Resting(folder, world.live, rows=2)
        with Failing(at).failing():
            one.opened()
            one.learn(9)
        assert all(text.endswith("; to be tried again") for text in one.told)
        one.learn(10)
        with turned(folder, folder / "again", one.now_us() + SECOND_US) as again:
            one.s += 1.0
            one.shop.run()
            assert one.shop.fingerprint() == again.fingerprint()
        one.shop.close()
