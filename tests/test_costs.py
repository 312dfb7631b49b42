"""How long a guess takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evercart.clock import Clock
from evercart.costs import Costs, guess_us
from evercart.fold import fingerprint
from evercart.labels.turns import ASKED
from evercart.loop import Ring, Stopwatch, whole_ticks
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons, seeing

APP = contested(("seeing", seeing()))


def test_what_is_measured_is_known_to_the_next_process(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True, given=(APP,)) as shop:
        table = coupons(300)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        shop.run()
        known = Costs(shop.ring(), shop.shelf, Clock().cpu_s).known
    assert set(known) == {"coupons continual", "coupons seeing"}
    assert all(0 < one < 1e6 for one in known.values())


def test_the_state_stays_as_it_is(tmp_path: Path) -> None:
    ring = Ring((APP,))
    with Shop.open(tmp_path / "shop", create=True, given=(APP,)) as shop:
        table = coupons(300)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        states = ring.start()
        batch = next(whole_ticks(shop.log.read(0, columns=ring.reads), ring.tick))
        turns = ring.step(states, batch, Stopwatch(lambda: 0.0))["coupons"].turns
    before = fingerprint(states["coupons continual"])
    asked = turns.rows(np.flatnonzero(turns.what == ASKED)[:50])
    seconds = iter(range(100))
    each = guess_us(APP.champion, states["coupons continual"], asked, lambda: float(next(seconds)))
    assert each == 1e6 / 50  # a second each time, of which the last counts
    assert fingerprint(states["coupons continual"]) == before
