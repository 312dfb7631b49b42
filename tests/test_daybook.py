"""Closed days, in files that go with the checkpoints."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart.daybook import Daybook, day_paths
from evercart.errors import UserError
from evercart.loop import Ring, Stopwatch, whole_ticks
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons


def filled(folder: Path) -> tuple[Daybook, Ring]:
    app = contested()
    ring = Ring((app,))
    book = Daybook(folder / "days", ring, 0, {})
    with Shop.open(folder / "shop", create=True, given=(app,)) as shop:
        table = coupons(3000)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        states = ring.start()
        for batch in whole_ticks(shop.log.read(0, columns=ring.reads), ring.tick):
            book.add(ring.step(states, batch, Stopwatch(lambda: 0.0)))
    return book, ring


def test_what_is_saved_is_there_again(tmp_path: Path) -> None:
    book, ring = filled(tmp_path)
    book.save(7)
    assert [path.stem for path in day_paths(tmp_path / "days" / "coupons")] == [f"{7:016d}"]
    again = Daybook(tmp_path / "days", ring, 7, book.files())
    assert again.losses() == book.losses()
    assert again.by_stage() == {"coupons continual": again.losses()[0]["coupons"]["continual"]}


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    book, ring = filled(tmp_path)
    book.save(7)
    with pytest.raises(UserError, match=r"coupons: expected 2 files up to offset 7, got 1$"):
        Daybook(tmp_path / "days", ring, 7, {"coupons": 2})


def test_what_lies_beyond_is_dropped(tmp_path: Path) -> None:
    book, _ = filled(tmp_path)
    book.save(7)
    book.drop_beyond(6)
    assert day_paths(tmp_path / "days" / "coupons") == []
