"""Recommendation: the Serenade sample click by click beside its baselines; speed, memory at a million sessions."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evercart.asks.each import After
from evercart.evaluate.baselines import Trails, vmis
from evercart.evaluate.gains import GAINS, Asked, gained
from evercart.evaluate.places import Places
from evercart.evaluate.recommended import Ranked, Recommended
from evercart.events.batch import Events
from evercart.fold import pack
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.candidates import Candidates, ranked
from evercart.learners.neighbours.traits import TRAITS
from evercart.recommending import recommending, whole_ticks
from evercart.shortlist import Shortlist
from evercart.units import DAY_S, DAY_US, SECOND_US
from peers import markdown
from shared import DATA, there

SAMPLE = DATA / "serenade_sessions.parquet"
TOP, BATCH, TUNED_DAYS = 20, 256, 10
RULES = (0.5, 1.0, 2.0, 4.0)  # weights of a return, of which the first days choose one
RULE, LEFT_OUT, NIGHTLY = "neighbours and return rule", "blend, own items left out", "VMIS-kNN rebuilt nightly"
WANTED = {"recall": 0.06, "mrr": 0.12}  # relative
SHOWN = {"recall": "Recall@20", "mrr": "MRR@20", "ndcg": "NDCG@20"}
Ints = NDArray[np.int64]


class Clicks(NamedTuple):
    """A log of clicks with dense numbers, in log order."""

    us: Ints
    session: Ints
    item: Ints

    @property
    def events(self) -> Events:
        """Return the clicks as events; ids come as hashes."""
        spread = np.uint64(0x9E3779B97F4A7C15)
        session, item = ((column + 1).astype(np.uint64) * spread for column in (self.session, self.item))
        return Events.of(kind=np.ones(len(self.us)), logged_us=self.us, session=session, item=item)

    @property
    def woven(self) -> Events:
        """Return the clicks with a question after each."""
        asks = After("view", columns=("session", "item"))
        return asks.step(asks.start(), self.events)[1]


def sample(path: Path) -> Clicks:
    table = pq.read_table(path)
    us = table["timestamp"].to_numpy().astype("datetime64[us]").astype(np.int64)
    order = np.argsort(us, kind="stable")
    dense = [np.unique(table[name].to_numpy(), return_inverse=True)[1][order] for name in ("session_id", "item_id")]
    return Clicks(us[order], *dense)


def simulated(sessions: int, clicks: int, items: int, seed: int) -> Clicks:
    """Sessions that stay near one interest, go back a third of the time; starts spread evenly over 30 days."""
    rng = np.random.default_rng(seed)
    session = np.concatenate([np.arange(sessions), rng.integers(0, sessions, clicks - sessions)])
    start = np.sort(rng.integers(0, 30 * DAY_S, sessions))
    us = (start[session] + rng.integers(0, 1200, clicks)) * SECOND_US
    order = np.argsort(us, kind="stable")
    interest = (rng.beta(0.6, 3.0, sessions) * items).astype(np.int64)
    item = (interest[session] + np.abs(rng.standard_cauchy(clicks) * 20).astype(np.int64)) % items
    return Clicks(us[order], session[order], item[order])


def ticks(woven: Events, rows: int) -> Iterator[Events]:
    """Cut a log into batches of whole ticks."""
    return whole_ticks(woven, Tick(), rows)


@dataclass
class Blend:
    """Sources and ranker in a row; CPU seconds of each part."""

    parts: Shortlist = field(default_factory=Shortlist)
    cpu_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))

    def __post_init__(self) -> None:
        self.source: Any = self.parts.sources[0]
        self.lists, self.ranker = self.parts.lists(self.parts.tick), self.parts.ranker
        self.states: list[Any] = [part.start() for part in (self.source, self.lists, self.ranker)]

    def step(self, woven: Events) -> tuple[Candidates, Candidates]:
        """Return the candidates as the source orders them, then as the ranker does."""
        offered, score = self.scored(woven)
        return offered, ranked(offered.question, offered.item, score, offered.x[:, :0])

    def scored(self, woven: Events) -> tuple[Candidates, NDArray[np.float32]]:
        """Return the candidates, the ranker's score of each."""
        clock = [time.process_time()]
        self.states[0], offered = self.source.step(self.states[0], woven)
        clock.append(time.process_time())
        given = (woven, (offered.question, offered.item, offered.x))
        self.states[1], turns = self.lists.step(self.states[1], given)
        clock.append(time.process_time())
        self.states[2], guesses = self.ranker.step(self.states[2], turns)
        clock.append(time.process_time())
        self.cpu_s += np.diff(clock)
        return offered, guesses[turns.what == ASKED].astype(np.float32)


