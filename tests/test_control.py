"""When the frozen racer stops learning."""

from __future__ import annotations

from pathlib import Path

from evercart.control import frozen_too_early, quarter_us
from evercart.shop import Shop
from evercart.testing.contested import APART_S, WINDOW_S, contested, coupons
from evercart.units import SECOND_US

APPS = (contested(),)


def test_a_quarter_of_the_span_of_what_is_asked_about(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True, given=APPS) as shop:
        assert quarter_us(shop.log, APPS) == 0
        assert not frozen_too_early(shop.log, APPS, 5)
        table = coupons(401)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        first = shop.log.names(0, 1)["logged_us"][0].as_py()
        assert quarter_us(shop.log, APPS) == first + 100 * APART_S * SECOND_US
        settles = first + WINDOW_S * SECOND_US
        assert not frozen_too_early(shop.log, APPS, None)
        assert frozen_too_early(shop.log, APPS, settles)
        assert not frozen_too_early(shop.log, APPS, settles + 1)
