"""A small app with challengers of which one is known to be better, for tests of who is live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from evercart.app import App
from evercart.asks.each import Before
from evercart.chance import uniform
from evercart.evaluate.losses import log_loss
from evercart.events.kinds import number
from evercart.events.schema import SCHEMA, conform
from evercart.features import Hashed, Table
from evercart.gate.rules import Answers, Better, EnoughLabels, Fresh, Rule
from evercart.labels.answers import yes
from evercart.learners.learner import Learner
from evercart.learners.linear import Linear
from evercart.learners.mean import Mean
from evercart.learners.optimizers import AdaGrad
from evercart.units import DAY_US, SECOND_US

APART_S: Final = 100  # between two orders
WINDOW_S: Final = 60
_SHOPPERS: Final = 60
_START_US: Final = 1_600_000_000 * SECOND_US
_TABLE: Final = Table("who", ("user",), (Hashed(("user",), 1 << 8),))
GATE: Final[tuple[Rule, ...]] = (Answers(), EnoughLabels(300), Better(), Fresh())


def seeing(rate: float = 0.5) -> Linear:
    """Return a learner that sees who asks, which is what the answer depends on."""
    return Linear(_TABLE.columns, "logistic", AdaGrad(rate=rate))


def contested(*challengers: tuple[str, Learner[Any]], champion: Learner[Any] | None = None) -> App:
    """Return an app that asks before each order whether a coupon will be redeemed; its champion sees nothing.

    >>> [name for name, _ in contested(("seeing", seeing())).challengers]
    ['seeing']
    """
    app = App(
        "coupons",
        "is a coupon redeemed?",
        Before("order", columns=("user",)),
        (yes("redeem"),),
        WINDOW_S,
        (_TABLE,),
        champion or Mean(prior=0.5),
        log_loss,
        late_s=0,
    )
    return replace(app, challengers=challengers, gate=GATE)


def coupons(rows: int, first: int = 0, *, turned_from: int | None = None) -> pa.Table:
    """Return orders of some shoppers; every second shopper redeems four times in five, the others once.

    first          number of the first order
    turned_from    number of the order from which they have changed places
    """
    at = first + np.arange(rows)
    shopper = (uniform(5, at, "shopper") * _SHOPPERS).astype(np.int64)
    eager = (shopper % 2 == 0) ^ (at >= (rows + first if turned_from is None else turned_from))
    redeemed = uniform(5, at, "redeemed") < np.where(eager, 0.8, 0.2)
    us = _START_US + at * APART_S * SECOND_US
    both = [_rows("order", at, us, shopper), _rows("redeem", at[redeemed], us[redeemed] + SECOND_US, shopper[redeemed])]
    return pa.concat_tables(both).sort_by("event_us")


def sales(earned: Mapping[str, int], decisions: int = 300) -> pa.Table:
    """Return live decisions of some models, long before the first of `coupons`, each with an order that names it.

    earned    what an order brings, about, by model
    """
    at = np.arange(decisions * len(earned))
    line = [list(earned)[one] for one in at % len(earned)]
    us = _START_US - 40 * DAY_US + at * SECOND_US
    buyer = at // len(earned) % 100
    amount = [earned[one] + int(more) for one, more in zip(line, 20 * uniform(5, at, "more"), strict=True)]
    made = {"app": ["coupons"] * len(at), "model": line}
    bought = {"ref": [f"decision {one}" for one in at], "amount": amount}
    both = [_rows("decision", at, us, buyer, **made), _rows("order", at, us + SECOND_US // 2, buyer, **bought)]
    named = [table.set_column(0, "id", pa.array([f"sold {one}" for one in at])) for table in both[1:]]
    return pa.concat_tables([both[0], *named]).sort_by("event_us")


def _rows(
    kind: str, at: np.ndarray[Any, Any], us: np.ndarray[Any, Any], shopper: np.ndarray[Any, Any], **more: Any
) -> pa.Table:
    n = len(at)
    own = {"item": ["i"] * n, "quantity": [1000] * n, "amount": [100] * n, "currency": ["USD"] * n}
    columns = {
        "id": [f"{kind} {one}" for one in at],
        "event_us": us,
        "kind": np.full(n, number(kind), np.int16),
        "user": [f"shopper {one}" for one in shopper],
        **(own if kind == "order" else {}),
        **more,
    }
    return conform(pa.table({name: pa.array(values, SCHEMA.field(name).type) for name, values in columns.items()}))
