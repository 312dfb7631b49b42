"""A learner that follows the log for ever ends where one turn over the same log does."""

from __future__ import annotations

import shutil
from pathlib import Path
from threading import Event, Thread

import pyarrow as pa
import pytest

from evercart import erasing, pulse
from evercart.clock import Clock
from evercart.errors import UserError
from evercart.publish.published import Reader
from evercart.shop import Shop
from evercart.testing.resting import Killed, Resting, begun, turned
from evercart.units import SECOND_US


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pa.Table]:
    """A shop that has learned its history, with what comes live."""
    folder = tmp_path_factory.mktemp("history") / "shop"
    return folder, begun(folder)


def world(history: tuple[Path, pa.Table], folder: Path, **more: float) -> Resting:
    shutil.copytree(history[0], folder)
    return Resting(folder, history[1], **more)


def test_learned_live_killed_and_resumed_it_is_what_one_turn_makes(history, tmp_path: Path) -> None:
    one = world(history, tmp_path / "shop", speed=6 * 3600)
    toml = one.folder / "shop.toml"
    toml.write_text(toml.read_text().replace("seconds = 30", "seconds = 5"))
    one.opened()
    for kill_s in (3.0, 11.0, 19.0):
        with pytest.raises(Killed):
            one.learn(60, kill_s)
        one.opened()
    one.learn(40)
    assert one.told == []
    assert one.shop.status()["learned"] >= one.shop.log.next_offset - 1
    again = turned(one.folder, tmp_path / "again", one.now_us() + SECOND_US)
    with again, Shop.open(one.folder, clock=again.clock) as shop:
        shop.run()
        assert shop.log.next_offset == again.log.next_offset
        assert shop.fingerprint() == again.fingerprint()


def test_an_event_is_in_the_live_weights_within_two_seconds(history, tmp_path: Path) -> None:
    one = world(history, tmp_path / "shop")
    seen: list[tuple[float, int, int]] = []
    reader = Reader(one.folder / "live", "repurchase")

    def look(shop: Shop) -> None:
        live = reader.newest()
        assert live is not None
        seen.append((one.s, shop.log.next_offset, live.next_offset))

    one.then = {tenth / 10: look for tenth in range(60)}
    one.learn(7)
    for s, logged, _ in seen:
        if 1 < s < 4:
            assert next(later for later, _, live in seen if live >= logged) - s < 1.25


def test_a_second_learner_is_told_who_learns(history, tmp_path: Path) -> None:
    one = world(history, tmp_path / "shop")
    with (
        one.shop.leases.held(one.shop.clock.even_us),
        pytest.raises(UserError, match=r"expected no other learner on this shop, got 'process \d+ on .* until 2"),
    ):
        one.learn(5)


def test_an_erasure_is_let_in_then_learning_goes_on(history, tmp_path: Path) -> None:
    shutil.copytree(history[0], tmp_path / "shop")
    folder, live, stop = tmp_path / "shop", history[1], Event()
    told: list[str] = []
    users = live["user"].drop_null().unique().to_pylist()
    with Shop.open(folder, told=told.append) as shop, Shop.open(folder) as other:
        other.log.append(live.slice(0, 200), Clock().now_us())
        learner = Thread(target=shop.learn, args=(stop.is_set,))
        learner.start()
        try:
            _until(lambda: (one := pulse.read(folder / "live")) is not None and one.offset >= other.log.next_offset - 1)
            receipt = erasing.erase(other, "user", users[0])
            assert receipt.rows
            other.log.append(live.slice(200, 50), Clock().now_us())
            end = other.log.next_offset
            _until(lambda: (one := pulse.read(folder / "live")) is not None and one.offset >= end)
            assert not erasing.pending(other)
        finally:
            stop.set()
            learner.join()
        assert told == []
        assert other.status()["learned"] >= end


def _until(due) -> None:
    clock = Clock()
    for _ in range(600):
        if due():
            return
        clock.rest_s(0.05)
    pytest.fail("it never came")


def test_nothing_is_learned_where_nothing_was_logged(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True) as shop:
        looks = iter(range(10))
        pulses: list[pulse.Pulse] = []
        shop.learn(lambda: next(looks, None) is None, pulses.append)
        assert shop.log.next_offset == 0
        assert pulses[0].offset == pulses[0].next_offset == 0
        assert pulses[0].trouble == ""
