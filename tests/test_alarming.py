"""What drifts stands in the log, once; so does what a net could not learn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from evercart import lane, pulse
from evercart.alarming import skipped
from evercart.annals import entries
from evercart.app import App
from evercart.evaluate.drift.watch import Watch
from evercart.features import Count, Table
from evercart.fold import pack
from evercart.learners.deep.deep import Deep
from evercart.learning import learn
from evercart.publishing import FOLDER
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons, seeing
from evercart.units import DAY_S

OFTEN = Table("often", ("user",), (Count("order", DAY_S),))


def test_a_world_that_turned_is_told_once(tmp_path: Path, monkeypatch) -> None:
    soon = lambda *words: replace(Watch(*words), quiet_s=DAY_S)  # noqa: E731
    monkeypatch.setattr(lane, "Watch", soon)
    app = contested(champion=seeing())
    with Shop.open(tmp_path / "shop", create=True, given=(app,)) as shop:
        table = coupons(8000, turned_from=4000)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        shop.run()
        found = [one for one in entries(shop.log, shop.shelf, "coupons") if one.what == "alarm"]
        assert any(one.text.startswith("loss of coupons moved from 0.5") for one in found)
        before = shop.log.next_offset
        shop.run(replay=True)
        assert shop.log.next_offset == before


@dataclass(frozen=True)
class Unsound:
    """A network whose loss is no number at every second order of a shopper."""

    block: ClassVar[int] = 8

    def module(self, inputs: Any, outputs: int) -> Any:
        torch = pytest.importorskip("torch")

        class Falling(torch.nn.Module):  # type: ignore[misc, name-defined]
            def __init__(self) -> None:
                super().__init__()
                self.layer = torch.nn.Linear(1, outputs)

            def forward(self, x: Any) -> Any:
                harm = torch.where(x % 2 == 1, torch.inf, 1.0) if self.training else 1.0
                return self.layer(x) * harm

        return Falling()


def unsound() -> App:
    pytest.importorskip("torch")
    app = contested()
    columns = (*app.columns, *OFTEN.columns)
    return replace(app, tables=(*app.tables, OFTEN), challengers=(("net", Deep(columns, Unsound(), batch=1)),))


def states_of(shop: Shop) -> dict[str, Any]:
    found = shop.checkpoints.last(shop.ring())
    assert found is not None
    return found[0]


def test_steps_whose_loss_is_no_number_are_alarmed_once(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True, given=(unsound(),)) as shop:
        table = coupons(400)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        shop.run()
        states = states_of(shop)
        found = skipped(shop.ring(), states)
        steps = found["coupons"]["net"]
        assert found == {"coupons": {"net": steps}} and 100 < steps < 300
        assert shop.status()["alarms"] == [f"{steps} steps of coupons/net skipped: loss not finite"]
        net = states["coupons net"].learner
        assert net.counts.learned[0] > 100
        assert all(np.isfinite(one).all() for one in pack(net).values() if one.dtype.kind == "f")
        before = shop.log.next_offset
        shop.run(replay=True)
        assert shop.log.next_offset == before
        more = coupons(1000, first=400)
        shop.log.import_history("more", lambda skip: iter([more.slice(skip)]))
        shop.run()
        again = skipped(shop.ring(), states_of(shop))["coupons"]["net"]
        assert again >= 2 * steps
        said = [one for one in entries(shop.log, shop.shelf, "coupons") if one.what == "alarm"]
        assert said[-1].text == f"{again:,} steps of coupons/net skipped: loss not finite"


def test_the_learner_s_pulse_tells_of_them(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True, given=(unsound(),)) as shop:
        table = coupons(50)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        told = list[pulse.Pulse]()
        learn(shop, lambda: bool(told), told.append)
        said = pulse.read(tmp_path / "shop" / FOLDER)
        assert said == told[-1] and said.skipped == skipped(shop.ring(), states_of(shop))
        assert said.skipped["coupons"]["net"] > 5
