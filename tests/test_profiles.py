"""Profiles are level with the log, whether learned before or read now."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from evercart import Shop, UserError
from evercart.apps.profile import profile
from evercart.apps.repurchase import repurchase
from evercart.clock import Clock
from evercart.erasing import erase
from evercart.events.kinds import number
from evercart.events.schema import SCHEMA, conform
from evercart.features.interests import Interests
from evercart.hashing import hash_name
from evercart.profiles import profiles
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US

HISTORY = SimulatedShop(seed=3, shoppers=60, items=30, days=60).table()
CLOCK = Clock(now_us=lambda: pc.max(HISTORY["event_us"]).as_py() + 4 * DAY_US)


def shopper(place: int) -> str:
    """Return who placed most orders, or the one after."""
    counted = pc.value_counts(HISTORY.filter(pc.equal(HISTORY["kind"], number("order")))["user"]).to_pylist()
    return str(sorted(counted, key=lambda one: -one["counts"])[place]["values"])


@pytest.fixture(scope="module", params=["learned", "read"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    given = (profile() if request.param == "learned" else repurchase(),)
    with Shop.open(tmp_path_factory.mktemp("profiled"), create=True, given=given, clock=CLOCK) as opened:
        opened.log.import_history("history", lambda done: iter([HISTORY.slice(done)]))
        if request.param == "learned":
            opened.run()
        yield opened


def test_a_profile_is_what_the_log_says(shop: Shop) -> None:
    user = shopper(0)
    found = profiles(shop).of(user)
    own = HISTORY.filter(pc.and_(pc.equal(HISTORY["user"], user), pc.equal(HISTORY["kind"], number("order"))))
    assert found.visits == len({us // DAY_US for us in own["event_us"].to_pylist()})  # one a day in that shop
    assert found.spent == pytest.approx(pc.sum(own["amount"]).as_py() / 100, rel=1e-4)
    assert found.last_us == pytest.approx(pc.max(own["event_us"]).as_py(), abs=1e8)
    assert found.as_of_us == shop.log.last_us
    assert 0.5 < found.here <= 1
    (days, visits, value), (later, more, worth) = found.expected
    assert (days, later) == (28, 90)
    assert 0 < visits < more
    assert 0 < value < worth
    items = HISTORY.filter(pc.equal(HISTORY["kind"], number("item")))
    bought = set(own["item"].to_pylist())
    names = {row["category"] for row in items.to_pylist() if row["item"] in bought}
    said = [one.name for one in found.interests if one.axis == "category"]
    assert said
    assert set(said) <= names | set(items["category"].to_pylist())
    assert said[0] in names
    assert len(found.words) == 4


def test_who_is_not_known_is_told(shop: Shop) -> None:
    everybody = profiles(shop)
    for name, text in (
        ("nobody", "a shopper with an order in the log, got 'nobody'"),
        ("", "a shopper's name, got ''"),
    ):
        with pytest.raises(UserError, match=f"{re.escape(text)}$"):
            everybody.of(name)


def test_an_order_shows_at_once_an_erased_shopper_never(shop: Shop) -> None:
    everybody, user, other = profiles(shop), shopper(1), shopper(2)
    before, theirs = everybody.of(user), everybody.of(other)
    us = shop.clock.now_us()
    one = {"id": ["new"], "event_us": [us], "kind": [2], "user": [user], "item": ["i1"], "quantity": [1000]}
    more = {"amount": [500], "currency": ["EUR"], "session": ["s-new"]}
    columns = {name: pa.array(values, SCHEMA.field(name).type) for name, values in (one | more).items()}
    shop.log.append(conform(pa.table(columns)), us)
    after = everybody.of(user)
    assert after.visits == before.visits + 1
    assert after.paid < before.paid + 5
    erase(shop, "user", user)
    for each in (everybody, profiles(shop)):
        with pytest.raises(UserError, match=f"^profile {user}: expected a shopper who was not erased, got '{user}'$"):
            each.of(user)
        assert each.of(other).visits == theirs.visits


def begin_to_erase(shop: Shop, user: str) -> None:
    """Log what an erasure logs first, nothing more."""
    us, said = shop.clock.now_us(), json.dumps({"first": 0, "rows": {"order": 1}, "quarantined": 0})
    hashed = f"{hash_name(user, shop.log.key):016x}"
    row = {"event_us": us, "kind": number("erase"), "ref": hashed, "what": "user", "properties": said}
    shop.log.append(conform(pa.Table.from_pylist([row], pa.schema([SCHEMA.field(name) for name in row]))), us, own=True)


def test_who_is_asked_about_while_another_is_erased_brings_nothing_back(shop: Shop) -> None:
    """Rows that were not yet blanked when the erasure had begun are read once more when it is done."""
    everybody, user, other = profiles(shop), shopper(3), shopper(4)
    theirs = everybody.of(other)
    begin_to_erase(shop, user)
    assert everybody.of(other).visits == theirs.visits
    erase(shop, "user", user)
    with pytest.raises(UserError, match=f"^profile {user}: expected a shopper who was not erased, got '{user}'$"):
        everybody.of(user)


def test_what_failed_half_way_is_not_counted_twice(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody, user = profiles(shop), shopper(5)
    before = everybody.of(user)
    us = shop.clock.now_us() + 3 * DAY_US
    one = {"id": ["late"], "event_us": [us], "kind": [2], "user": [user], "item": ["i1"], "quantity": [1000]}
    more = {"amount": [500], "currency": ["EUR"], "session": ["s-late"]}
    columns = {name: pa.array(values, SCHEMA.field(name).type) for name, values in (one | more).items()}
    shop.log.append(conform(pa.table(columns)), us)

    def failing(*_: Any) -> Any:
        raise TimeoutError

    with monkeypatch.context() as patched:
        patched.setattr(Interests, "step", failing)
        with pytest.raises(TimeoutError):
            everybody.of(user)
    assert everybody.of(user).visits == before.visits + 1
    assert everybody.of(user).spent == pytest.approx(before.spent + 5)
