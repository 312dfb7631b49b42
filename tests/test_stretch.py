"""What a learner does between ticks, each duty in its time, whatever fails."""

from __future__ import annotations

import errno
import shutil
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from evercart import durable
from evercart.publish import published
from evercart.publish.published import Reader
from evercart.pulse import Pulse
from evercart.referee import Referee
from evercart.shop import Shop
from evercart.stretch import JUDGE_S
from evercart.testing.resting import NOW_US, Resting, begun


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
