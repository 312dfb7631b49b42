"""What a person may do about what is live."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart.errors import UserError
from evercart.events.kinds import number
from evercart.learners.mean import Mean
from evercart.mover import Refused
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons

APP = contested(("twin", Mean(prior=0.5 + 1e-9)))


@pytest.fixture
def shop(tmp_path: Path):
    with Shop.open(tmp_path / "shop", create=True, given=(APP,)) as opened:
        table = coupons(800)
        opened.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        opened.run()
        yield opened


def name(shop: Shop) -> str:
    return shop.shelf.model(shop.current("coupons").model).name


def test_the_gate_is_asked_its_objections_are_logged(shop: Shop) -> None:
    text = r"^promote coupons: expected no objection of the gate, got \"evidence: expected at least 5\.10 nats"
    with pytest.raises(Refused, match=text) as refused:
        shop.promote("coupons", "twin", who="ann")
    assert str(refused.value).endswith("; --force overrules the gate")
    assert name(shop) == "continual"
    last = shop.log.names(shop.log.next_offset - 1, shop.log.next_offset).to_pylist()[0]
    assert (last["kind"], last["passed"]) == (number("verdict"), 0)


def test_who_overrules_it_is_logged(shop: Shop) -> None:
    move = shop.promote("coupons", "twin", who="ann", force=True)
    assert (move.why, move.who) == ("force", "ann")
    assert name(shop) == "twin"
    assert shop.shelf.moves()[-1].move == move


def test_back_again_without_asking(shop: Shop) -> None:
    with pytest.raises(UserError, match=r"^rollback coupons: expected a model that reigned before, got 'none'$"):
        shop.rollback("coupons", who="ann")
    shop.promote("coupons", "twin", who="ann", force=True)
    assert shop.rollback("coupons", who="ann").why == "person"
    assert name(shop) == "continual"


def test_mistakes(shop: Shop) -> None:
    with pytest.raises(UserError, match=r"^promote coupons: expected a model other than the one that is live, got"):
        shop.promote("coupons", "continual", who="ann")
    with pytest.raises(UserError, match=r"^model: expected one of the models continual .* twin .*, got 'twni'"):
        shop.promote("coupons", "twni", who="ann")
    with pytest.raises(UserError, match=r"^app: expected one of coupons, got 'coupon'$"):
        shop.rollback("coupon", who="ann")


def test_one_that_races_no_more_cannot_go_live(shop: Shop) -> None:
    with Shop.open(shop.folder, given=(contested(),)) as other:
        other.run(replay=True)
        with pytest.raises(UserError, match=r"^promote coupons: expected a model that races: continual, got 'twin'$"):
            other.promote("coupons", "twin", who="ann", force=True)
        with pytest.raises(UserError, match=r"^rollback coupons: expected a model that races: continual, got 'twin'$"):
            other.rollback("coupons", "twin", who="ann")


def test_an_altered_revision_is_noticed_before_anything_moves(shop: Shop) -> None:
    version = shop.versions("coupons")[-1]
    path = shop.shelf.path(version.address)
    body = bytearray(path.read_bytes())
    body[-1] ^= 1
    path.write_bytes(body)
    with pytest.raises(UserError, match=r"expected contents with SHA-256"):
        shop.rollback("coupons", version.address[:8], who="ann")
    assert name(shop) == "continual"
