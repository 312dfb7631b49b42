"""The life of simulated items."""

from __future__ import annotations

import numpy as np

from evercart.testing.catalogue import CATEGORIES, DECLINING, Catalogue, chosen, selling


def test_items_of_every_age_are_on_sale_on_the_first_day() -> None:
    age = Catalogue.opening(1, 600).age(0)
    assert age.min() < 0.1
    assert 0.9 < age.max() < 1.0


def test_an_item_whose_life_ended_is_replaced_within_its_category() -> None:
    old = Catalogue.opening(1, 600)
    day = 200
    new = old.renewed(1, day, next_number=600)
    ended = old.age(day) >= 1
    assert 0 < ended.sum() < 600
    assert (new.number[ended] >= 600).all()
    assert (new.number[~ended] < 600).all()
    assert (new.launched[ended] == day).all()
    assert new.category.tolist() == old.category.tolist()


def test_the_price_falls_once_and_stays_a_whole_number() -> None:
    one = Catalogue.launching(1, np.array([4]), 0)
    price = np.array([one.price_on(day)[0] for day in range(int(one.life[0]))])
    falls = np.flatnonzero(np.diff(price))
    assert len(falls) == 1
    assert falls[0] + 1 == np.ceil(DECLINING * one.life[0])
    assert price.dtype == np.int64


def test_items_sell_by_their_rate_within_the_wanted_category() -> None:
    catalogue, day = Catalogue.opening(2, 120), 10
    wanted = np.full(40_000, 3)
    seat = chosen(catalogue, day, wanted, np.random.default_rng(1).random(40_000))
    assert set(catalogue.category[seat]) == {3}
    rate = (catalogue.appeal * selling(catalogue.age(day)))[catalogue.category == 3]
    share = np.bincount(seat, minlength=120)[catalogue.category == 3] / 40_000
    assert np.allclose(share, rate / rate.sum(), atol=0.01)


def test_the_extremes_of_a_draw_stay_in_their_category() -> None:
    catalogue = Catalogue.opening(2, 120)
    wanted = np.arange(CATEGORIES)
    for drawn in (0.0, np.nextafter(1.0, 0.0)):
        assert catalogue.category[chosen(catalogue, 0, wanted, np.full(CATEGORIES, drawn))].tolist() == wanted.tolist()
