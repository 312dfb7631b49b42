"""Why of a list: what each shown item's score was made of, computed again from a checkpoint before it was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from evercart.asks.weave import DECISION
from evercart.checkpoints import read
from evercart.deciding import time_before
from evercart.errors import UserError
from evercart.events.batch import DTYPES, Events, missing
from evercart.features.encoders import titled
from evercart.following import Following, Guesses
from evercart.hashing import hash_name
from evercart.lane import Lane
from evercart.learners.isolated import Isolated, own
from evercart.learners.reasons.why import Why
from evercart.loop import Ring
from evercart.serve.looking.answered import answered
from evercart.serve.looking.finding import Row
from evercart.shortlist import Shortlist

if TYPE_CHECKING:
    from evercart.shop import Shop

MOST_READ: Final = 500_000  # rows between a checkpoint and a list that are read again
_KEYS: Final = ("user", "session", "item")
STANDIN, GONE, FAR, OTHER = "a stand-in", "checkpoint gone", "checkpoint too far", "other states"


class WhyList(NamedTuple):
    """Why items were shown.

    reasons   by item, what its score would have missed most first; an item that is not offered any more has none
    apart     the most by which a score computed again differs from the logged one
    reason    why nothing could be computed; "" where it could
    """

    reasons: dict[str, tuple[str, ...]]
    apart: float = float("nan")
    reason: str = ""


def why_list(shop: Shop, lane: Lane, row: Row) -> WhyList:
    """Return why a list of an app that ranks was as it was: its sources, its ranker are brought to where it was made.

    row    of the decision, as the log has it
    """
    said, parts, at = answered(row), lane.app.candidates, row["feature_offset"]
    if parts is None or said.fallback or not said.items or at is None:
        return WhyList({}, reason=STANDIN)
    before = [path for path in shop.checkpoints.paths() if int(path.stem) <= at]
    if not before:
        return WhyList({}, reason=GONE)
    if at - int(before[-1].stem) > MOST_READ:
        return WhyList({}, reason=FAR)
    try:
        saved = read(before[-1])
        ring = Ring(shop.apps, shop.config.tick, saved.about["frozen_us"], key=shop.log.key)
        states = shop.checkpoints.states(ring, saved)
    except UserError:
        return WhyList({}, reason=OTHER)
    following = _following(shop, lane, parts, states, saved.next_offset)
    log = titled(shop.log, parts.texts)
    for events in log.read(saved.next_offset, at, columns=parts.reads, kinds=parts.kinds):
        following.take(events)
    following.wait(max(row["event_us"], following.us))
    offered = following.offered(_question(following, row, shop.log.key))
    places = {item: place for place, item in enumerate(offered.item.tolist())}
    known = [one for one in said.items if hash_name(one.item, shop.log.key) in places]
    x = offered.x[[places[hash_name(one.item, shop.log.key)] for one in known]]
    if not len(x):
        return WhyList({})
    found = Why(parts.sources)(x, following.score, [""] * len(x))
    apart = float(np.max(np.abs(following.score(x) - np.array([one.score for one in known]))))
    texts = (tuple(reason.text for reason in reasons) for reasons in found)
    return WhyList({one.item: text for one, text in zip(known, texts, strict=True)}, apart)


def _following(shop: Shop, lane: Lane, parts: Shortlist, states: dict[str, Any], at: int) -> Following:
    """Return the stages of an app that ranks as a checkpoint has them, with the racer that was live there."""
    racer = lane.racers[lane.reign.current(states[lane.gates[0].name])]
    learner = racer.fold.learner if isinstance(racer.fold, Isolated) else racer.fold
    held = {"asks": states[lane.asks.name], "lists": states[lane.pairs.name], "ranker": own(states[racer.name])}
    held |= {f"source{place}": states[stage.name] for place, stage in enumerate(lane.tables)}
    return Following(parts, held, at, time_before(shop.log, at), cast(Guesses, learner))


def _question(following: Following, row: Row, key: int) -> Events:
    clock = {"offset": following.at, "kind": DECISION, "number": 0}
    clock |= dict.fromkeys(("logged_us", "event_us"), following.us)
    asked = {name: hash_name(row[name], key) for name in _KEYS if row[name]}
    said: dict[str, Any] = {**dict.fromkeys(following.parts.reads), **asked, **clock}
    return Events({name: _one(name, value) for name, value in said.items()})


def _one(name: str, value: Any) -> NDArray[Any]:
    return np.array([missing(name) if value is None else value], DTYPES[name])
