"""What became of the models, read on."""

from __future__ import annotations

from evercart.annals import entries
from evercart.serve.pages.history import Histories


def test_it_says_what_the_annals_say_also_of_what_comes_later(raced, monkeypatch) -> None:
    shop = raced.service.shop
    histories = Histories(shop)
    assert histories.of("coupons") == entries(shop.log, shop.shelf, "coupons") != ()
    read: list[int] = []
    names = type(shop.log).names
    monkeypatch.setattr(
        type(shop.log),
        "names",
        lambda log, start, stop, kinds=None: read.append(start) or names(log, start, stop, kinds),
    )
    before = shop.log.next_offset
    shop.promote("coupons", "twin", who="ann", force=True)
    read.clear()
    last = histories.of("coupons")[-1]
    assert (last.what, last.model, last.text) == ("promotion", "twin", "forced by ann")
    assert min(read) == before
    assert histories.of("spend") == ()
