"""A small shop's year, for the tests of apps."""

from __future__ import annotations

from typing import Any

import numpy as np

from evercart.app import App
from evercart.apps import app as named
from evercart.backtest import Replayed, replay
from evercart.detecting.reading import Payments
from evercart.detecting.streamed import batches
from evercart.events.batch import Events
from evercart.labels.pairs import Tick
from evercart.units import DAY_US, MISSING


def year(shoppers: int = 60, days: int = 120, *, scale: int = 1, **columns: Any) -> Events:
    """Return baskets of shoppers whose pace, purse are their own; half of them stop coming after half the time."""
    rng = np.random.default_rng(1)
    pace, purse = rng.gamma(2.0, 0.1, shoppers), rng.gamma(4.0, 500.0, shoppers)
    came = rng.random((days, shoppers)) < np.minimum(pace, 0.9)
    came[days // 2 :, ::2] &= rng.random((days - days // 2, (shoppers + 1) // 2)) < 0.3
    day, user = np.nonzero(came)
    us = day * DAY_US + rng.integers(0, DAY_US, len(day)) + 1_500_000_000_000_000
    lines = rng.integers(1, 6, len(day))
    basket = np.repeat(np.argsort(us, kind="stable"), lines[np.argsort(us, kind="stable")])
    rows = len(basket)
    keys = {"user": user[basket] + 1, "session": basket + 1, "place": user[basket] % 3 + 1, "item": np.ones(rows)}
    return Events.of(
        kind=np.full(rows, 2),
        offset=np.arange(rows),
        logged_us=us[basket],
        event_us=us[basket],
        amount=(purse[user[basket]] * rng.gamma(2.0, 0.5, rows)).astype(np.int64) * scale,
        live=np.full(rows, MISSING),
        **{**{name: value.astype(np.uint64) for name, value in keys.items()}, **columns},
    )


def paid(payments: int = 6_000) -> Events:
    """Return payments, all windows closed; those at place 3 turn out to be frauds after 45 days."""
    rng = np.random.default_rng(2)
    place = rng.integers(1, 20, payments).astype(np.uint64)
    parties = {"user": rng.integers(1, 200, payments).astype(np.uint64), "place": place}
    us = np.arange(payments) * DAY_US // 72
    found = Payments(us, parties, rng.integers(3000, 9000, payments), (place == 3).astype(np.int64), {}, {})
    log = list(batches(found, 45 * DAY_US, named("fraud").reads))
    later = {"logged_us": log[-1].logged_us + DAY_US, "offset": log[-1].offset + 1}
    return Events.concat([*log, Events({**log[-1].columns, **later})])  # the row before the last is learned


def turned(app: App, events: Events, frozen_us: int | None = None) -> Replayed:
    """Take the events round the ring of one app; the last tick stays open."""
    pieces = (events.rows(slice(at, at + 1_000)) for at in range(0, len(events), 1_000))
    return replay(app, pieces, Tick(), frozen_us, lambda: 0.0)


def loss(app: App, replayed: Replayed, racer: int = 0) -> float:
    """Return the mean loss over the later half of the questions."""
    late = replayed.scored.rows(slice(len(replayed.scored) // 2, None))
    return float(app.loss.each(late.y, late.guesses[:, racer]).mean())
