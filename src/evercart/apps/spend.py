"""Spend: a basket has ended; how much does the shopper spend in the next week?"""

from __future__ import annotations

from math import inf

from evercart.app import App, columns_of
from evercart.apps.shopping import Shopper, asked
from evercart.errors import require
from evercart.evaluate.drift.adwin import Adwin
from evercart.evaluate.losses import squared
from evercart.features import Column, Feature, Latest, Minus, Table, Times
from evercart.features.tabling import Tabling
from evercart.features.titles import titles
from evercart.labels.answers import total
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from evercart.learners.mixture import Mixture
from evercart.learners.newton import Newton
from evercart.learners.rescaled import Rescaled
from evercart.learners.restarted import Restarted
from evercart.learners.scaled import Scaled
from evercart.units import DAY_S, HOUR_S


def purse(shopper: Shopper) -> Table:
    """Return what is known of how much the shopper spends: a level, its changes, this basket against the usual."""
    level, paid, usual = shopper.money(112), shopper.paid, shopper.usual
    features: tuple[Feature, ...] = (
        level,
        level.sqrt(),
        shopper.change("money", 28, 112),
        shopper.change("money", 7, 28),
        shopper.change("money", 2, 7),
        paid,
        paid.log1p(),
        Minus(paid, usual).hinge(0.0),
        Times(level, Minus(paid.log1p(), usual.log1p())),
        Latest(shopper.kind, "amount", max(8 * HOUR_S, shopper.gap_s)),
        shopper.lines.log1p(),
        shopper.visits(14),
        shopper.change("visits", 28, 112),
        shopper.ago(8, 120).scaled(1 / 8).log(0.05),
    )
    return shopper.table("purse", features)


def spend(
    kind: str = "order",
    gap_s: int = 0,
    window_s: float = 7 * DAY_S,
    zone: str = "UTC",
    unit: str = "USD",
    minor: int = 100,
    most: float = inf,
    texts: str = "",
) -> App:
    """Return the app.

    kind        of the rows that are lines of baskets, whose amounts answer
    gap_s       between the rows of one basket, at most; 0 where its lines share one time
    window_s    over which is summed
    zone        in which it is Monday or not, and whose days the report has
    unit        of the label, with `minor` minor units in one
    most        what is spent beyond it is not counted: with squared loss a handful of very heavy shoppers
                otherwise carries the comparison of any two models
    texts       encoder of the titles of what was bought, which a challenger reads, too; see `repurchase`

    Two learners, mixed: one forgets no evidence of how numbers go together, one knows each shopper. The challenger
    mixes them with such that begin anew from recent memory once their losses have risen.

    >>> spend(unit="EUR").unit
    'EUR'
    """
    require(minor >= 1, "spend.minor", "at least 1", minor)
    shopper = Shopper(kind, gap_s)
    own, further = (purse(shopper), asked(zone)), titles(texts)
    tables: tuple[Tabling, ...] = (*own, *further)
    columns, numbers = columns_of(tables), _numbers(columns_of(own))
    widest = 5.0 if most < inf else 10.0  # uncapped, far tails count
    scaled = Scaled(_both(columns, numbers, numbers if further else None), columns, most=widest)
    reading = Scaled(_both(columns, _numbers(columns), None), columns, most=widest)
    anew = Restarted(scaled, Adwin(1e-5, side="up"), "squared")
    return App(
        name="spend",
        about="a basket has ended: how much does the shopper spend in the next week?",
        asks=shopper.ended(),
        answers=(total(kind, "amount", scale=1 / minor, most=most),),
        window_s=window_s,
        tables=tables,
        slices=shopper.slices(columns, "purse"),
        champion=Rescaled(scaled),
        challengers=(
            ("restarted", Rescaled(Mixture((scaled, anew), "squared", rate=0.1))),
            *((("titles", Rescaled(reading)),) if further else ()),
        ),
        loss=squared,
        unit=unit,
        time_zone=zone,
    )


def _numbers(columns: tuple[Column, ...]) -> tuple[str, ...]:
    return tuple(column.name for column in columns if column.is_number)


def _both(columns: tuple[Column, ...], numbers: tuple[str, ...], use: tuple[str, ...] | None) -> Mixture:
    """Return what knows each shopper, mixed with what forgets no evidence of how numbers go together."""
    by = Ftrl(alpha=0.02, beta=20.0, l2=2.0)
    each = Linear(columns, "squared", by, use=(*numbers, "asked.user"), slot_value=5.0)
    return Mixture((each, Newton(columns, "squared", ridge=100.0, use=use)), "squared", rate=1e-4)
