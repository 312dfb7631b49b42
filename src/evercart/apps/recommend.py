"""Recommend: what a shopper will go on to, as a list with the likeliest item first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from evercart.app import App
from evercart.apps.deeper import ranking
from evercart.asks.undecided import Undecided
from evercart.errors import require
from evercart.evaluate.losses import absolute
from evercart.events.kinds import number as kind_number
from evercart.features.encoders import encoder
from evercart.labels.outcomes import Gains
from evercart.labels.pairs import Tick
from evercart.learners.grown import require_trees
from evercart.learners.lambda_rank import LambdaRank
from evercart.learners.learner import Learner
from evercart.learners.neighbours.baskets import Baskets
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.content import Content
from evercart.learners.neighbours.popular import Popular
from evercart.log import Log
from evercart.shortlist import Shortlist, Source
from evercart.units import DAY_S, HOUR_S

NAME: Final = "recommend"
LAMBDA_RANK: Final = "lambda-rank"
OUTCOMES: Final = ("view", "cart", "order")
_LISTS_BYTES: Final = 1 << 26  # of lists that a challenger remembers: it is copied with each batch that it learns


def next_click(
    kind: str = "view",
    sources: tuple[Source, ...] = (),
    k: int = 20,
    tick: Tick | None = None,
    gains: Gains | None = None,
    answers_by: str = "",
) -> Shortlist:
    """Return what ranks the next item of a session, asked after each row of a kind."""
    offering = sources or (Browsing(kind),)
    return Shortlist(offering, kind, "next click", k=k, tick=tick or Tick(), gains=gains, answers_by=answers_by)


def described(kind: str = "view", texts: str = "") -> tuple[Source, ...]:
    """Return the sources of a shop whose items are described by rows of their own.

    texts    names the encoder of titles, "auto" the best that is installed; "none", "": only category, brand, price
             are read
    """
    name = encoder(texts).name if texts not in ("", "none") else ""
    own = Content(kind, by="user", texts=name, near=0, anchors=16, fading=0.9, path_s=60 * DAY_S)
    return (Browsing(kind), Content(kind, texts=name), own, Popular(kind, half_s=14 * DAY_S))


def next_basket(
    kind: str = "order",
    gap_s: float = 0.0,
    sources: tuple[Source, ...] = (),
    k: int = 20,
    tick: Tick | None = None,
    gains: Gains | None = None,
) -> Shortlist:
    """Return what ranks the items of a shopper's next basket, asked as the shopper arrives."""
    offering = sources or (Baskets(kind, gap_s=gap_s),)
    return Shortlist(offering, kind, "next basket", gap_s, k, tick=tick or Tick(), gains=gains)


def shortlist(
    task: str,
    kind: str = "",
    gap_s: float = 0.0,
    k: int = 20,
    content: str = "no",
    texts: str = "",
    tick: Tick | None = None,
    gains: Gains | None = None,
) -> Shortlist:
    """Return what ranks in one of the tasks.

    >>> shortlist("next click").by, shortlist("next basket").by
    ('session', 'user')
    """
    require(content in ("yes", "no"), "recommend.content", "yes or no", content)
    if task == "next click":
        kind = kind or "view"
        return next_click(kind, described(kind, texts) if content == "yes" else (), k, tick, gains)
    require(task == "next basket", "recommend.task", "next click, next basket", task)
    return next_basket(kind or "order", gap_s, k=k, tick=tick, gains=gains)


def found_in(log: Log) -> dict[str, str]:
    """Return the options of a shop that does not say: baskets where nothing was looked at, content where there is any.

    A log without a row is taken for one of clicks.
    """
    looked, told = (_any(log, kind) for kind in ("view", "item"))
    task = "next click" if looked or not log.next_offset else "next basket"
    return {"task": task, "content": "yes" if told else "no"}


def _any(log: Log, kind: str) -> bool:
    return next(log.read(0, columns=(), kinds={kind_number(kind)}), None) is not None


def recommend(
    task: str = "next click",
    kind: str = "",
    gap_s: float = 0.0,
    k: int = 20,
    content: str = "no",
    texts: str = "",
    challenger: str = "",
    zone: str = "UTC",
    deep: bool = False,
) -> App:
    """Return the app.

    task       "next click" or "next basket"
    kind       of the rows that answer: "view", "order" unless said
    gap_s      between the rows of a basket that has no name of its own, at most
    k          items of a list that count
    content    whether clicks are ranked by what items are, too: "yes" or "no"
    texts      encoder of their titles: "auto", "ngrams", "sentences" and the like; "none", "" reads none
    challenger who races against the ranker, to take its place once the gate lets it pass: "lambda-rank", boosted
               trees, which need the extra `trees`; "": nobody
    deep       whether a net races, too, which learns beside the answer what is put in the cart, what is ordered; needs
               the extra `deep`

    >>> recommend().unit
    'NDCG@20'
    """
    parts = shortlist(task, kind, gap_s, k, content, texts)
    further = tuple(one for one in OUTCOMES if one != parts.kind)
    return app_of(replace(parts, further=further) if deep else parts, zone, challenger, deep)


def app_of(parts: Shortlist, zone: str = "UTC", challenger: str = "", deep: bool = False) -> App:
    """Return the app that a shortlist of your own makes; `zone`, `challenger`, `deep` as in `recommend`.

    A net learns beside the answer what the shortlist names as `further`.
    """
    of = "session" if parts.task == "next click" else "basket"
    return App(
        name=NAME,
        about=f"which items come next in the {of}: a list of {parts.k}, the likeliest first",
        asks=parts.asks,
        answers=(),
        window_s=1 * HOUR_S,
        late_s=0,
        tables=(),
        mend=(Undecided(),),
        candidates=parts,
        champion=parts.ranker,
        challengers=(*_challengers(parts, challenger), *((("deep", ranking(parts)),) if deep else ())),
        loss=absolute,
        unit=f"NDCG@{parts.k}",
        time_zone=zone,
    )


def _challengers(parts: Shortlist, name: str) -> tuple[tuple[str, Learner[Any]], ...]:
    require(name in ("", LAMBDA_RANK), "recommend.challenger", f'"" or {LAMBDA_RANK}', name)
    if not name:
        return ()
    require_trees("lambda_rank")
    each = parts.longest * 4 * (len(parts.columns) + 1)
    memory = max(min(_LISTS_BYTES // each, 4096), 256)
    return ((name, LambdaRank(parts.columns, every=min(1024, memory), memory=memory, longest=parts.longest)),)
