"""Answers in process, where a shopper, an item or a session is erased meanwhile."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evercart import erasing
from evercart.apps.recommend import recommend
from evercart.clock import Clock
from evercart.hashing import hash_name
from evercart.recommender import _saved
from evercart.shop import Shop
from evercart.testing.walks import NOW_US, click, history, rows
from evercart.units import SECOND_US


def items(answer: Any) -> list[str]:
    return [one.item for one in answer]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    folder = tmp_path / "mine"
    with Shop.open(folder, create=True, clock=Clock(now_us=lambda: NOW_US)) as opened:
        opened.log.import_history("walks", lambda skip: iter([history().slice(skip)]))
        click(opened.log, NOW_US - SECOND_US, "now", "i3", "me")
        yield opened


@pytest.mark.parametrize(("what", "name"), [("item", "i4"), ("user", "me"), ("session", "now")])
def test_what_is_erased_is_out_of_the_next_answer(shop: Shop, what: str, name: str) -> None:
    one = shop.recommender()
    before = one.answer(session="now", user="me")
    assert items(before)[0] == "i4"
    erasing.erase(shop, what, name)
    after = one.answer(session="now", user="me")
    assert after != before
    assert "i4" not in items(after) or what != "item"
    assert after == shop.recommender().answer(session="now", user="me")
    if what != "item":
        assert items(after) == items(one.answer(session="a stranger"))


def test_an_erasure_that_is_only_begun_is_obeyed(shop: Shop) -> None:
    """Whoever is asked about between its first commit and its end is a stranger already; so is who comes back."""
    one = shop.recommender()
    assert items(one.answer(session="now", user="me"))[0] == "i4"
    said = {"first": 0, "rows": {"view": 1}, "quarantined": 0}
    ref = f"{hash_name('me', shop.log.key):016x}"
    event = rows("erase", [NOW_US], ref=[ref], what=["user"], properties=[json.dumps(said)])
    shop.log.append(event, NOW_US, own=True)
    stranger = items(one.answer(session="a stranger"))
    for asks in (one, shop.recommender()):
        assert items(asks.answer(session="now", user="me")) == stranger
    click(shop.log, NOW_US, "now", "i3", "me")
    assert items(one.answer(session="now", user="me")) == stranger
    erasing.erase(shop, "user", "me")
    assert items(one.answer(session="now", user="me")) == stranger
    click(shop.log, NOW_US, "now", "i3", "me")
    assert items(one.answer(session="now", user="me"))[0] == "i4"


def test_a_shopper_may_be_erased_while_asked_about(shop: Shop) -> None:
    """Another process answers meanwhile: one that has opened the shop for itself."""
    done, counts, failed = threading.Event(), [], []

    def ask() -> None:
        with Shop.open(shop.folder, clock=shop.clock) as other:
            one = other.recommender()
            try:
                while not done.is_set():
                    counts.append(len(one.answer(session="now", user="me")))
                assert items(one.answer(session="now", user="me")) == items(one.answer(session="a stranger"))
            except Exception as error:
                failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        erasing.erase(shop, "user", "me")
    finally:
        done.set()
        thread.join()
    assert failed == []
    assert min(counts, default=10) == 10


def test_the_name_of_an_erased_item_is_forgotten(shop: Shop) -> None:
    one, name = shop.recommender(), hash_name("i4", shop.log.key)
    said = {"first": 0, "rows": {"view": 1}, "quarantined": 0}
    event = rows("erase", [NOW_US], ref=[f"{name:016x}"], what=["item"], properties=[json.dumps(said)])
    shop.log.append(event, NOW_US, own=True)
    assert "i4" not in items(one.answer(session="now", k=50))
    erasing.erase(shop, "item", "i4")
    one.answer(session="now")
    assert name not in one.catalogue


@pytest.mark.parametrize("meanwhile", [True, False])
def test_who_is_being_erased_is_not_known_from_a_checkpoint(tmp_path: Path, meanwhile: bool) -> None:
    """Whether the erasure is only begun or done by now: the ring had learned from who goes."""
    with Shop.open(tmp_path / "mine", create=True, given=(recommend(),), clock=Clock(now_us=lambda: NOW_US)) as shop:
        shop.log.import_history("walks", lambda skip: iter([history().slice(skip)]))
        click(shop.log, NOW_US - SECOND_US, "now", "i3", "me")
        click(shop.log, NOW_US + 10 * SECOND_US, "then", "i5", "you")
        shop.run()
        saved = _saved(shop, "recommend")
        assert saved is not None
        said = {"first": 0, "rows": {"view": 1}, "quarantined": 0}
        ref = f"{hash_name('now', shop.log.key):016x}"
        event = rows("erase", [NOW_US], ref=[ref], what=["session"], properties=[json.dumps(said)])
        shop.log.append(event, NOW_US, own=True)
        one = shop.recommender(saved=saved) if meanwhile else None
        erasing.erase(shop, "session", "now")
        one = one or shop.recommender(saved=saved)
        stranger = items(one.answer(session="a stranger", now_us=NOW_US + 20 * SECOND_US))
        assert items(one.answer(session="now", now_us=NOW_US + 20 * SECOND_US)) == stranger
