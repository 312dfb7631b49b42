"""Recommending: a log walked once, each question ranked before its answer is learned from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.apps.recommend import NAME
from evercart.backtest import TooEarly
from evercart.errors import expected
from evercart.evaluate.alone import alone, scored
from evercart.evaluate.behind import MODES, ahead, edges, sample
from evercart.evaluate.beside import Asked, beside
from evercart.evaluate.hits import Hits
from evercart.evaluate.places import Places
from evercart.evaluate.ranking import Ranking
from evercart.evaluate.recommended import CLICKS, Ranked, Recommended
from evercart.evaluate.refit import first_quarter
from evercart.evaluate.sure import shares
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.features.encoders import titled
from evercart.fold import Fold
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED, tick_of
from evercart.learners.neighbours.candidates import Candidates, ranked, unite
from evercart.loop import Stopwatch
from evercart.shortlist import Shortlist
from evercart.units import DAY_S

if TYPE_CHECKING:
    from evercart.shop import Shop

_ROWS: Final = 256  # of the log at a time: candidates with all that is said of them are 200 times as large
_WOVEN: Final = 1 << 14  # of the log at a time where there are no candidates
_WARM: Final = 64  # rows that are walked beforehand, so that no measured second is spent on compiling
_STALE: Final = 200_000  # questions that a stale blend is asked at most; beyond it, those of one session in so many
_REMEMBERED_S: Final = 400.0 * DAY_S  # how long a shopper may stay away before being as new
Ints = NDArray[np.int64]
Told = Callable[[str, float | None], None]  # which step, which part of it is done, where that is known


def recommending_shop(shop: Shop, parts: Shortlist, told: Told = lambda step, part: None) -> Recommended:
    """Walk a shop's log; write the page, reports/backtest-recommend.html."""
    from evercart.reporting import write_recommended  # pages bring plotly, which no learner waits for

    parts = replace(parts, tick=shop.config.tick)
    batches = titled(shop.log, parts.texts).read(0, columns=parts.reads, kinds=parts.kinds)
    found = recommending(parts, batches, shop.clock.cpu_s, told)
    write_recommended(shop.folder, shop.config.name, shop.clock.now_us(), found)
    return found


def recommending(
    parts: Shortlist, batches: Iterator[Events], cpu_s: Callable[[], float], told: Told = lambda step, part: None
) -> Recommended:
    """Walk a log once, test then train; raises `TooEarly` where nothing answers any question.

    batches    of the whole log, with the columns and kinds that the parts read
    """
    log = _read(parts, batches)
    _walk(parts, log.head(parts, _WARM), lambda: 0.0, lambda step, part: None)
    walked = _walk(parts, log, cpu_s, told)
    hits, keys = walked.hits, _dense(log.rows[parts.by])
    session = keys[np.searchsorted(log.rows.offset, hits.offset)]
    return Recommended(
        task=parts.task,
        clicks=len(log.rows),
        sessions=int(keys.max()) + 1,
        items=len(np.unique(log.rows["item"])),
        hits=hits,
        session=session,
        blend=Ranked(hits.rank, walked.cpu_s),
        baselines=beside(Asked(parts.task, parts.by, parts.gap_s, parts.k), log.rows, hits, cpu_s, told),
        alone=walked.alone,
        stale=walked.stale,
        coverage=walked.coverage,
        waited_h=walked.waited_h,
        share=walked.share,
        familiar=_familiar(parts, log, hits),
        cut=parts.k,
    )


class _Log(NamedTuple):
    """A log in memory, the ids as hashes."""

    events: Events  # all that is read
    rows: Events  # those of the kind that is asked about
    answers: Hits  # of the questions, in the order of asking

    def head(self, parts: Shortlist, size: int) -> _Log:
        """Return the first events alone."""
        return _log(parts, self.events.rows(slice(size)))


def _read(parts: Shortlist, batches: Iterator[Events]) -> _Log:
    events = Events.concat([Events.of(kind=[], **{name: [] for name in parts.reads}), *batches])
    of_kind = events.kind == kind_number(parts.kind)
    known = (events[parts.by] != 0) & (events["item"] != 0)
    log = _log(parts, events.rows(~of_kind | known))
    if not len(log.answers):
        clicks = parts.task == CLICKS
        rule = f"{parts.kind} events " + (
            f"that follow another of their {parts.by}" if clicks else "with their shopper"
        )
        got = f"{int(of_kind.sum()):,} of the kind, {len(log.rows):,} with {parts.by} and item"
        raise TooEarly(expected(f"app {NAME}", rule, got + (", none of them after another" if clicks else "")))
    return log


