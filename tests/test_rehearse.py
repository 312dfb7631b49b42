"""What goes wrong in a rehearsal is answered by the copy alone; the shop itself knows nothing of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from evercart.app import App
from evercart.errors import UserError
from evercart.evaluate.drift.adwin import Adwin
from evercart.hook import Hook
from evercart.learners.restarted import Restarted
from evercart.log.copying import digest
from evercart.rehearsal.plan import Plan
from evercart.rehearsal.rarer import Nothing
from evercart.rehearsal.rehearsed import Rehearsed
from evercart.rehearse import POISONED, SOMEBODY, drift, sabotage, write_page
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons, seeing
from evercart.units import DAY_US

STRETCH = 8  # so that a few thousand orders take days
ANEW = ("anew", Restarted(seeing(), Adwin(1e-5, side="up"), least=1, every=64, remember=512))


@dataclass(frozen=True)
class Swapped:
    """From a moment on shoppers of an even number do what those of the next odd one did, and the other way round."""

    from_us: int
    said: str = "shoppers change places"

    def start(self) -> None:
        """Return nothing."""

    def step(self, state: None, rows: pa.Table) -> tuple[None, pa.Table]:
        """Return the rows under other names."""
        late = pc.greater_equal(rows["logged_us"], self.from_us)
        other = [f"shopper {int(name.split()[1]) ^ 1}" for name in rows["user"].to_pylist()]
        users = pc.if_else(late, pa.array(other), rows["user"])
        return state, rows.set_column(rows.column_names.index("user"), "user", users)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rehearsed") / "shop"
    rows = coupons(4400)
    us = pc.multiply(pc.subtract(rows["event_us"], rows["event_us"][0]), STRETCH)
    rows = rows.set_column(rows.column_names.index("event_us"), "event_us", pc.add(us, rows["event_us"][0]))
    with opened(folder, contested()) as shop:
        shop.log.import_history("coupons", lambda skip: iter([rows.slice(skip)]))
    return folder


def opened(folder: Path, app: App) -> Shop:
    return Shop.open(folder, create=True, given=(app,))


@pytest.fixture
def seen(folder: Path) -> Iterator[App]:
    """An app whose champion sees who asks; at the end nothing of the shop may have changed."""
    before = contents(folder)
    yield contested(champion=seeing())
    assert contents(folder) == before


@pytest.fixture(scope="module")
def forced(folder: Path) -> Rehearsed:
    """What came of a copy of the champion that somebody made live before it went bad."""
    return play(folder, contested(champion=seeing()), sabotage)


def contents(folder: Path) -> tuple[dict[str, str], str]:
    """Return the hash of each file that is the shop's own, that of its log's rows."""
    paths = [path for path in folder.rglob("*") if path.is_file() and ".db" not in path.name]
    own = [path for path in paths if not {"rehearsals", "reports"} & set(path.relative_to(folder).parts)]
    files = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in own}
    with opened(folder, contested()) as shop:
        return files, digest(shop.log.names(0, shop.log.next_offset)).hex()


def play(folder: Path, app: App, verb: Any, **more: Any) -> Rehearsed:
    with opened(folder, app) as shop:
        found: Rehearsed = verb(shop, "coupons", **more)
    return found


def change(folder: Path, app: App) -> Swapped:
    with opened(folder, app) as shop:
        return Swapped(Plan.of(shop.log, "order", DAY_US).change_us)


def test_after_a_change_the_gate_promotes_who_has_seen_it(folder: Path, seen: App) -> None:
    found = play(folder, seen, drift, change=change(folder, seen), challengers=(ANEW,))
    first, move = found.moves
    assert (first.why, first.to) == ("first", "continual")
    assert (move.why, move.who, move.before, move.to) == ("gate", "evercart", "continual", "anew")
    assert move == found.decisive
    assert move.us > found.plan.change_us
    noticed = next(one for one in found.noticed if one.who == "anew")
    assert found.plan.change_us < noticed.us <= move.us
    assert "begins anew" in noticed.what
    calm, until, after = found.phases()
    assert calm.losses["anew"] == calm.losses["continual"] == calm.losses["live"]
    assert until.losses["live"] == until.losses["continual"] > calm.losses["live"]
    assert after.losses["frozen"] > after.losses["live"]
    assert not any(one.passed for one in found.verdicts if one.us < found.plan.change_us)
    assert found.changed == "shoppers change places"


def test_where_nothing_changes_nobody_is_promoted(folder: Path, seen: App) -> None:
    found = play(folder, seen, drift, change=Nothing(), challengers=(ANEW,))
    assert [move.why for move in found.moves] == ["first"]
    assert found.decisive is None
    assert [phase.name for phase in found.phases()] == ["calm", "after the change"]
    assert found.saved(found.plan.begin_us, found.plan.end_us) == (0.0, 0.0)
    assert all("nats that it loses less" in " ".join(one.objections) for one in found.verdicts)


def test_who_was_made_live_by_force_and_goes_bad_is_taken_back(forced: Rehearsed) -> None:
    found = forced
    _, force, back = found.moves
    assert (force.why, force.who, force.to) == ("force", SOMEBODY, POISONED)
    assert found.plan.begin_us < force.us < found.plan.change_us
    asked = next(one for one in found.verdicts if one.us == force.us and one.objections)
    assert asked.objections == ("evidence: expected at least 5.10 nats that it loses less, got '0.00 nats'",)
    assert (back.why, back.who, back.before, back.to) == ("turned", "evercart", POISONED, "continual")
    assert back == found.decisive
    assert back.us > found.plan.change_us
    less, percent = found.saved(found.plan.change_us, back.us)
    assert less < 0
    assert percent < 0
    assert found.phases()[0].losses[POISONED] == found.phases()[0].losses["continual"]


def test_who_went_live_through_the_gate_and_goes_bad_is_taken_back(folder: Path, seen: App) -> None:
    found = play(folder, contested(), sabotage, learner=seeing(2.0), share=1.0)
    assert [(move.why, move.to) for move in found.moves] == [
        ("first", "continual"),
        ("gate", POISONED),
        ("turned", "continual"),
    ]
    assert found.decisive is not None
    assert found.decisive.us > found.plan.change_us
    other = play(folder, contested(), sabotage, learner=seeing(2.0), share=0.0)
    assert [move.why for move in other.moves] == ["first", "gate"]


def test_the_seed_decides(folder: Path, seen: App, forced: Rehearsed) -> None:
    hook = Hook("http://127.0.0.1:9/", "env:EVERCART_NOT_SET")  # to which a rehearsal sends nothing
    with opened(folder, seen) as shop:
        other = sabotage(replace(shop, config=replace(shop.config, webhook=hook)), "coupons", seed=1)
    assert other.days.sums[:, 1, 0].tolist() != forced.days.sums[:, 1, 0].tolist()
    assert other.days.sums[:, 0, 0].tolist() == forced.days.sums[:, 0, 0].tolist()


def test_a_page_is_written_into_the_shop(folder: Path, seen: App, forced: Rehearsed) -> None:
    with opened(folder, seen) as shop:
        path = write_page(shop, forced)
    assert path == folder / "reports" / "rehearse-sabotage-coupons.html"
    assert "coupons: a rehearsal of sabotage" in path.read_text(encoding="utf-8")


def test_a_log_that_is_too_short_is_refused(folder: Path, seen: App) -> None:
    with opened(folder, seen) as shop, pytest.raises(UserError) as error:
        drift(shop, "coupons", every_us=3 * DAY_US)
    rule = "a log whose second half is at least 16 times as long as what comes in at once"
    assert str(error.value) == f"rehearse: expected {rule}, got '7 times'"
    with opened(folder, seen) as shop, pytest.raises(UserError) as error:
        sabotage(shop, "nothing")
    assert str(error.value) == "app: expected one of coupons, got 'nothing'"
