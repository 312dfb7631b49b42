"""Behaviour: a shopper is here now; what will they do within the day?"""

from __future__ import annotations

from typing import Any, Final

from evercart.app import App, columns_of
from evercart.apps.deeper import multitask
from evercart.apps.shopping import evenly
from evercart.asks.each import After
from evercart.asks.outcomes import Outcomes
from evercart.evaluate.losses import log_loss
from evercart.evaluate.slices import Buckets
from evercart.features import Column, Decayed, Feature, Hashed, HourOfDay, Recency, Table
from evercart.features.about import About
from evercart.features.tabling import Tabling
from evercart.features.titles import titles
from evercart.labels.answers import yes
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from evercart.learners.weighed import Weighed
from evercart.units import DAY_S, HOUR_S

OUTCOMES: Final = ("view", "cart", "order", "review", "return")
ABOUT: Final = "asked.about"
KEEP_S: Final = 182 * DAY_S


def doings(name: str, key: str, half_lives_s: tuple[int, ...]) -> Table:
    """Return what was done of late of each kind, by a shopper or with an item, as slots of a logarithmic scale."""
    lately = [Decayed(kind, None, half).log1p() for kind in OUTCOMES for half in half_lives_s]
    ago = [Recency(kind).scaled(1 / HOUR_S).log1p() for kind in OUTCOMES[:3]]
    features: tuple[Feature, ...] = (
        *(one.bucket(evenly(0.05, 4.0, 10)) for one in lately),
        *(one.bucket(evenly(0.0, 8.0, 12)) for one in ago),
    )
    return Table(name, (key,), features, keep_s=KEEP_S)


def shared(columns: tuple[Column, ...], read: tuple[Column, ...] = ()) -> Linear:
    """Return one model of all outcomes: a weight of each slot for all of them, beside one for each.

    read    the columns that it reads; all unless said
    """
    use = tuple(column.name for column in read) or None
    return Linear(columns, "logistic", Ftrl(alpha=0.04, beta=1.0, l2=1.0), use=use, crosses=_crosses(read or columns))


def apart(columns: tuple[Column, ...], alpha: float = 0.08, read: tuple[Column, ...] = ()) -> Linear:
    """Return a model of each outcome on its own: no weight is shared, so each may move twice as fast."""
    by = Ftrl(alpha=alpha, beta=1.0, l2=1.0)
    return Linear(columns, "logistic", by, use=(ABOUT,), crosses=_crosses(read or columns), bias=False)


def _crosses(columns: tuple[Column, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((ABOUT, column.name) for column in columns if column.name != ABOUT)


def behaviour(
    kind: str = "view",
    window_s: float = 1 * DAY_S,
    zone: str = "UTC",
    view: float = 1.0,
    cart: float = 1.0,
    order: float = 1.0,
    review: float = 1.0,
    back: float = 1.0,
    deep: bool = False,
    device: str = "cpu",
    texts: str = "",
) -> App:
    """Return the app: after each row of the kind, the chance of each outcome within the window.

    view, cart, order, review, back    how much each outcome's labels count in what is learned (`back`: returns)
    deep    whether a net of all outcomes races beside them; needs the extra `deep`; `device`, where it computes
    texts   encoder of the title of what was looked at, which a challenger reads, too; see `repurchase`

    All outcomes are one model's: see `docs/decisions/0015-behaviour.md`. The challenger shares nothing.

    >>> behaviour().slices.names
    ('view', 'cart', 'order', 'review', 'return')
    """
    about = Table("asked", (), (About(OUTCOMES), Hashed(("user",), 1 << 16), HourOfDay(zone)))
    own = (about, doings("shopper", "user", (HOUR_S, 28 * DAY_S)), doings("item", "item", (28 * DAY_S,)))
    further = titles(texts, "item")
    tables: tuple[Tabling, ...] = (*own, *further)
    columns, read = columns_of(tables), columns_of(own) if further else ()
    weights = (1.0, view, cart, order, review, back)
    racers: dict[str, Any] = {"continual": shared(columns, read), "apart": apart(columns, read=read)}
    racers |= {"titles": shared(columns)} if further else {}
    racers |= {"deep": multitask(columns, ABOUT, OUTCOMES, device=device)} if deep else {}
    champion, *challengers = ((name, Weighed(one, columns, ABOUT, weights)) for name, one in racers.items())
    return App(
        name="behaviour",
        about="a shopper is here now: what will they do within the day?",
        asks=Outcomes(After(kind, ("user", "session", "item", "place")), OUTCOMES),
        answers=tuple(yes(one, at_once=False, apart=True) for one in OUTCOMES),
        window_s=window_s,
        tables=tables,
        champion=champion[1],
        challengers=tuple(challengers),
        loss=log_loss,
        unit="chance",
        time_zone=zone,
        slices=Buckets(0, tuple(place + 1.5 for place in range(len(OUTCOMES) - 1)), OUTCOMES),
    )
