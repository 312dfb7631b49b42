"""The ring obeys the log: same log, same states, whoever is live."""

from __future__ import annotations

from typing import Any

import pytest

from evercart.shop import Shop
from evercart.testing.contested import contested, coupons, seeing

APP = contested(("seeing", seeing()))


def bring(shop: Shop, rows: int, first: int) -> None:
    table = coupons(rows, first)
    shop.log.import_history(f"from {first}", lambda skip: iter([table.slice(skip)]))
    shop.run()


def states(shop: Shop) -> dict[str, Any]:
    """Return what does not hang on when the control stops."""
    folds = shop.fingerprint()["folds"]
    return {name: folds[name] for name in ("coupons continual", "coupons seeing", "coupons gate")}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory):
    """A shop in which a challenger was promoted, taken back, then a line begun anew from an older revision."""
    with Shop.open(tmp_path_factory.mktemp("moved") / "shop", create=True, given=(APP,)) as opened:
        for part in range(3):
            bring(opened, 800, 800 * part)
        opened.rollback("coupons", who="tester")
        bring(opened, 800, 2400)
        old = [one for one in opened.versions("coupons") if opened.shelf.model(one.model).name == "continual"][-2]
        opened.rollback("coupons", old.address[:8], who="tester")
        bring(opened, 800, 3200)
        bring(opened, 800, 4000)
        yield opened


def test_the_moves_were_made(shop: Shop) -> None:
    whys = [one.move.why for one in shop.shelf.moves("coupons")]
    assert whys[:4] == ["first", "gate", "person", "gate"] or whys[:3] == ["first", "gate", "person"]
    (anew,) = [one for one in shop.shelf.moves("coupons") if one.move.revision]
    line = shop.shelf.model(anew.move.to_model)
    assert (line.name, line.origin.revision) == ("continual", anew.move.revision)
    version = next(one for one in reversed(shop.versions("coupons")) if one.model == line.id)
    assert version.parent == anew.move.revision
    assert version.skipped == (anew.move.revision_offset, anew.offset)


def test_a_replay_ends_in_the_same_bits(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    before, addresses = states(shop), {one.fingerprint for one in shop.versions("coupons")}
    read = type(shop.log).read
    monkeypatch.setattr(type(shop.log), "read", lambda *a, **more: read(*a, **{**more, "rows": 700}))
    shop.run(replay=True)  # the shelf is emptied: the older revision is noted on the way
    assert states(shop) == before
    assert {one.fingerprint for one in shop.versions("coupons")} & addresses
