"""A small app with a stream of which the best answer is known, for tests of what turns the ring."""

from __future__ import annotations

import numpy as np

from evercart.app import App
from evercart.asks.each import Before
from evercart.evaluate.losses import log_loss
from evercart.events.batch import Events
from evercart.events.kinds import number
from evercart.features import Count, Sum, Table
from evercart.labels.answers import yes
from evercart.learners.linear import Linear
from evercart.learners.optimizers import AdaGrad
from evercart.units import DAY_S, HOUR_S, MISSING, SECOND_US

TABLE = Table("user", ("user",), (Sum("order", "amount", HOUR_S).scaled(0.01), Count("order", DAY_S).log1p()))
APART_US = 2 * HOUR_S * SECOND_US  # between two orders
SOON_US = 600 * SECOND_US  # from an order to its redemption


def redeems(name: str = "redeems", window_s: float = HOUR_S, table: Table = TABLE) -> App:
    """Return an app that asks before each order whether a coupon will be redeemed.

    >>> redeems().reads
    ('user', 'id', 'app', 'ref', 'amount', 'live')
    """
    learner = Linear(table.columns, "logistic", AdaGrad(rate=0.5))
    asks = Before("order", columns=("user",))
    return App(name, "is a coupon redeemed?", asks, (yes("redeem"),), window_s, (table,), learner, log_loss)


def orders(rows: int, *, alike_s: int = 0, seed: int = 7) -> Events:
    """Return orders, each redeemed minutes later if and only if it is dear, which nothing before it tells.

    alike_s    stretches of time within which all orders are dear, or none
    """
    us = np.arange(rows) * APART_US
    luck = np.random.default_rng(seed).integers(0, 2, rows) == 1
    dear = luck[us // (alike_s * SECOND_US)] if alike_s else luck
    amounts = np.stack([np.where(dear, 100, 1), np.full(rows, MISSING)], axis=1)
    kinds = np.stack([np.full(rows, number("order")), np.where(dear, number("redeem"), number("view"))], axis=1)
    return Events.of(
        kind=kinds.ravel(),
        logged_us=np.stack([us, us + SOON_US], axis=1).ravel(),
        user=np.repeat(1 + np.arange(rows) % 5, 2),
        amount=amounts.ravel(),
        live=np.full(2 * rows, MISSING),
    )
