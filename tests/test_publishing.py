"""What the ring learned, put where others find it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from evercart.fold import fingerprint_packed, pack
from evercart.publish.guard import Within
from evercart.publish.published import Reader
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons, seeing

APP = contested(("seeing", seeing()))


def ran(folder: Path, app: Any = APP, **more: Any) -> Shop:
    shop = Shop.open(folder, create=True, given=(app,), **more)
    table = coupons(1500)
    shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
    shop.run()
    return shop


def test_all_racers_are_kept_the_live_one_answers(tmp_path: Path) -> None:
    with ran(tmp_path / "shop") as shop:
        kept = {shop.shelf.model(one.model).name: one for one in shop.versions()}
        assert set(kept) == {"continual", "seeing"}
        assert all({"guess_us", "loss"} <= set(one.scores) for one in kept.values())
        last = shop.checkpoints.last(shop.ring())
        assert last is not None
        states, at = last
        assert kept["continual"].next_offset == at
        assert kept["continual"].fingerprint == fingerprint_packed(pack(states["coupons continual"]))
        live = Reader(shop.folder / "live", "coupons").newest()
        assert live is not None
        assert (live.model, live.next_offset) == (kept["continual"].model, at)
        shop.rollback("coupons", "seeing" if shop.current("coupons").model == live.model else "continual", who="t")
        live = Reader(shop.folder / "live", "coupons").newest()
        assert live.model == shop.current("coupons").model


def test_a_guard_keeps_a_revision_from_answering(tmp_path: Path) -> None:
    told: list[str] = []
    with ran(tmp_path / "shop", replace(APP, guards=(Within("loss", most=0.1),)), told=told.append) as shop:
        assert Reader(shop.folder / "live", "coupons").newest() is None
    text = "coupons: loss: expected a score of -inf to 0.1, got 'none'; what was published before goes on answering"
    assert told == [text]
