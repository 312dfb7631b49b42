"""Names of items, which elsewhere are hashes."""

from __future__ import annotations

import pyarrow as pa
import pytest

from evercart.catalogue import ITEM, Catalogue
from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.hashing import hash_name

KEY = 5


def _events(*items: str, kind: int = 1, category: int = 0) -> Events:
    hashed = [hash_name(one, KEY) if one else 0 for one in items]
    return Events.of(kind=[kind] * len(items), item=hashed, category=[category] * len(items))


def test_names_are_asked_for_only_where_an_item_is_new() -> None:
    asked: list[tuple[int, int]] = []

    def names(start: int, stop: int) -> pa.Table:
        asked.append((start, stop))
        return pa.table({"item": ["milk", "tea", None]})

    catalogue = Catalogue(KEY)
    catalogue.take(_events("milk", "tea", ""), names)
    catalogue.take(_events("tea", "milk", ""), names)
    assert asked == [(0, 3)]
    assert hash_name("tea", KEY) in catalogue
    assert catalogue.name[hash_name("milk", KEY)] == "milk"
    assert hash_name("rum", KEY) not in catalogue


def test_categories_are_those_last_told() -> None:
    catalogue, milk = Catalogue(KEY), hash_name("milk", KEY)
    catalogue.note(pa.array(["milk"]))
    for kind, category in ((ITEM, 7), (1, 8), (ITEM, 0)):
        catalogue.take(_events("milk", kind=kind, category=category), lambda start, stop: pa.table({"item": ["milk"]}))
    assert catalogue.category == {milk: 7}
    catalogue.forget(milk)
    assert (catalogue.category, catalogue.name) == ({}, {})


def test_it_knows_when_an_item_came() -> None:
    catalogue, milk, tea = Catalogue(KEY), hash_name("milk", KEY), hash_name("tea", KEY)
    for us, item in ((5, milk), (6, milk), (7, tea), (8, milk)):
        row = Events.of(kind=[1, 1], item=[item, 0], category=[0, 0], logged_us=[us, us])
        catalogue.take(row, lambda start, stop: pa.table({"item": ["milk", "tea"]}).slice(0, 1 + (us > 6)))  # noqa: B023
    assert catalogue.since_us == {milk: 5, tea: 7}
    catalogue.forget(milk)
    assert catalogue.since_us == {tea: 7}


def test_it_holds_no_more_than_it_may() -> None:
    catalogue = Catalogue(KEY, most=3)
    for n in range(10):
        catalogue.note(pa.chunked_array([[f"i{n}"], ["i0" if n == 9 else f"i{n}"]]))
    assert len(catalogue.name) == 3
    assert "i9" in catalogue.name.values()
    with pytest.raises(UserError, match=r"^catalogue\.most: expected at least 1, got 0$"):
        Catalogue(KEY, most=0)
