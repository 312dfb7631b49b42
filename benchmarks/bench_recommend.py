"""Recommendation: the Serenade sample click by click beside its baselines; speed, memory at a million sessions."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

import recommend_baselines as plain
from evercart.asks.each import After
from evercart.evaluate.hits import Hits, measures, slices
from evercart.evaluate.ranking import Ranking
from evercart.events.batch import Events
from evercart.fold import pack
from evercart.labels.lists import Lists
from evercart.labels.turns import ASKED, tick_of
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.candidates import Candidates, ranked
from evercart.learners.neighbours.traits import COLUMNS, TRAITS
from evercart.learners.ranker import Ranker
from evercart.units import DAY_S, DAY_US, SECOND_US
from peers import markdown

SAMPLE = Path(__file__).parent.parent.parent / "shared" / "data" / "serenade_sessions.parquet"
NIGHTLY = "VMIS-kNN m=k=500, last 3, rebuilt nightly"
LEFT_OUT = "ranker, the session's own items left out"
TOP, BATCH, TUNED_DAYS = 20, 256, 10
SHOWN = ("recall@5", "recall@10", "recall@20", "mrr@20")
Ints = NDArray[np.int64]


class Clicks(NamedTuple):
    """A log of clicks with dense numbers, in log order."""

    us: Ints
    session: Ints
    item: Ints

    @property
    def woven(self) -> Events:
        """Return the clicks with a question after each."""
        asks = After("view", columns=("session", "item"))
        return asks.step(asks.start(), self.events)[1]

    @property
    def events(self) -> Events:
        """Return the clicks as events; ids come as hashes."""
        spread = np.uint64(0x9E3779B97F4A7C15)
        session, item = ((column + 1).astype(np.uint64) * spread for column in (self.session, self.item))
        return Events.of(kind=np.ones(len(self.us)), logged_us=self.us, session=session, item=item)


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
    tick = tick_of(woven.logged_us, woven.offset, SECOND_US, 4096)
    cuts = np.append(np.flatnonzero(np.diff(tick)) + 1, len(woven))
    edges = np.unique(np.concatenate([[0], cuts[np.searchsorted(cuts, np.arange(rows, len(woven), rows))], cuts[-1:]]))
    for start, stop in pairwise(edges.tolist()):
        yield woven.rows(slice(start, stop))


class Blend:
    """Sources and ranker in a row; CPU seconds of each part."""

    def __init__(self, source: Browsing | None = None) -> None:
        self.source, self.lists, self.ranker = source or Browsing(), Lists(len(COLUMNS)), Ranker(COLUMNS)
        self.states: list[Any] = [part.start() for part in (self.source, self.lists, self.ranker)]
        self.cpu_s = np.zeros(3)

    def step(self, woven: Events) -> tuple[Candidates, Candidates]:
        """Return candidates as the source orders them, then as the ranker does."""
        clock = [time.process_time()]
        self.states[0], offered = self.source.step(self.states[0], woven)
        clock.append(time.process_time())
        given = (woven, (offered.question, offered.item, offered.x))
        self.states[1], turns = self.lists.step(self.states[1], given)
        clock.append(time.process_time())
        self.states[2], guesses = self.ranker.step(self.states[2], turns)
        clock.append(time.process_time())
        self.cpu_s += np.diff(clock)
        score = guesses[turns.what == ASKED].astype(np.float32)
        return offered, ranked(offered.question, offered.item, score, offered.x[:, :0])


ALONE = {
    "neighbours": "near_log",
    "transitions": "next_log",
    "two steps": "hop_log",
    "own items": "own_nearness",
    "candidates by popularity": "popular_now",
}


def ours(clicks: Clicks, weights: tuple[float, ...]) -> tuple[dict[str, Hits], Blend, float]:
    """Return hits by name, of the ranker, of fixed weights, of each source alone, of neighbours with a return rule."""
    names = ["ranker", LEFT_OUT, "fixed weights", *ALONE, *(f"neighbours and return rule {w:g}" for w in weights)]
    ranking, blend = Ranking(k=TOP), Blend()
    states = {name: ranking.start() for name in names}
    hits: dict[str, list[Hits]] = {name: [] for name in names}
    for woven in ticks(clicks.woven, BATCH):
        offered, blended = blend.step(woven)
        lists = {"ranker": blended, "fixed weights": offered}
        for name, column in ALONE.items():
            lists[name] = _by(offered, offered.x[:, TRAITS.index(column)])
        lists[LEFT_OUT] = _left_out(offered, blended)
        near, own = (offered.x[:, TRAITS.index(name)] for name in ("near_of_best", "own_nearness"))
        for weight in weights:
            lists[f"neighbours and return rule {weight:g}"] = _by(offered, near + weight * own)
        for name, each in lists.items():
            states[name], found = ranking.step(states[name], (woven, each.question, each.item))
            hits[name].append(found)
    coverage = ranking.coverage(states["ranker"])
    return {name: Hits.concat(parts) for name, parts in hits.items()}, blend, coverage


def _left_out(offered: Candidates, blended: Candidates) -> Candidates:
    """Return the ranker's lists without the session's own items."""
    order = np.lexsort((blended.item, blended.question))
    own = offered.x[:, TRAITS.index("own")][np.lexsort((offered.item, offered.question))] > 0
    kept = np.empty(len(own), np.bool_)
    kept[order] = ~own
    return blended.rows(kept)


def _by(offered: Candidates, score: NDArray[np.float32]) -> Candidates:
    """Return the candidates that have a score, in its order."""
    held = score > 0
    return ranked(offered.question[held], offered.item[held], score[held], offered.x[held, :0])


def theirs(clicks: Clicks) -> dict[str, tuple[Ints, float]]:
    """Return the ranks of each baseline by click, with its CPU seconds."""
    us, session, item = clicks
    following = plain.next_items(session, item)
    at_once = np.arange(1, len(us) + 1)
    at_midnight = np.searchsorted(us // DAY_US, us // DAY_US)
    runs: dict[str, Any] = {}
    for length in (2, 3, 10):
        for own in (False, True):
            name = f"VMIS-kNN m=k=500, last {length}" + (", own session in the index" if own else "")
            runs[name] = lambda n=length, o=own: plain.vmis(session, item, following, at_once, 500, 500, n, o, TOP)
    runs[NIGHTLY] = lambda: plain.vmis(session, item, following, at_midnight, 500, 500, 3, False, TOP)
    for last in (1, 3):
        runs[f"item-cosine, last {last}"] = lambda n=last: plain.cosine(session, item, following, n, TOP)
    runs["transitions"] = lambda: plain.transitions(session, item, following, TOP)
    runs["popularity, half-life a day"] = lambda: plain.popularity(us, item, following, DAY_US, TOP)
    runs["own items, newest first"] = lambda: plain.newest_own(session, item, following, TOP)
    small = session[:50], item[:50], following[:50]
    plain.vmis(*small, at_once[:50], 500, 500, 3, False, TOP), plain.newest_own(*small, TOP)
    plain.popularity(us[:50], *small[1:], DAY_US, TOP)
    found = {}
    for name, run in runs.items():
        start = time.process_time()
        found[name] = run(), time.process_time() - start
    return found


def row(name: str, rank: Ints, cpu_s: float | None, keep: NDArray[np.bool_]) -> tuple[Any, ...]:
    hit = rank[keep] >= 0
    place = np.where(hit, rank[keep], 0) + 1
    quality = (f"{hit.mean():.4f}", f"{(hit / place).mean():.4f}", f"{(hit / np.log2(place + 1)).mean():.4f}")
    return (name, *quality, f"{cpu_s:.1f}" if cpu_s is not None else "")


def difference(ours: Ints, other: Ints, session: Ints, keep: NDArray[np.bool_]) -> tuple[str, str]:
    """Return the differences in recall, MRR with 95 % intervals, clustered by session."""

    def gain(rank: Ints) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        hit = rank[keep] >= 0
        return hit.astype(float), hit / (np.where(hit, rank[keep], 0) + 1.0)

    said = []
    for mine, its in zip(gain(ours), gain(other), strict=True):
        mean = (mine - its).mean()
        sums = np.bincount(session[keep], mine - its - mean)
        half = 1.96 * np.sqrt((sums**2).sum()) / keep.sum()
        said.append(f"{mean:+.4f} ± {half:.4f}" + (f" ({mean / its.mean():+.1%})" if its.any() else ""))
    return said[0], said[1]


def quality(path: Path) -> None:
    clicks = sample(path)
    hits, blend, coverage = ours(clicks, (0.5, 1.0, 2.0, 4.0))
    ranks = {name: _ranks(each, len(clicks.us)) for name, each in hits.items()}
    asked = ranks["ranker"] > -2
    day = (clicks.us - clicks.us[0]) // DAY_US
    early = asked & (day < TUNED_DAYS)
    rules = [name for name in ranks if name.startswith("neighbours and")]
    rule = max(rules, key=lambda name: (ranks[name][early] >= 0).mean())
    baselines = theirs(clicks)
    fresh = asked.copy()
    fresh[hits["ranker"].number[hits["ranker"].returned]] = False
    for title, keep in (
        ("All clicks", asked),
        (f"After day {TUNED_DAYS}", asked & (day >= TUNED_DAYS)),
        ("New items alone", fresh),
    ):
        rows = [row("ranker over all sources", ranks["ranker"], blend.cpu_s.sum(), keep)]
        rows += [row(name, ranks[name], None, keep) for name in (LEFT_OUT, "fixed weights", rule, *ALONE)]
        rows += [row(name, rank, cpu_s, keep) for name, (rank, cpu_s) in baselines.items()]
        print(markdown(f"{title}: n = {keep.sum():,}", ("what", "Recall@20", "MRR@20", "NDCG@20", "CPU s"), rows))
        others = {**{name: rank for name, (rank, _) in baselines.items()}, rule: ranks[rule]}
        mine = (
            LEFT_OUT if title.startswith("New") else "ranker"
        )  # where the truth is new, own items only stand in the way
        rows = [(name, *difference(ranks[mine], rank, clicks.session, keep)) for name, rank in others.items()]
        print(markdown(f"{mine} minus baseline", ("baseline", "Recall@20", "MRR@20"), rows), flush=True)
    better, days = _days(ranks["ranker"], baselines[NIGHTLY][0], clicks.us // DAY_US)
    print(f"Recall@20 above VMIS-kNN rebuilt nightly on {better} of {days} days (wanted 25 of 29)\n")
    found = hits["ranker"]
    names = {"all": np.ones(len(found), np.bool_), **slices(found), "item never seen": ~found.known}
    rows = []
    for name, which in names.items():
        of = measures(found.rows(which))
        rows.append((name, int(of["n"]), *(f"{of[key]:.4f}" for key in SHOWN)))
    print(markdown("Slices of the ranker", ("slice", "n", "Recall@5", "Recall@10", "Recall@20", "MRR@20"), rows))
    of = measures(found)
    print(f"coverage {coverage:.3f}, novelty {of['novelty']:.1f} bits, share of long tail {of['tail']:.3f}")
    each = ", ".join(f"{1e6 * s / len(clicks.us):.1f}" for s in blend.cpu_s)
    print(f"test then train: {len(clicks.us) / blend.cpu_s.sum():,.0f} clicks/CPU-s (wanted 20,000); µs: {each}\n")


def _days(ours: Ints, other: Ints, day: Ints) -> tuple[int, int]:
    """Return on how many days our recall is higher, of how many with questions after the first day."""
    asked = (ours > -2) & (day > day[0])
    better = [
        (ours[on] >= 0).mean() > (other[on] >= 0).mean() for on in (asked & (day == d) for d in np.unique(day[asked]))
    ]
    return sum(better), len(better)


def _ranks(hits: Hits, clicks: int) -> Ints:
    """Return the rank by question, which is the number of the click it was asked after."""
    ranks = np.full(clicks, -2)
    ranks[hits.number] = hits.rank
    return ranks


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
    warm = simulated(300, 1_500, 200, 2)
    ours(warm, (1.0,))
    if args.only != "speed":
        quality(args.sample)
    if args.only != "quality":
        speed(args.sessions, 5 * args.sessions, max(args.sessions // 10, 100))


if __name__ == "__main__":
    main()
