"""A small app of which the better challenger is known."""

from __future__ import annotations

import pyarrow.compute as pc

from evercart.events.check import check
from evercart.events.kinds import number
from evercart.events.schema import FIELDS
from evercart.testing.contested import contested, coupons, seeing


def share(table) -> float:
    """Return how often shoppers with even numbers redeem."""
    even = pc.match_substring_regex(table["user"], "[02468]$")
    mine = table.filter(even)
    orders = pc.sum(pc.equal(mine["kind"], number("order"))).as_py()
    return pc.sum(pc.equal(mine["kind"], number("redeem"))).as_py() / orders


def test_rows_pass_the_border_in_the_order_of_time() -> None:
    table = coupons(200)
    assert len(check(table.select(list(FIELDS)), now_us=10**16).bad) == 0
    times = table["event_us"].to_pylist()
    assert times == sorted(times)
    assert coupons(100, 100)["id"].to_pylist()[0] == "order 100"


def test_who_redeems_hangs_on_who_it_is() -> None:
    assert 0.7 < share(coupons(2000)) < 0.9
    assert 0.1 < share(coupons(2000, turned_from=0)) < 0.3


def test_the_challengers_are_those_given() -> None:
    assert [name for name, _ in contested(("one", seeing()), ("two", seeing(0.1))).challengers] == ["one", "two"]