def further(clicks: Clicks, done: Recommended) -> dict[str, Ranked]:
    """Return ways to rank that the backtest does not know: with a return rule, without returns, rebuilt nightly."""
    names = [LEFT_OUT, *(f"{RULE} {weight:g}" for weight in RULES)]
    ways = {name: Places.of(done.hits.number, done.hits.item, done.cut) for name in names}
    blend = Blend()
    for woven in ticks(clicks.woven, BATCH):
        offered, score = blend.scored(woven)
        asked = woven["number"][woven.asked]
        near, nearness, own = (offered.x[:, TRAITS.index(name)] for name in ("near_of_best", "own_nearness", "own"))
        without = np.where(own > 0, np.float32(-np.inf), score)
        ways[LEFT_OUT].put(asked, offered.question, offered.item, without)
        for weight in RULES:
            ruled = near + np.float32(weight) * nearness
            ways[f"{RULE} {weight:g}"].put(asked, offered.question, offered.item, ruled, 0.0)
    found = {name: Ranked(one.rank, 0.0) for name, one in ways.items()}
    early = np.flatnonzero(done.hits.us < done.hits.us[0] + TUNED_DAYS * DAY_US)
    rules = {name: one for name, one in found.items() if name.startswith(RULE)}
    chosen = max(rules, key=lambda name: float(done.gains("recall", rules[name], early).mean()))
    trails = Trails.of(clicks.us, clicks.session, clicks.item)
    midnight = np.searchsorted(clicks.us // DAY_US, clicks.us // DAY_US)
    nightly = Ranked(vmis(trails, indexed=midnight)[done.hits.number], 0.0)
    return {LEFT_OUT: found[LEFT_OUT], chosen: found[chosen], NIGHTLY: nightly}


def gap(done: Recommended, gain: str, ours: Ranked, theirs: Ranked, rows: Ints) -> str:
    """Return how much one way gains over another on some questions, with its interval, in words."""
    asked = Asked.of(done.hits.number[rows])
    mine, its = (GAINS[gain](one.rank[rows], asked, done.cut) for one in (ours, theirs))
    found = gained(mine, its, done.hits.us[rows], done.session[rows])
    return f"{found.mean / its.mean():+.1%} ({found.mean:+.4f}; {found.low:+.4f} to {found.high:+.4f})"


def targets(done: Recommended, more: dict[str, Ranked]) -> list[tuple[str, ...]]:
    """Return what was wanted beside what was measured, on the Serenade sample."""
    every, fresh = np.arange(len(done.hits)), np.flatnonzero(~done.hits.returned)
    rule = next(name for name in more if name.startswith(RULE))
    rows = []
    for gain, least in WANTED.items():
        best = done.best(gain)
        rows.append(
            (f"{SHOWN[gain]} above the best, {best}", gap(done, gain, done.blend, done.baselines[best], every),
             f"at least {least:+.0%}")
        )  # fmt: skip
    for gain in WANTED:
        said = gap(done, gain, done.blend, more[rule], every)
        rows.append((f"{SHOWN[gain]} above {rule}", said, "above, with an interval"))
    for name, ours in (("blend", done.blend), (LEFT_OUT, more[LEFT_OUT])):
        for gain, least in WANTED.items():
            among = {one: Ranked(each.rank[fresh], 0.0) for one, each in done.baselines.items()}
            best = max(among, key=lambda one: float(done.gains(gain, done.baselines[one], fresh).mean()))
            said = gap(done, gain, ours, done.baselines[best], fresh)
            rows.append((f"new items alone, {name}: {SHOWN[gain]} above {best}", said, f"at least {least:+.0%}"))
    rows.append((f"Recall@20 above {NIGHTLY}", gap(done, "recall", done.blend, more[NIGHTLY], every), "above 0"))
    better, days = days_above(done, more[NIGHTLY])
    rows.append((f"days with Recall@20 above {NIGHTLY}", f"{better} of {days}", "25 of 29"))
    speed = f"{done.clicks / done.blend.cpu_s:,.0f}"
    return [*rows, ("test then train with all sources and ranker, clicks/CPU-s", speed, "20,000")]


def days_above(done: Recommended, other: Ranked) -> tuple[int, int]:
    """Return on how many days our recall is higher, of how many after the first, on which nothing was built yet."""
    ours, theirs = (done.by_day("recall", one)[1][1:] for one in (done.blend, other))
    return int((ours > theirs).sum()), len(ours)


def quality(path: Path) -> None:
    clicks = sample(path)
    done = recommending(Shortlist(), iter([clicks.events]), time.process_time)
    more = further(clicks, done)
    every = np.arange(len(done.hits))
    late = np.flatnonzero(done.hits.us >= done.hits.us[0] + TUNED_DAYS * DAY_US)
    fresh = np.flatnonzero(~done.hits.returned)
    ways = {"blend": done.blend, **done.baselines, **more, **done.alone}
    for title, rows in (("All", every), (f"After day {TUNED_DAYS}", late), ("New items alone", fresh)):
        table = []
        for name, one in ways.items():
            means = [f"{done.gains(gain, one, rows).mean():.4f}" for gain in GAINS]
            table.append((name, *means, f"{one.cpu_s:.1f}" if one.cpu_s else ""))
        print(markdown(f"{title}: {len(rows):,} questions", ("what", *SHOWN.values(), "CPU s"), table))
    print(markdown("Serenade sample: what was wanted", ("what", "measured", "wanted"), targets(done, more)))
    worth = []
    for name, one in done.stale.items():
        rows = done.held(one)
        gaps = [gap(done, gain, done.blend, one, rows) for gain in SHOWN]
        worth.append((name, *(f"{done.gains(gain, one, rows).mean():.4f}" for gain in SHOWN), *gaps))
    heads = ("mode", *SHOWN.values(), *(f"{name} gained by learning on" for name in SHOWN.values()))
    print(markdown(f"What learning on is worth: {len(rows):,} questions after the first quarter", heads, worth))
    slices = []
    for name, which in done.slices().items():
        rows = np.flatnonzero(which)
        means = [f"{done.gains(gain, done.blend, rows).mean():.4f}" for gain in SHOWN]
        slices.append((name, f"{len(rows):,}", *means))
    print(markdown("Slices of the blend", ("answers", "n", *SHOWN.values()), slices))
    said = done.summary()["blend"]
    print(f"coverage {said['coverage']:.3f}, novelty {said['novelty']:.1f} bits, long tail {said['tail']:.3f}")
    print(f"calibration error of the first candidate's share {done.sure.error:.3f}\n", flush=True)


def speed(sessions: int, clicks: int, items: int) -> None:
    log = simulated(sessions, clicks, items, 1)
    blend = Blend()
    events = log.events
    plain_rows = Events({**events.columns, "number": np.full(len(events), -1)})
    cut = clicks - 50_000
    state, spent = blend.source.start(), []
    for start in range(0, cut, 1 << 16):
        batch = plain_rows.rows(slice(start, min(start + (1 << 16), cut)))
        before = time.process_time()
        state, _ = blend.source.step(state, batch)
        spent.append((time.process_time() - before) / len(batch))
    blend.states[0] = state
    woven = log.woven
    last = woven.rows(slice(2 * cut, None))
    for batch in ticks(last, BATCH):
        blend.step(batch)
    rows = [
        ("session index alone, inserts/CPU-s", f"{1 / np.median(spent):,.0f}", "2,000,000"),
        ("the same with the growth of its arrays", f"{1 / np.mean(spent):,.0f}", ""),
        ("test then train, clicks/CPU-s", f"{50_000 / blend.cpu_s.sum():,.0f}", "10,000"),
        *answers(blend, last),
        *memory(blend),
        *bounded(items),
    ]
    print(markdown(f"{sessions:,} sessions, {clicks:,} clicks, {items:,} items", ("what", "measured", "wanted"), rows))


def answers(blend: Blend, last: Events) -> list[tuple[str, str, str]]:
    """Return how long one answer takes, by itself, in process."""
    asked = np.flatnonzero(last["number"] >= 0)[-3000:]
    now = last.logged_us[-1]
    columns = {**last.columns, "logged_us": np.full(len(last), now)}
    alone = Browsing(hops=0, listed=0, offered=21)
    took: dict[str, list[float]] = {"all sources, ranker": [], "session neighbours, transitions alone": []}
    for at in asked:
        question = Events({name: column[at : at + 1] for name, column in columns.items()})
        before = time.perf_counter_ns()
        _, offered = blend.source.step(blend.states[0], question)
        blend.ranker.guess(blend.states[2], offered.x)
        between = time.perf_counter_ns()
        alone.step(blend.states[0], question)
        took["all sources, ranker"].append((between - before) / 1e3)
        took["session neighbours, transitions alone"].append((time.perf_counter_ns() - between) / 1e3)
    wanted = ("p50 ≤ 300, p99 ≤ 1,000", "p50 ≤ 60")
    return [
        (f"one answer, {name}, µs", "p50 {:,.0f}, p99 {:,.0f}".format(*np.percentile(us[100:], (50, 99))), want)
        for (name, us), want in zip(took.items(), wanted, strict=True)
    ]


def memory(blend: Blend) -> list[tuple[str, str, str]]:
    """Return the bytes of each part as it stands, spare room included."""
    rows, whole = [], 0
    for name, state in zip(("index", "open lists", "ranker"), blend.states, strict=True):
        parts = list(_arrays(state))
        whole += sum(parts)
        packed = sum(array.nbytes for array in pack(state).values())
        rows.append((f"memory of {name}, MB", f"{sum(parts) / 1e6:,.0f} ({packed / 1e6:,.0f} packed)", ""))
    return [*rows, ("memory, MB", f"{whole / 1e6:,.0f}", "1,000")]


def bounded(items: int) -> list[tuple[str, str, str]]:
    """Return the memory of an index of at most 2^18 clicks, each click of a session never seen before."""
    most = 1 << 18
    source: Any = Browsing(most=most)
    state, sizes = source.start(), []
    for turn in range(6):
        rows = np.arange(turn * most, (turn + 1) * most)
        batch = Events.of(
            kind=np.ones(most), logged_us=rows * 1000, session=rows + 1, item=1 + rows % items, number=np.full(most, -1)
        )
        for start in range(0, most, 1 << 14):
            state, _ = source.step(state, batch.rows(slice(start, start + (1 << 14))))
        sizes.append(sum(_arrays(state)) / 1e6)
    said = ", ".join(f"{size:,.0f}" for size in sizes)
    return [(f"memory under ever-new sessions, MB after each {most:,} clicks of at most as many", said, "flat")]


def _arrays(state: Any) -> Iterator[int]:
    if isinstance(state, np.ndarray):
        yield state.nbytes
    else:
        for part in state:
            yield from _arrays(part)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=Path, default=SAMPLE)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--only", choices=("quality", "speed"))
    args = parser.parse_args()
    warm = Blend()
    for batch in ticks(simulated(300, 1_500, 200, 2).woven, BATCH):
        warm.step(batch)
    if args.only != "speed" and there(args.sample):
        quality(args.sample)
    if args.only != "quality":
        speed(args.sessions, 5 * args.sessions, max(args.sessions // 10, 100))


if __name__ == "__main__":
    main()
