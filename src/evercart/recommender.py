"""Recommender: answers in process, from states that are level with the log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from evercart.asks.weave import DECISION
from evercart.catalogue import ITEM, Catalogue
from evercart.deciding import time_before
from evercart.erasures import ERASE, begun_in, finished
from evercart.errors import UserError, expected, require
from evercart.events.batch import DTYPES, Events, missing
from evercart.events.kinds import number as kind_number
from evercart.features.encoders import titled
from evercart.following import Following, Guesses
from evercart.hashing import U64, hash_name, mix
from evercart.hidden import Hidden
from evercart.learners.isolated import Isolated, own
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.popular import Popular
from evercart.learners.neighbours.repeats import Repeats
from evercart.learners.policies.left_out import LeftOut
from evercart.learners.policies.not_bought import NotBought
from evercart.learners.policies.policy import Policy, Shown
from evercart.learners.policies.purchases import purchased
from evercart.learners.policies.slate import Asked
from evercart.learners.reasons.why import Reason, Why
from evercart.log import Log
from evercart.shortlist import Shortlist
from evercart.units import DAY_S

if TYPE_CHECKING:
    from evercart.shop import Shop

LEARNED: Final = 200_000  # rows
_NEVER: Final = int(np.iinfo(np.int64).max)  # an offset that no log reaches
_KEPT_S: Final = 3650 * DAY_S  # what was popular long ago is better than nothing


class Answered(NamedTuple):
    """One item of an answer.

    item     its name
    score    of the ranker; only differences within an answer mean anything
    place    counted from 1
    chance   with which this item was drawn for this place; 1 where nothing is drawn
    why      what its score would miss most, in words too; the rule first that put it there, if one did
    """

    item: str
    score: float
    place: int
    chance: float
    why: tuple[Reason, ...]


@dataclass(frozen=True)
class Answer:
    """A list of items, best first.

    empty    why there is none; "" where there are some
    removed  how many candidates were taken out, by reason
    offset   next offset of the log when it was answered
    number   names the question in the draws of its policy
    us       log time of the question
    """

    items: tuple[Answered, ...]
    empty: str
    removed: dict[str, int]
    offset: int
    number: int
    us: int = 0

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Answered]:
        return iter(self.items)


class Saved(NamedTuple):
    """What the ring has learned, up to an offset: states as `Following` takes them, with the racer that is live."""

    states: Mapping[str, Any]
    at: int
    us: int
    ranker: Guesses


class Recommender:
    """Answers which items come next; one object may be asked by several threads.

    parts      what ranks
    log        rows logged since the last question are taken in first: a click changes the next answer
    now_us     the clock; a log that is not live yet keeps history's
    policy     what is shown of what is ranked
    catalogue  filled here; hand one in to let parts of a policy look into it
    finished   whether the erasure begun at an offset has its receipt
    learned    how many of the newest rows the ranker learns from at first; sources learn from all
    saved      what the ring has learned, which is gone on from; without it, all is learned from the log's start
    served     whether this answers for a process that serves: the ranker learns nothing here, its weights come by
               `weigh`; after an erasure it only hides the name, and is `stale`, as nobody may wait that long

    When an erasure begins, its name is out of the next answer: states are built again without it, which takes as
    long as at the start; until it has its receipt, the name is a stranger's.
    """

    def __init__(
        self,
        parts: Shortlist,
        log: Log,
        now_us: Callable[[], int],
        *,
        policy: Policy | None = None,
        catalogue: Catalogue | None = None,
        finished: Callable[[int], bool] = lambda offset: False,
        learned: int = LEARNED,
        saved: Saved | None = None,
        served: bool = False,
    ) -> None:
        self.parts, self._now_us = parts, now_us
        self._log = titled(log, parts.texts)
        self.catalogue = catalogue or Catalogue(log.key)
        self.hidden = Hidden(finished)
        own = (LeftOut(self.hidden.of["item"], "erased"), LeftOut(self.catalogue.name, "without a name", others=True))
        given = policy or Policy()
        self._policy = replace(given, parts=(*own, *given.parts))
        self._why, self._silent = Why(parts.sources), Why(parts.sources, most=0)
        self._learned, self._served, self.stale = learned, served, False
        self._popular = Popular(parts.kind, keep_s=_KEPT_S)
        self._favourites = self._popular.start()
        self._repeats, self._remembers = Repeats(), any(isinstance(part, NotBought) for part in given.parts)
        self._reads = parts.reads
        bought = (kind_number(self._repeats.kind),) if self._remembers else ()
        self._columns = (*self._reads, *self._popular.reads, *(self._repeats.reads if self._remembers else ()))
        self._kinds = {*parts.kinds, *bought, ITEM, ERASE}
        self._lock = threading.Lock()
        self._live = False
        self._known = log.next_offset  # before it, all erasures are known
        erasures = begun_in(log, 0, self._known)
        for one in erasures:
            self.hidden.add(one)
        later = saved is not None and any(one.offset >= saved.at for one in erasures)
        self._begin(None if later or self.hidden.columns else saved)  # what was saved may know who is erased
        self._read()

    @property
    def at(self) -> int:
        """Return the next offset of the log to be taken in."""
        return self._at

    @property
    def places(self) -> int:
        """Return the places of a list where a question does not say."""
        return self._policy.k

    def weigh(self, ranker: Guesses, state: Any) -> None:
        """Let other weights order the candidates from now on; the state is consumed."""
        with self._lock:
            self._following.weigh(ranker, state)

    def level(self, most: int | None = None) -> int:
        """Take in what the log has more, at most so many rows; return how many are left."""
        with self._lock:
            return self._read(most)

    def answer(
        self,
        *,
        session: str | None = None,
        user: str | None = None,
        item: str | None = None,
        k: int | None = None,
        why: bool = True,
        now_us: int | None = None,
        level: bool = True,
        popular: bool = False,
        beside: bool = False,
    ) -> Answer:
        """Return what to show to someone now; of strangers nothing is known, so they are shown what is popular.

        session, user   names, as they were sent; None: not known
        item            that is looked at, where the session does not tell
        k               places, where others than the policy's are wanted; of fewer candidates, all are shown
        why             whether to say why
        now_us          log time of the question, where the clock's is not meant; never before the last row's
        level           whether to take in first what the log has more
        popular         whether to show what is popular, whoever asks: the answer where nothing better is at hand
        beside          whether the list is to stand beside the item that is looked at, so without it
        """
        require_places(k)
        keys = {"session": session, "user": user, "item": item}
        asked = {name: self._hash(name, value) for name, value in keys.items() if value is not None}
        with self._lock:
            if level:
                self._read()
            asked = {name: 0 if self.hidden.covers(name, key) else key for name, key in asked.items()}
            self._following.wait(self._us(now_us))
            offered = self._offered(asked, popular)
            if beside:
                offered = offered.rows(offered.item != asked.get("item", 0))
            return self._answer(offered, asked, k, why, popular)

    def _answer(self, offered: Candidates, keys: dict[str, int], k: int | None, why: bool, popular: bool) -> Answer:
        following, user = self._following, keys.get("user", 0)
        score = offered.score.astype(np.float64) if popular or not len(offered) else following.score(offered.x)
        number = int(mix(U64(following.at), U64(keys.get("session", 0) ^ user ^ keys.get("item", 0)))) >> 1
        asked = Asked(number, following.us, user, partial(purchased, self._bought, user))
        shown = self._policy.show(offered.item, score, asked, k)
        reasons: list[tuple[Reason, ...]] = [()] * len(shown)
        if not popular:
            say = self._why if why else self._silent
            reasons = say(offered.x[shown.row], following.score, shown.mark)
        removed = {one.reason: one.items for one in shown.removed}
        return Answer(self._named(shown, reasons), shown.empty, removed, self._at, number, following.us)

    def _offered(self, keys: dict[str, int], popular: bool) -> Candidates:
        if popular:
            return self._popular.peek(self._favourites, self._question({}))
        return self._following.offered(self._question(keys))

    def _named(self, shown: Shown, reasons: list[tuple[Reason, ...]]) -> tuple[Answered, ...]:
        rows = zip(shown.item.tolist(), shown.score.tolist(), shown.chance.tolist(), reasons, strict=True)
        named = self.catalogue.name
        return tuple(Answered(named[item], score, at, *rest) for at, (item, score, *rest) in enumerate(rows, 1))

    def _question(self, keys: dict[str, int]) -> Events:
        clock = {"offset": self._following.at, "kind": DECISION, "number": 0}
        clock |= dict.fromkeys(("logged_us", "event_us"), self._following.us)
        said = {**dict.fromkeys((*self._reads, *self._popular.reads), None), **keys, **clock}
        return Events({name: _one(name, value) for name, value in said.items()})

    def _hash(self, name: str, value: str) -> int:
        require(isinstance(value, str) and value != "", f"recommend.{name}", "a name", value)
        try:
            return hash_name(value, self._log.key)
        except UnicodeEncodeError:
            raise UserError(expected(f"recommend.{name}", "a name in UTF-8", "other bytes")) from None

    def _us(self, now_us: int | None) -> int:
        """Return the log time of a question."""
        if now_us is None:
            now_us = self._now_us() if self._live else self._following.us
        return max(now_us, self._following.us)

    def _begin(self, saved: Saved | None = None) -> None:
        """Forget all states but those that are handed in."""
        self._following = Following(self.parts, *saved) if saved else Following(self.parts)
        self._bought, self._favourites, self._at = self._repeats.start(), self._popular.start(), 0
        self._from = saved.at if saved else self._log.next_offset - self._learned
        if self._served:
            self._from = _NEVER

    def _read(self, most: int | None = None) -> int:
        """Take in what the log has more; from its start, where an erasure was begun meanwhile; return what is left."""
        for name in self.hidden.look() if not self.stale else ():
            self.catalogue.forget(name)  # rows that were not blanked yet had told it again
        end = self._log.next_offset
        stop = end if most is None else min(end, self._at + most)
        try:
            while self._at < stop:
                self._take(stop)
                self._live = self._live or self._log.live_from is not None
        except BaseException:  # states may have taken in some rows: they would count twice
            self._begin()
            raise
        return end - stop

    def _take(self, stop: int) -> None:
        columns = tuple(dict.fromkeys((*self._columns, *self.hidden.columns)))
        for events in self._log.read(self._at, stop, columns=columns, kinds=self._kinds):
            if self._to_erase(events):
                self.stale = self._served
                if not self._served:
                    self._begin()
                    return
            self.catalogue.take(events, partial(self._log.names, kinds=self._kinds))
            events = self.hidden.left(events)
            known, old = np.searchsorted(events.offset, (self._following.at, self._from)).tolist()
            if old > known:
                self._following.take(events.rows(slice(known, old)), learn=False)
            self._following.take(events.rows(slice(max(known, old), None)))
            self._count(events)
        self._at = stop

    def _to_erase(self, events: Events) -> bool:
        """Hide what erasures name that begin among these rows; return whether one does that was not known."""
        at = events.offset[(events.kind == ERASE) & (events.offset >= self._known)]
        if not len(at):
            return False
        self._known = int(at[-1]) + 1
        for one in begun_in(self._log, int(at[0]), self._known):
            self.hidden.add(one)
            self.catalogue.forget(int(one.hash, 16))
        return True

    def _count(self, events: Events) -> None:
        """Take in who bought what, what is popular."""
        if not len(events):
            return
        plain = Events({**events.columns, "number": np.full(len(events), -1)})
        self._favourites, _ = self._popular.step(self._favourites, plain)
        if self._remembers:
            self._bought, _ = self._repeats.step(self._bought, plain)


def _one(name: str, value: Any) -> NDArray[Any]:
    return np.array([missing(name) if value is None else value], DTYPES[name])


def require_places(k: int | None) -> None:
    """Raise `UserError` for a list that could have no place."""
    require(k is None or (isinstance(k, int) and k >= 1), "recommend.k", "at least 1", k)


def recommender(shop: Shop, app: str, **given: Any) -> Recommender:
    """Return what answers for a shop's app that ranks: with what the ring has learned, where it has.

    given    what else a `Recommender` may be given, such as a policy
    """
    ranks = shop.app(app).candidates
    if ranks is None:
        raise UserError(expected("recommend.app", "an app that ranks", app))
    parts = replace(ranks, tick=shop.config.tick)
    given = {"saved": _saved(shop, app), "finished": partial(finished, shop.folder)} | given
    return Recommender(parts, shop.log, shop.clock.now_us, **given)


def _saved(shop: Shop, app: str) -> Saved | None:
    """Return the states of the last checkpoint, where the ring turns this app; with the racer that was live there."""
    ring = shop.ring()
    lane = next((one for one in ring.lanes() if one.app.name == app), None)
    found = shop.checkpoints.last(ring) if lane else None
    if lane is None or found is None:
        return None
    states, at = found
    racer = lane.racers[lane.reign.current(states[lane.gates[0].name])]
    learner, state = racer.fold, own(states[racer.name])
    if isinstance(learner, Isolated):
        learner = learner.learner
    held = {"asks": states[lane.asks.name], "lists": states[lane.pairs.name], "ranker": state}
    held |= {f"source{at}": states[stage.name] for at, stage in enumerate(lane.tables)}
    return Saved(held, at, time_before(shop.log, at), cast(Guesses, learner))
