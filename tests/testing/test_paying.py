"""A shop of payments is made."""

from __future__ import annotations

from pathlib import Path

from evercart.testing.living import Hands
from evercart.testing.paying import history_of, pay, paying
from evercart.units import DAY_US


def test_frauds_gather_at_two_places_are_known_days_later() -> None:
    found = history_of(0, 20)
    paid = {row["id"]: row for row in found if row["kind"] == 21}
    bad = [(paid[row["ref"]], row) for row in found if row["kind"] == 22]
    assert {one["place"] for one, _ in bad} == {"m0", "m1"}
    assert {late["event_us"] - one["event_us"] for one, late in bad} == {3 * DAY_US}


def test_it_asks_before_a_payment_that_names_the_decision(tmp_path: Path) -> None:
    hands = Hands()
    with paying(tmp_path / "shop", hands, days=12) as shop:
        pay(shop, hands, "x", user="u1", place="m0", device="d1", amount=90_000)
        said = [
            row
            for row in shop.log.names(shop.log.next_offset - 4, shop.log.next_offset).to_pylist()
            if row["ref"] or row["app"]
        ]
    asked, paid = said[-2:]
    assert (asked["id"], asked["app"], asked["amount"], asked["place"]) == ("asked-x", "fraud", 90_000, "m0")
    assert (paid["id"], paid["ref"], paid["amount"]) == ("paid-x", "asked-x", 90_000)