def _log(parts: Shortlist, events: Events) -> _Log:
    """Return a log with the answers of its questions, found as they are when lists are scored."""
    asks: Any = parts.asks
    ranking = _ranking(parts)
    asking, judging, found = asks.start(), ranking.start(), []
    nothing = np.zeros(0, np.int64), np.zeros(0, np.uint64)
    for start in range(0, max(len(events), 1), _WOVEN):
        asking, woven = asks.step(asking, events.rows(slice(start, start + _WOVEN)))
        judging, hits = ranking.step(judging, (woven, *nothing))
        found.append(hits)
    return _Log(events, events.rows(events.kind == kind_number(parts.kind)), Hits.concat(found).by_question())


def _ranking(parts: Shortlist) -> Ranking:
    """Return what scores the lists: one answer a question, or those of a basket."""
    if parts.task == CLICKS or parts.ranking.answers > 1:
        return parts.ranking
    return replace(parts.ranking, answers=256, back=256, window_s=_REMEMBERED_S, keep_s=_REMEMBERED_S)


def _dense(keys: NDArray[np.uint64]) -> Ints:
    """Return the number of each row's key, in the order in which keys begin."""
    _, first, at = np.unique(keys, return_index=True, return_inverse=True)
    place = np.empty(len(first), np.int64)
    place[np.argsort(first)] = np.arange(len(first))
    return place[at]


def _familiar(parts: Shortlist, log: _Log, hits: Hits) -> NDArray[np.bool_] | None:
    """Return whether each answer's shopper was known before: before this basket, or before this session."""
    if parts.task != CLICKS:
        return hits.place > 1
    if "user" not in log.rows.columns:
        return None
    first = [_first(log.rows[name]) for name in ("user", parts.by)]
    at = np.searchsorted(log.rows.offset, hits.offset)
    known: NDArray[np.bool_] = (first[0] < first[1])[at] & (log.rows["user"][at] != 0)
    return known


def _first(keys: NDArray[np.uint64]) -> Ints:
    """Return the row at which each row's key came first."""
    _, first, at = np.unique(keys, return_index=True, return_inverse=True)
    return first[at]


class Walked(NamedTuple):
    """What a walk found; the rows of all arrays are those of the answers, in the order of asking."""

    hits: Hits
    share: NDArray[np.float64]
    alone: dict[str, Ranked]
    stale: dict[str, Ranked]
    coverage: float
    waited_h: NDArray[np.float64]
    cpu_s: float


@dataclass
class _Round:
    """The folds of the app with their states: a batch goes once round."""

    parts: Shortlist
    watch: Stopwatch
    folds: dict[str, Fold[Any, Any, Any]] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folds = {**self.parts.stages(), "ranking": _ranking(self.parts)}
        self.states = {name: fold.start() for name, fold in self.folds.items()}

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(f"source{at}" for at in range(len(self.parts.sources)))

    def go(self, name: str, batch: Any) -> Any:
        self.states[name], out = self.folds[name].step(self.states[name], batch)
        return out

    def step(self, events: Events) -> tuple[Events, dict[str, Candidates], Candidates, Hits]:
        """Return the woven rows, what each source offers, what is shown, what was answered."""
        woven, offered = self.go("asks", events), {}
        with self.watch.on(NAME):
            for name in self.sources:
                with self.watch.on(name):
                    offered[name] = self.go(name, woven)
            shown = self._ranked(list(offered.values()), woven)
        return woven, offered, shown, self.go("ranking", (woven, shown.question, shown.item))

    def _ranked(self, offered: list[Candidates], woven: Events) -> Candidates:
        """Return the candidates as the ranker orders them, which learns from what was answered meanwhile."""
        united = offered[0] if len(offered) == 1 else unite(offered)
        turns = self.go("lists", (woven, (united.question, united.item, united.x)))
        guesses = self.go("ranker", turns)
        score = guesses[turns.what == ASKED].astype(np.float32)
        return ranked(united.question, united.item, score, united.x[:, :0])


