"""What happened to an app's models, in words."""

from __future__ import annotations

from pathlib import Path

from evercart.annals import Annals, annals
from evercart.learners.mean import Mean
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons, seeing


def test_all_that_happened_in_the_order_of_the_log(tmp_path: Path) -> None:
    app = contested(("twin", Mean(prior=0.5 + 1e-9)), ("seeing", seeing()))
    with Shop.open(tmp_path / "shop", create=True, given=(app,)) as shop:
        table = coupons(2000)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        shop.run()
        shop.rollback("coupons", who="ann")
        found, sold = annals(shop.log, shop.shelf, "coupons")
        assert annals(shop.log, shop.shelf, "other") == Annals()
    assert sold == ()
    told = [(one.what, one.model, one.why) for one in found]
    assert told == [
        ("promotion", "continual", "first"),
        ("enrolment", "twin", ""),
        ("enrolment", "seeing", ""),
        ("verdict", "twin", "refused"),
        ("verdict", "seeing", "passed"),
        ("promotion", "seeing", "gate"),
        ("promotion", "continual", "person"),
    ]
    assert found[1].text == "its evidence counts from the beginning of the reign"
    assert found[3].text.startswith("evidence: expected at least 5.10 nats that it loses less, got ")
    assert found[4].text == "nothing is held against it"
    assert found[5].text.startswith("promoted by the gate: ")
    assert found[6].text == "moved by ann"
