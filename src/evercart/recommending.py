"""Recommending: a log of clicks walked once, each next click ranked before it is learned from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.apps.recommend import NAME, Recommend
from evercart.backtest import TooEarly
from evercart.errors import expected
from evercart.evaluate import baselines
from evercart.evaluate.baselines import Trails
from evercart.evaluate.compare import Difference
from evercart.evaluate.gains import GAINS, gained, means
from evercart.evaluate.hits import Hits, slices
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED, tick_of
from evercart.learners.neighbours.candidates import Candidates, ranked, unite
from evercart.loop import Stopwatch
from evercart.units import DAY_US

TASK: Final = "next click"
MODE: Final = "after every click"
_ROWS: Final = 256  # of the log at a time: candidates with all that is said of them are 200 times as large
_WARM: Final = 64  # clicks that are walked beforehand, so that no measured second is spent on compiling
Ints = NDArray[np.int64]
Baseline = Callable[[Trails], Ints]
Told = Callable[[str, float | None], None]  # which step, which part of it is done, where that is known


class Ranked(NamedTuple):
    """Where one way to rank put the answer of each question, with its CPU seconds."""

    rank: NDArray[Any]  # (questions,) from 0; -1: not in the list
    cpu_s: float


@dataclass(frozen=True)
class Recommended:
    """The blend beside its baselines, all on the same questions, all as fresh as the last click.

    clicks, sessions, items   of the log
    hits                      of the blend, one row a question
    session                   (questions,) dense numbers, in the order in which sessions begin
    cut                       items of a list that count
    """

    clicks: int
    sessions: int
    items: int
    hits: Hits
    session: Ints
    blend: Ranked
    baselines: dict[str, Ranked]
    coverage: float
    cut: int = 20

    def best(self, gain: str) -> str:
        """Return the name of the baseline that gains most."""
        return max(self.baselines, key=lambda name: float(GAINS[gain](self.baselines[name].rank, self.cut).mean()))

    def difference(self, gain: str, name: str) -> Difference:
        """Return what the blend gains over a baseline, with its 95 % interval."""
        ours, theirs = (GAINS[gain](one.rank, self.cut) for one in (self.blend, self.baselines[name]))
        return gained(ours, theirs, self.hits.us, self.session)

    def summary(self) -> dict[str, Any]:
        """Return what `evercart backtest recommend --json` prints."""
        return {
            "app": NAME,
            "task": TASK,
            "mode": MODE,
            "clicks": self.clicks,
            "sessions": self.sessions,
            "items": self.items,
            "questions": len(self.hits),
            "blend": {**self._said(self.blend), "coverage": self.coverage},
            "baselines": {name: self._said(one) for name, one in self.baselines.items()},
            "differences": {
                f"{gain}@{self.cut}": {"baseline": self.best(gain), **self.difference(gain, self.best(gain))._asdict()}
                for gain in GAINS
            },
            "slices": {
                name: {"questions": int(which.sum()), **means(self.blend.rank[which], self.cut)}
                for name, which in slices(self.hits).items()
                if which.any()
            },
        }

    def _said(self, one: Ranked) -> dict[str, float]:
        return {**means(one.rank, self.cut), "cpu_s": round(one.cpu_s, 3)}


def recommending(
    parts: Recommend, batches: Iterator[Events], cpu_s: Callable[[], float], told: Told = lambda step, part: None
) -> Recommended:
    """Walk a log once, test then train; raises `TooEarly` where no click follows another of its session.

    batches    of the whole log, with the columns and kinds that the parts read
    """
    events = Events.concat([_none(parts), *batches])
    is_click = events.kind == kind_number(parts.kind)
    known = (events[parts.by] != 0) & (events["item"] != 0)
    events, clicks = events.rows(~is_click | known), events.rows(is_click & known)
    trails = Trails.of(clicks.logged_us, clicks[parts.by], clicks["item"]) if len(clicks) else None
    if trails is None or not (trails.following >= 0).any():
        rule = f"{parts.kind} events that follow another of their {parts.by}"
        got = (
            f"{int(is_click.sum()):,} of the kind, {len(clicks):,} with {parts.by} and item, none of them after another"
        )
        raise TooEarly(expected(f"app {NAME}", rule, got))
    _walk(parts, events.rows(slice(_WARM)), lambda: 0.0, lambda step, part: None)
    hits, coverage, spent = _walk(parts, events, cpu_s, told)
    found = {}
    for name, rank in beside(parts.k).items():
        told(f"{NAME}: {name}", None)
        rank(trails.head(_WARM))
        began_s = cpu_s()
        found[name] = Ranked(rank(trails)[hits.number], cpu_s() - began_s)
        told(f"{NAME}: {name}", 1.0)
    return Recommended(
        clicks=len(clicks),
        sessions=len(trails.session_starts) - 1,
        items=len(trails.item_starts) - 1,
        hits=hits,
        session=trails.session[hits.number],
        blend=Ranked(hits.rank, spent),
        baselines=found,
        coverage=coverage,
        cut=parts.k,
    )


def beside(top: int) -> dict[str, Baseline]:
    """Return the baselines by name, each as fresh as the blend."""
    return {
        **{f"vmis-knn, last {n}": partial(baselines.vmis, last=n, top=top) for n in (2, 3, 10)},
        **{f"item-cosine, last {n}": partial(baselines.cosine, last=n, top=top) for n in (1, 3)},
        "transitions": partial(baselines.transitions, top=top),
        "popularity, half-life a day": partial(baselines.popularity, half_us=float(DAY_US), top=top),
        "own items, newest first": partial(baselines.newest_own, top=top),
    }


def _none(parts: Recommend) -> Events:
    return Events.of(kind=[], **{name: [] for name in parts.reads})


def _walk(parts: Recommend, events: Events, cpu_s: Callable[[], float], told: Told) -> tuple[Hits, float, float]:
    """Return the hits, the share of items that were shown, the CPU seconds of all but the scoring."""
    stages = parts.stages()
    states = {name: fold.start() for name, fold in stages.items()}
    watch, found, done = Stopwatch(cpu_s), [], 0

    def go(name: str, batch: Any) -> Any:
        states[name], out = stages[name].step(states[name], batch)
        return out

    for batch in whole_ticks(events, parts.tick, _ROWS):
        woven = go("asks", batch)
        with watch.on(NAME):
            offered = [go(f"source{at}", woven) for at in range(len(parts.offering))]
            shown = _ranked(offered, woven, go)
        found.append(go("ranking", (woven, shown.question, shown.item)))
        done += len(batch)
        told(f"{NAME}: walk the log", done / len(events))
    return Hits.concat(found), parts.ranking.coverage(states["ranking"]), watch.spent[NAME]


def _ranked(offered: list[Candidates], woven: Events, go: Callable[[str, Any], Any]) -> Candidates:
    """Return the candidates as the ranker orders them, which learns from what was answered meanwhile."""
    united = offered[0] if len(offered) == 1 else unite(offered)
    turns = go("lists", (woven, (united.question, united.item, united.x)))
    guesses = go("ranker", turns)
    score = guesses[turns.what == ASKED].astype(np.float32)
    return ranked(united.question, united.item, score, united.x[:, :0])


def whole_ticks(events: Events, tick: Tick, rows: int) -> Iterator[Events]:
    """Cut a log into batches of whole ticks, each of `rows` unless a tick is longer."""
    ticks = tick_of(events.logged_us, events.offset, tick.us, tick.events)
    cuts = np.append(np.flatnonzero(np.diff(ticks)) + 1, len(events))
    wanted = np.arange(rows, len(events), rows)
    edges = np.unique(np.concatenate([[0], cuts[np.searchsorted(cuts, wanted)], cuts[-1:]]))
    for start, stop in pairwise(edges.tolist()):
        yield events.rows(slice(start, stop))