def _walk(parts: Shortlist, log: _Log, cpu_s: Callable[[], float], told: Told) -> Walked:
    """Go through the log batch by batch; beside each, ask the sources alone, the stale blends."""
    going, events, answers = _Round(parts, Stopwatch(cpu_s)), log.events, log.answers
    fresh = partial(Places.of, answers.number, answers.item, parts.k)
    orders = {
        name: (at, column)
        for at, one in zip(going.sources, parts.sources, strict=True)
        for name, column in alone(one).items()
    }
    singly, stale = {name: fresh() for name in orders}, {name: fresh() for name in MODES}
    holds = _holds(parts, log)
    sampled = parts.by, _sampled(parts, log)
    found, sure, start = [], [], 0
    also = np.concatenate([*holds.values()]) if holds else np.zeros(0, np.int64)
    for batch in whole_ticks(events, parts.tick, _ROWS, also):
        for name, held in holds.items():
            at = int(np.searchsorted(held, start))
            if at < len(held) and held[at] == start:
                stop = int(held[at + 1]) if at + 1 < len(held) else len(events)
                told(f"{NAME}: {name}", start / len(events))
                ahead(going.folds, going.states, going.sources, events.rows(slice(start, stop)), sampled, stale[name])
                told(f"{NAME}: {name}", stop / len(events))
        woven, offered, shown, hits = going.step(batch)
        found.append(hits)
        sure.append(shares(shown.question, shown.score))
        asked = woven["number"][woven.asked]
        for name, (source, column) in orders.items():
            one = offered[source]
            singly[name].put(asked, one.question, one.item, *scored(one, column))
        start += len(batch)
        told(f"{NAME}: walk the log", start / len(events))
    spent, ranking = going.watch.spent, _ranking(parts)
    return Walked(
        hits=Hits.concat(found).by_question(),
        share=_share(sure, answers.number),
        alone={name: Ranked(one.rank, spent[orders[name][0]]) for name, one in singly.items()},
        stale={name: Ranked(one.rank, 0.0) for name, one in stale.items() if (one.rank >= -1).any()},
        coverage=ranking.coverage(going.states["ranking"]),
        waited_h=ranking.waited_h(going.states["ranking"]),
        cpu_s=spent[NAME],
    )


def _holds(parts: Shortlist, log: _Log) -> dict[str, Ints]:
    """Return the rows at which each stale blend is held still, by its name."""
    us = log.events.logged_us
    tick = tick_of(us, log.events.offset, parts.tick.us, parts.tick.events)
    begin_us = first_quarter(log.rows.logged_us)
    return {name: edges(us, tick, begin_us, period) for name, period in MODES.items()}


def _sampled(parts: Shortlist, log: _Log) -> NDArray[np.uint64]:
    """Return the keys whose questions are put to the stale blends."""
    return sample(log.rows[parts.by], -(-len(log.answers) // _STALE))


def _share(sure: list[tuple[Ints, NDArray[np.float64]]], number: Ints) -> NDArray[np.float64]:
    """Return the first candidate's share for the question of each answer; NaN where there was no candidate."""
    question, share = (np.concatenate(column) for column in zip(*sure, strict=True))
    at = np.minimum(np.searchsorted(question, number), max(len(question) - 1, 0))
    if not len(question):
        return np.full(len(number), np.nan)
    return np.where(question[at] == number, share[at], np.nan)


def whole_ticks(events: Events, tick: Tick, rows: int, also: Ints | None = None) -> Iterator[Events]:
    """Cut a log into batches of whole ticks, each of `rows` unless a tick is longer.

    also    further rows to cut before, each the first of a tick
    """
    ticks = tick_of(events.logged_us, events.offset, tick.us, tick.events)
    cuts = np.append(np.flatnonzero(np.diff(ticks)) + 1, len(events))
    wanted = np.arange(rows, len(events), rows)
    more = np.zeros(0, np.int64) if also is None else also
    edges = np.unique(np.concatenate([[0], more, cuts[np.searchsorted(cuts, wanted)], cuts[-1:]]))
    for start, stop in pairwise(edges.tolist()):
        yield events.rows(slice(start, stop))
