"""Profile: a basket has ended; what is the shopper worth in the next four weeks?"""

from __future__ import annotations

from functools import partial
from math import inf
from typing import Any

from evercart.app import App, columns_of
from evercart.apps.shopping import Shopper, asked
from evercart.apps.spend import purse
from evercart.errors import require
from evercart.evaluate.losses import squared
from evercart.features import Column
from evercart.features.interests import Interests
from evercart.features.lives import Lives
from evercart.features.tabling import Tabling
from evercart.features.titles import titles
from evercart.labels.answers import total
from evercart.learners.corrected import Corrected
from evercart.learners.ftrl import Ftrl
from evercart.learners.learner import Learner
from evercart.learners.lifetime.lifetime import SHOWN, Lifetime
from evercart.learners.lifetime.segments import Segments
from evercart.learners.linear import Linear
from evercart.learners.mixture import Mixture
from evercart.learners.newton import Newton
from evercart.learners.rescaled import Rescaled
from evercart.learners.scaled import Scaled
from evercart.units import DAY_S, HOUR_S


def calibrated(columns: tuple[Column, ...], without: tuple[str, ...] = ()) -> Scaled[Any]:
    """Return a learner of sums: what goes together in numbers, mixed with what is each shopper's own.

    without    names of columns that are not read
    """
    numbers = tuple(column.name for column in columns if column.is_number and column.name not in without)
    own = tuple(column.name for column in columns if column.name in ("asked.user", "segment"))
    each = Linear(columns, "squared", Ftrl(alpha=0.02, beta=20.0, l2=2.0), use=(*numbers, *own), slot_value=5.0)
    together = Newton(columns, "squared", ridge=100.0, use=numbers if without else None)
    return Scaled(Mixture((each, together), "squared", rate=1e-4), columns)


def known(columns: tuple[Column, ...], window_s: float, scale: float, inner: Any = calibrated) -> Lifetime[Any]:
    """Return a learner that knows lifetimes, then segments, whose forecast is corrected by one of all columns."""
    longer = (*columns, *SHOWN)
    widest = (*longer, Column("segment", slots=7))
    corrected: Corrected[Any] = Corrected(Rescaled(inner(widest)), widest, SHOWN[2].name)
    return Lifetime(Segments(corrected, longer), columns, window_s, scale)


def profile(
    kind: str = "order",
    gap_s: int = 0,
    window_s: float = 28 * DAY_S,
    zone: str = "UTC",
    unit: str = "USD",
    minor: int = 100,
    most: float = inf,
    texts: str = "",
) -> App:
    """Return the app; its tables with the champion's lifetimes, segments are what `evercart profile` shows.

    kind        of the rows that are lines of baskets, whose amounts answer
    gap_s       between the rows of one basket, at most; 0 where its lines share one time
    window_s    over which is summed
    zone        in which it is Monday or not, and whose days the report has
    unit        of the label, with `minor` minor units in one
    most        what is spent beyond it is not counted
    texts       encoder of the titles of what was bought, which a challenger reads, too; see `repurchase`

    The challenger sees no lifetimes, no segments: what they are worth is seen in the race.

    >>> [table.name for table in profile().tables]
    ['lives', 'interests', 'purse', 'asked']
    """
    require(minor >= 1, "profile.minor", "at least 1", minor)
    shopper = Shopper(kind, gap_s)
    further = titles(texts)
    lives = Lives(kind, gap_s=max(8 * HOUR_S, gap_s))
    tables: tuple[Tabling, ...] = (lives, Interests(), purse(shopper), asked(zone), *further)
    columns, said = columns_of(tables), tuple(column.name for table in further for column in table.columns)
    plain: Learner[Any] = Rescaled(calibrated(columns, said))
    reading: tuple[tuple[str, Learner[Any]], ...] = ()
    if further:
        reading = (("titles", known(columns, window_s, 1 / minor)),)
    return App(
        name="profile",
        about=f"a basket has ended: what is the shopper worth in the next {window_s / DAY_S:g} days?",
        asks=shopper.ended(),
        answers=(total(kind, "amount", scale=1 / minor, most=most),),
        window_s=window_s,
        tables=tables,
        slices=shopper.slices(columns, "purse"),
        champion=known(columns, window_s, 1 / minor, partial(calibrated, without=said)),
        challengers=(("habits", plain), *reading),
        loss=squared,
        unit=unit,
        time_zone=zone,
    )
