"""A life that is begun again where it ended changes nothing; its outcome notices what differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart.testing.faults import AFTER_US, Life, opened, outcome


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def test_a_life_lived_twice_comes_to_the_same(home: Path) -> None:
    told: list[str] = []
    life = Life.made(home)
    life.begin(home / "shop")
    first = life.live(home / "shop", told.append)
    assert first.events > 400
    assert first.ids == first.events - 2 - 2 - 4  # but for heartbeats, enrolments, verdicts of two days
    assert sum(first.held.values()) == 14
    assert all(len(days) > 20 for days in first.days.values())
    assert life.live(home / "shop", told.append, now_us=AFTER_US) == first
    assert told == []


def test_lives_with_other_checkpoints_come_to_the_same_bits(home: Path) -> None:
    found = []
    for every in (30, 1000):
        folder = home / f"every {every}"
        folder.mkdir()
        life = Life.made(folder, every=every)
        life.begin(folder / "shop")
        found.append(life.live(folder / "shop", pytest.fail))
        files = list((folder / "shop" / "days" / "spend").iterdir())
        assert (len(files) > 4) == (every == 30)
    assert found[0] == found[1]


def test_an_event_more_is_noticed(home: Path) -> None:
    life = Life.made(home)
    life.begin(home / "more")
    whole = life.live(home / "more", pytest.fail)
    with opened(home / "more", pytest.fail, AFTER_US) as shop:
        shop.log.heartbeat(AFTER_US + 10**15)
        more = outcome(shop)
    assert more.events == whole.events + 1
    assert more.names != whole.names
    assert more.states == whole.states
