"""An erased shopper or item is out of every source's memory: as if it had never been there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import evercart.learners.neighbours
from evercart.app import App
from evercart.apps.recommend import app_of
from evercart.clock import Clock
from evercart.config import create
from evercart.erasing import erase
from evercart.events.kinds import number
from evercart.learners.neighbours.baskets import Baskets
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.content import Content
from evercart.learners.neighbours.cosine import Cosine
from evercart.learners.neighbours.embedded import Embedded
from evercart.learners.neighbours.newcomers import Newcomers
from evercart.learners.neighbours.popular import Popular
from evercart.learners.neighbours.q_learning import QLearning
from evercart.learners.neighbours.repeats import Repeats
from evercart.learners.ranker import Ranker
from evercart.shop import Shop
from evercart.shortlist import Shortlist
from evercart.testing.anew import learned_anew
from evercart.testing.discovery import fold_classes
from evercart.testing.shop import START_US, SimulatedShop
from evercart.units import DAY_US

CLICKS = (Browsing(most=4096, newest=8), Content(), Cosine("view", "session"), Embedded(width=4), Popular())
BASKETS = (
    Baskets(),
    Repeats(),
    Browsing("order", "user", most=4096, newest=8),
    Cosine("order", "user"),
    QLearning(),
    Newcomers(),
)
END_US = START_US + 400 * DAY_US


def ranking(name: str, parts: Shortlist) -> App:
    return replace(app_of(parts), name=name, champion=Ranker(parts.columns, hidden=4))


APPS = (ranking("clicks", Shortlist(CLICKS)), ranking("baskets", Shortlist(BASKETS, "order", "next basket")))
LATE = "who-came-late"


def events() -> pa.Table:
    """Return the rows of some shoppers, one of whom goes by another name in the last third."""
    table = SimulatedShop(seed=5, shoppers=40, items=40, days=12).table().combine_chunks()
    users = table["user"].combine_chunks()
    late = pc.and_(pc.equal(users, "u7"), pa.array(np.arange(len(users)) >= len(users) * 2 // 3))
    named = pc.replace_with_mask(users, pc.fill_null(late, False), pa.scalar(LATE))
    return table.set_column(table.column_names.index("user"), "user", named)


EVENTS = events()


def opened(folder: Path, now_us: int = END_US) -> Shop:
    clock = Clock(now_us=lambda: now_us, cpu_s=lambda: 0.0)
    return Shop.open(folder, given=APPS, clock=clock)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that has learned in three turns, each with a checkpoint."""
    folder = tmp_path_factory.mktemp("shops") / "learned"
    create(folder, "shop")
    third = EVENTS.num_rows // 3
    for first, last in pairwise((0, third, 2 * third, EVENTS.num_rows)):
        part = EVENTS.slice(first, last - first)
        us = pc.max(part["event_us"]).as_py()
        with opened(folder, us + DAY_US) as shop:
            shop.log.append(part, us)
            shop.run()
    return folder


@pytest.fixture
def shop(learned: Path, tmp_path: Path) -> Iterator[Shop]:
    shutil.copytree(learned, tmp_path / "shop")
    with opened(tmp_path / "shop") as shop:
        yield shop


def busiest(column: str) -> str:
    """Return who ordered most, or what was."""
    orders = EVENTS.filter(pc.equal(EVENTS["kind"], number("order")))
    named = orders[column].combine_chunks().value_counts()
    return str(named[pc.index(named.field("counts"), pc.max(named.field("counts"))).as_py()]["values"])


def test_every_source_is_here() -> None:
    known = {type(source) for source in (*CLICKS, *BASKETS)}
    sources = {one for one in fold_classes(evercart.learners.neighbours) if hasattr(one, "offered")}
    assert sources <= known


@pytest.mark.parametrize("what", ["user", "item"])
def test_states_are_those_of_a_log_with_tombstones(shop: Shop, tmp_path: Path, what: str) -> None:
    known = shop.fingerprint()["folds"]
    done = erase(shop, what, busiest(what))
    assert sum(done.rows.values()) > 10
    found = shop.fingerprint()["folds"]
    assert learned_anew(shop, tmp_path / "other", opened)["folds"] == found
    moved = {name for name in found if found[name] != known[name]}
    sources = {f"{app.name} {name}" for app in APPS for name in app.candidates.source_names}  # type: ignore[union-attr]
    assert sources <= moved


def test_what_was_saved_before_its_first_row_is_gone_on_from(shop: Shop) -> None:
    kept = [path.name for path in shop.checkpoints.paths()]
    done = erase(shop, "user", LATE)
    assert 0 < done.checkpoints < len(kept)
    assert shop.checkpoints.paths()[0].name == kept[0]
