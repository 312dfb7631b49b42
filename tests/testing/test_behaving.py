"""What shoppers do beside buying happens as often as it is said to."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from evercart.events.kinds import kind, number
from evercart.testing.behaving import BEHAVING, chance_of, in_time
from evercart.testing.emitters import EMITTERS
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US

SHOP = SimulatedShop(seed=3, shoppers=300, items=60, days=60, emitters=BEHAVING)


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return SHOP.table()


def of(table: pa.Table, name: str) -> pa.Table:
    return table.filter(pc.equal(table["kind"], number(name)))


def test_the_other_events_are_those_of_the_plain_shop(table: pa.Table) -> None:
    new = [number(name) for name in ("cart", "review", "return")]
    rest = table.filter(pc.invert(pc.is_in(table["kind"], pa.array(new, pa.int16())))).drop_columns(["id"])
    plain = SimulatedShop(seed=3, shoppers=300, items=60, days=60, emitters=EMITTERS).table().drop_columns(["id"])
    assert rest.equals(plain)
    assert (np.diff(table["event_us"].to_numpy()) >= 0).all()


@pytest.mark.parametrize("name", ["review", "return"])
def test_reviews_and_returns_come_as_often_as_they_should(table: pa.Table, name: str) -> None:
    orders, own = of(table, "order"), of(table, name)
    user = np.array([int(name[1:]) for name in orders["user"].to_pylist()])
    us = orders["event_us"].to_numpy() % DAY_US
    chance = chance_of(name, user) * in_time(name, us)
    assert own.num_rows == pytest.approx(chance.sum(), abs=4 * np.sqrt((chance * (1 - chance)).sum()))
    for column in kind(name).needs:
        assert own[column].null_count == 0


def test_all_that_is_bought_was_put_in_the_cart(table: pa.Table) -> None:
    def seen(rows: pa.Table, shift: int) -> set[tuple[int, str]]:
        sessions = [int(name[1:]) - shift for name in rows["session"].to_pylist()]
        return set(zip(sessions, rows["item"].to_pylist(), strict=True))

    carted = seen(of(table, "cart"), 0)
    assert seen(of(table, "order"), 1) <= carted <= seen(of(table, "view"), 0)
    assert len(carted) < len(seen(of(table, "view"), 0))
