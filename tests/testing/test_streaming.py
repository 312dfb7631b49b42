"""A simulated shop that streams."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from rich.console import Console

from evercart import Shop
from evercart.errors import UserError
from evercart.teller import Teller
from evercart.testing.streaming import MARK, Plan, prepare, stage, to_come

SMALL = Plan(shoppers=40, items=30, days=9)


def _ids(plan: Plan, most: int) -> list[str]:
    return [one.said["id"] for one in islice(to_come(plan), most) if isinstance(one.said, dict)]


def test_the_stage_is_thrown_away(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "stage"
    with stage(folder, keep=False):
        (folder / "shop.toml").write_text("")
        assert (folder / MARK).exists()
    assert not folder.exists()


def test_a_stage_that_was_left_is_cleared(tmp_path: Path) -> None:
    for _ in range(2):
        with stage(tmp_path, keep=True):
            assert not (tmp_path / "old").exists()
            (tmp_path / "old").mkdir()
    assert (tmp_path / "old").exists()


@pytest.mark.parametrize(("name", "what"), [("shop.toml", "a shop"), ("thesis.doc", "something else")])
def test_what_is_no_stage_is_never_removed(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(UserError) as told, stage(tmp_path, keep=False):
        pass
    assert str(told.value) == f"--shop: expected a new folder, or a simulated shop's, got '{tmp_path} ({what})'"
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_is_no_stage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    told = pytest.raises(UserError, match=r"^--shop: expected a new folder, or a simulated shop's, got")
    with told, stage(tmp_path / "file", keep=False):
        pass
    assert (tmp_path / "file").exists()


def test_a_stage_is_of_one_simulation(tmp_path: Path) -> None:
    with stage(tmp_path, keep=False):
        (tmp_path / "shop.toml").write_text("")
        with pytest.raises(UserError, match="one process at a time that simulates a shop"), stage(tmp_path, keep=False):
            pass
        assert (tmp_path / "shop.toml").exists()


def test_the_shop_has_learned_its_history_when_the_stream_begins(tmp_path: Path) -> None:
    with stage(tmp_path, keep=True):
        prepare(tmp_path, SMALL, Teller(Console(quiet=True), lambda: 0.0))
    with Shop.open(tmp_path) as shop:
        assert shop.config.name == "simulated"
        assert shop.log.live_from is None
        assert shop.log.last_us < SMALL.begins_us
        assert shop.checkpoints.next_offset() > 100
        ids = [id for id in shop.events(0, shop.log.next_offset)["id"].to_pylist() if id and id[0] == "e"]
    assert ids == [f"e{place}" for place in range(len(ids))]
    assert _ids(SMALL, 50)[0] == f"e{len(ids)}"  # history ends where the stream begins


def test_the_stream_has_no_end_soon() -> None:
    ids = _ids(SMALL, 3_000)
    assert len(set(ids)) == len(ids) > 2_000
    assert next(to_come(SMALL)).us >= SMALL.begins_us


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"speed": 0.0}, "--speed: expected above 0x, at most 100000x, got '0x'"),
        ({"days": 0}, "--days: expected at least 1, got 0"),
        ({"minutes": -1.0}, "--for: expected minutes above 0, got -1.0"),
    ],
)
def test_a_plan_makes_sense(said: dict[str, float], text: str) -> None:
    with pytest.raises(UserError) as told:
        Plan(**said)  # type: ignore[arg-type]
    assert str(told.value) == text
