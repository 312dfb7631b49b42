"""Repurchase: a basket has ended; is the shopper back within the week?"""

from __future__ import annotations

from dataclasses import replace

from evercart.app import App, columns_of
from evercart.apps.deeper import factored
from evercart.apps.shopping import Shopper, asked, evenly
from evercart.evaluate.drift.adwin import Adwin
from evercart.evaluate.losses import log_loss
from evercart.features import Feature, Minus, Table
from evercart.features.tabling import Tabling
from evercart.features.titles import titles
from evercart.labels.answers import yes
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from evercart.learners.mixture import Mixture
from evercart.learners.restarted import Restarted
from evercart.learners.scaled import Scaled
from evercart.units import DAY_S


def habits(shopper: Shopper) -> Table:
    """Return what is known of how often the shopper comes.

    A level with its changes, not the same pace seven times; a "yes" is the closer the shorter the last pauses
    were against the usual ones.
    """
    seen, last = shopper.count(28).log1p(), shopper.ago(1, 60).log1p()
    lately, often = shopper.days(14), shopper.visits(14)
    week, month = shopper.change("visits", 7, 28), shopper.change("visits", 28, 112)
    numbers: tuple[Feature, ...] = (
        seen,
        often,
        shopper.change("visits", 2, 7),
        week,
        month,
        Minus(lately, often),
        Minus(shopper.days(56), shopper.visits(56)),
        Minus(shopper.ago(3, 60).log1p(), last),
        shopper.lines.log1p(),
        Minus(shopper.paid.log1p(), shopper.usual.log1p()),
        *(lately.hinge(knot) for knot in evenly(-1, 1.5, 2)),
        *(seen.hinge(knot) for knot in evenly(1, 3, 2)),
    )
    buckets = (
        shopper.bucket(seen, 0, 4),
        shopper.bucket(often, -2, 2),
        shopper.bucket(week, -1.5, 1.5),
        shopper.bucket(month, -1.5, 1.5),
        shopper.bucket(shopper.days(56), -2, 2),
        shopper.bucket(shopper.days(112), -2, 2),
        shopper.bucket(last, 0, 4),
        shopper.bucket(shopper.ago(8, 120).scaled(1 / 8).log(0.05), -2, 3),
    )
    return shopper.table("habits", (*numbers, *buckets))


def repurchase(
    kind: str = "order",
    gap_s: int = 0,
    window_s: float = 7 * DAY_S,
    zone: str = "UTC",
    deep: bool = False,
    device: str = "cpu",
    texts: str = "",
) -> App:
    """Return the app.

    kind        of the rows that are lines of baskets, which also answer
    gap_s       between the rows of one basket, at most; 0 where its lines share one time
    window_s    how soon the shopper must be back
    zone        in which it is Monday or not, and whose days the report has
    deep        whether a net races beside them; needs the extra `deep`
    device      where that computes: "cpu" or "cuda"
    texts       encoder of the titles of what was bought, which a challenger reads, too: "auto", "ngrams",
                "sentences" and the like; "none", "" reads none

    The challenger mixes the champion with one that begins anew from recent memory once its losses have risen.
    A yes is learned when its window closes, like a no: learned at once, the newest labels would all be yes.

    >>> repurchase().unit
    'chance'
    """
    shopper = Shopper(kind, gap_s)
    own, further = (habits(shopper), asked(zone)), titles(texts)
    tables: tuple[Tabling, ...] = (*own, *further)
    columns = columns_of(tables)
    named = tuple(column.name for column in columns_of(own)) if further else None
    logistic = Linear(columns, "logistic", Ftrl(alpha=0.02, beta=1.0, l2=5.0), use=named, slot_value=2.0)
    champion = Scaled(logistic, columns, most=5.0)
    reading = Scaled(replace(logistic, use=None), columns, most=5.0)
    anew = Restarted(champion, Adwin(1e-5, side="up"), least=1024)
    return App(
        name="repurchase",
        about="a basket has ended: is the shopper back within the week?",
        asks=shopper.ended(),
        answers=(yes(kind, at_once=False),),
        window_s=window_s,
        tables=tables,
        slices=shopper.slices(columns, "habits"),
        champion=champion,
        challengers=(
            ("restarted", Mixture((champion, anew))),
            *((("titles", reading),) if further else ()),
            *((("deep", factored(columns, device=device)),) if deep else ()),
        ),
        loss=log_loss,
        unit="chance",
        time_zone=zone,
    )
