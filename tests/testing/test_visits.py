"""A simulated day as a site would tell it."""

from __future__ import annotations

from evercart.testing.shop import SimulatedShop
from evercart.testing.visits import Arrival, Checkout, Left, events_of, moments, visit_of

DAY = next(SimulatedShop(seed=3, shoppers=60, items=40, days=1).events())


def test_every_row_is_sent_once_in_order() -> None:
    said = list(moments(DAY))
    events = [one.said for one in said if isinstance(one.said, dict)]
    assert [event["id"] for event in events] == DAY["id"].to_pylist()
    assert [one.us for one in said] == sorted(one.us for one in said)
    assert {event["kind"] for event in events} >= {"view", "order", "item", "user"}


def test_each_visit_begins_ends_once() -> None:
    said = [one.said for one in moments(DAY)]
    came = [one.visit for one in said if isinstance(one, Arrival)]
    went = [one.visit for one in said if isinstance(one, Checkout | Left)]
    assert sorted(came) == sorted(went) == sorted(set(came))
    assert came


def test_an_arrival_follows_its_first_look() -> None:
    said = [one.said for one in moments(DAY)]
    place = next(place for place, one in enumerate(said) if isinstance(one, Arrival))
    look, arrival = said[place - 1], said[place]
    assert isinstance(look, dict)
    assert isinstance(arrival, Arrival)
    assert (look["kind"], look["user"], look["session"]) == ("view", arrival.user, arrival.session)


def test_a_checkout_tells_all_that_was_bought() -> None:
    bought = {one.said.visit: one.said.items for one in moments(DAY) if isinstance(one.said, Checkout)}
    lines: dict[int, list[str]] = {}
    for event in events_of(DAY):
        if event["kind"] == "order":
            lines.setdefault(visit_of(event["session"]), []).append(event["item"])
    assert {visit: list(items) for visit, items in bought.items()} == lines


def test_what_is_missing_is_not_sent() -> None:
    assert all(value is not None for event in events_of(DAY) for value in event.values())
