"""Resting: a shop to which events come while its learner rests, in a time that passes in no other way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pyarrow as pa

from evercart.clock import Clock
from evercart.config import create
from evercart.pulse import Pulse
from evercart.shop import Shop
from evercart.testing.shop import SimulatedShop
from evercart.units import SECOND_US

NOW_US: Final = 1_800_000_000_000_000


class Killed(Exception):
    """A process that ends without a word."""


class Resting:
    """A shop with its learner.

    live     what comes: `rows` at a time, `every_s` apart
    speed    of the shop's clock
    then     what else happens, by second: called with the shop, once
    """

    def __init__(
        self, folder: Path, live: pa.Table, *, speed: float = 1.0, every_s: float = 0.1, rows: int = 20
    ) -> None:
        self.folder, self.s, self.pulses, self.told = folder, 0.0, list[Pulse](), list[str]()
        self.then = dict[float, Callable[[Shop], object]]()
        self.live, self._speed, self._every_s, self._rows, self._sent = live, speed, every_s, rows, 0
        self.shop = self.opened()

    def opened(self) -> Shop:
        """Open the shop, as another process would."""
        clock = Clock(self.now_us, lambda: 0.0, lambda: self.s, self._speed, self._rest)
        self.shop = Shop.open(self.folder, clock=clock, told=self.told.append)
        return self.shop

    def now_us(self) -> int:
        """Return what the shop's clock shows."""
        return NOW_US + int(self.s * self._speed * SECOND_US)

    def _rest(self, seconds: float) -> None:
        self.s += seconds
        while self._sent < len(self.live) and self._sent / self._rows * self._every_s <= self.s:
            self.shop.log.append(self.live.slice(self._sent, self._rows), self.now_us())
            self._sent += self._rows
        for at in [at for at in self.then if at <= self.s]:
            self.then.pop(at)(self.shop)

    def learn(self, until_s: float, kill_s: float | None = None) -> None:
        """Learn up to a second; killed at another, `Killed` is raised."""

        def told(one: Pulse) -> None:
            self.pulses.append(one)
            if kill_s is not None and self.s >= kill_s:
                raise Killed

        self.shop.learn(lambda: self.s >= until_s, told)


def begun(folder: Path, *, days: int = 60) -> pa.Table:
    """Make a shop that has learned two thirds of some events as its history; return the rest, which is to come live."""
    create(folder, "resting")
    (folder / "shop.key").write_text("1")
    table = SimulatedShop(seed=3, shoppers=40, items=30, days=days).table()
    cut = len(table) * 2 // 3
    with Shop.open(folder, clock=Clock(lambda: NOW_US)) as shop:
        shop.log.import_history("simulated", lambda skip: iter([table.slice(0, cut).slice(skip)]))
        shop.run()
    return table.slice(cut)


def turned(folder: Path, to: Path, now_us: int) -> Shop:
    """Return a shop that has turned over another one's log in one go; the caller closes it."""
    for name in ("shop.toml", "shop.key", "log", "checkpoints/control.json"):
        (to / name).parent.mkdir(exist_ok=True, parents=True)
        (shutil.copytree if (folder / name).is_dir() else shutil.copy)(folder / name, to / name)
    shop = Shop.open(to, clock=Clock(lambda: now_us))
    shop.run()
    return shop
