"""Cold start: items younger than a week in simulated shops, with and without content; titles as signs; clicks alone."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bench_recommend import SAMPLE, sample, ticks
from evercart.asks.each import After
from evercart.evaluate.hits import Hits
from evercart.evaluate.ranking import Ranking
from evercart.events.batch import Events, missing
from evercart.events.kinds import number
from evercart.features.columns import Column
from evercart.features.encoders import encoder, sketched
from evercart.fold import pack
from evercart.labels.lists import Lists
from evercart.labels.turns import ASKED
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.candidates import Candidates, ranked, starts, unite
from evercart.learners.neighbours.content import Catalogue, Content
from evercart.learners.neighbours.content_grown import Grown
from evercart.learners.neighbours.content_pools import BANDS
from evercart.learners.neighbours.embedded import Embedded
from evercart.learners.neighbours.popular import Popular
from evercart.learners.policies.long_tail import LongTail
from evercart.learners.policies.policy import Policy
from evercart.learners.policies.slate import Asked
from evercart.learners.ranker import Ranker
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_S, DAY_US, HOUR_S, SECOND_US
from peers import markdown
from shared import DATA, there

TITLES = DATA / "pricerunner_products.parquet"
K, WARM_DAYS, WEEK_US, MONTH_US = 20, 20, 7 * DAY_US, 28 * DAY_US
COLUMNS = ("user", "session", "item", "place", "category", "brand", "price")
ITEM, VIEW = number("item"), number("view")
SHOPPERS = Content(by="user", path_s=60 * DAY_S, anchors=16, fading=0.9, near=0)
WITH = (Browsing(), Content(), SHOPPERS, Popular(half_s=14 * DAY_S))
Ints = NDArray[np.int64]


class Arm(NamedTuple):
    """Sources with a ranker over them; how many of the places shown are kept for new items."""

    sources: tuple[Any, ...]
    places: tuple[int, ...] = (0,)
    content: bool = True


ARMS = {
    "clicks, by session": Arm((Browsing(),), content=False),
    "clicks, by session, by shopper": Arm((Browsing(), Browsing(by="user")), (0, 2), content=False),
    "content, by session": Arm((Content(),), (0, 2)),
    "content, by shopper": Arm((SHOPPERS,)),
    "popularity": Arm((Popular(half_s=14 * DAY_S),)),
    "embedded": Arm((Embedded(),)),
    "clicks, content, popularity": Arm(WITH, (0, 1, 2)),
    "clicks, content, popularity, embedded": Arm((*WITH, Embedded())),
}


class Run(NamedTuple):
    """What came of an arm: where answers stood; when each item was first shown."""

    hits: Hits
    shown_us: dict[int, int]
    cpu_s: float


def shop(seed: int, shoppers: int, items: int, days: int) -> Events:
    """Return the views with the item rows of a simulated shop, as they stand right of a log."""
    events = next(
        SimulatedShop(seed, shoppers, items, days).stream(_rows(seed, shoppers, items, days), 1 << 40, 1, COLUMNS)
    )
    events = events.rows((events.kind == ITEM) | (events.kind == VIEW))
    return Events({**events.columns, "offset": np.arange(len(events))})


def _rows(seed: int, shoppers: int, items: int, days: int) -> int:
    return sum(day.num_rows for day in SimulatedShop(seed, shoppers, items, days).events())


def launches(events: Events) -> dict[int, int]:
    """Return when each item was launched; those of the first day are of unknown age, taken for old."""
    rows = events.rows(events.kind == ITEM)
    item, first = np.unique(rows["item"], return_index=True)
    us = rows.logged_us[first]
    opening = us < events.logged_us[0] + DAY_US
    return dict(zip(item.tolist(), np.where(opening, us - MONTH_US, us).tolist(), strict=True))


def walk(events: Events, arm: Arm) -> dict[int, Run]:
    """Walk a log, test then train; return by places kept for new items what came of it."""
    asks = After("view", columns=("session", "user", "item", "place"))
    woven = asks.step(asks.start(), events)[1]
    names = columns(arm.sources)
    lists = Lists(len(names), longest=sum(source.offered for source in arm.sources))
    folds = [*arm.sources, lists, Ranker(tuple(Column(name) for name in names)), Content(newest=1, popular=0)]
    states, ranking = [fold.start() for fold in folds], Ranking(k=K)
    boards = {places: ranking.start() for places in arm.places}
    hits: dict[int, list[Hits]] = {places: [] for places in arm.places}
    shown: dict[int, dict[int, int]] = {places: {} for places in arm.places}
    cpu_s = 0.0

    def go(at: int, batch: Any) -> Any:
        states[at], out = folds[at].step(states[at], batch)
        return out

    for batch in ticks(woven, 256):
        began_s = time.process_time()
        offered = [go(at, batch) for at in range(len(arm.sources))]
        united = offered[0] if len(offered) == 1 else unite(offered)
        turns = go(len(offered), (batch, (united.question, united.item, united.x)))
        score = go(len(offered) + 1, turns)[turns.what == ASKED].astype(np.float32)
        best = ranked(united.question, united.item, score, united.x[:, :0])
        cpu_s += time.process_time() - began_s
        known = batch if arm.content else batch.rows(batch.kind != ITEM)  # new: since its row, or its first click
        go(len(folds) - 1, known)
        for places in arm.places:
            shows = best if places == 0 else kept(best, batch, states[-1], places)
            boards[places], found = ranking.step(boards[places], (batch, shows.question, shows.item))
            hits[places].append(found)
            _note(shown[places], shows, batch)
    return {places: Run(Hits.concat(hits[places]), shown[places], cpu_s) for places in arm.places}


def columns(sources: Sequence[Any]) -> list[str]:
    if len(sources) == 1:
        return list(sources[0].columns)
    return [f"{at}.{name}" for at, source in enumerate(sources) for name in ("score", "nearness", *source.columns)]


def kept(best: Candidates, batch: Events, state: Catalogue, places: int) -> Candidates:
    """Return what a policy shows that keeps places for new items."""
    us = batch.logged_us[batch.asked]
    bounds, numbers = starts(best.question), batch["number"][batch.asked]
    parts = []
    for first, last in pairwise(bounds.tolist()):
        asked = int(best.question[first])
        now_us = int(us[np.searchsorted(numbers, asked)])
        policy = Policy((LongTail(places, Grown(state.pools, now_us)),), k=K)
        scores = -best.rank[first:last].astype(np.float64)
        parts.append((asked, policy.show(best.item[first:last], scores, Asked(asked, now_us)).item))
    item = np.concatenate([items for _, items in parts]) if parts else best.item[:0]
    question = np.repeat(np.array([asked for asked, _ in parts], np.int64), [len(items) for _, items in parts])
    rank = np.concatenate([np.arange(len(items)) for _, items in parts]) if parts else best.rank[:0]
    return Candidates(
        question, item, -rank.astype(np.float32), rank.astype(np.int32), np.zeros((len(item), 0), np.float32)
    )


def _note(shown: dict[int, int], shows: Candidates, batch: Events) -> None:
    top = shows.rank < K
    us = batch.logged_us[batch.asked][np.searchsorted(batch["number"][batch.asked], shows.question[top])]
    item, first = np.unique(shows.item[top], return_index=True)
    for key, at in zip(item.tolist(), us[first].tolist(), strict=True):
        shown.setdefault(key, at)


class Told(NamedTuple):
    """One arm over all seeds: gains with the age of each answer, hours to the first list, CPU seconds."""

    hit: NDArray[np.bool_]
    age_us: Ints
    item: NDArray[np.uint64]
    hours: NDArray[np.float64]
    cpu_s: float

    def recall(self, low_us: float, high_us: float) -> tuple[float, int]:
        """Return the recall of items within an age, with how many answers they were."""
        which = (self.age_us >= low_us) & (self.age_us < high_us)
        return float(self.hit[which].mean()) if which.any() else float("nan"), int(which.sum())


def tell(events: Events, run: Run) -> Told:
    """Say of each answer after the warm-up how old its item was, of each item launched then when it was shown."""
    begun, launched = int(events.logged_us[0]) + WARM_DAYS * DAY_US, launches(events)
    views = events.rows(events.kind == VIEW)
    order = np.lexsort((np.arange(len(views)), views["session"]))
    goes_on = np.flatnonzero(views["session"][order][1:] == views["session"][order][:-1])
    following = np.zeros(len(views), np.uint64)
    following[order[goes_on]] = views["item"][order[goes_on + 1]]
    item = following[run.hits.number]
    late = run.hits.us >= begun
    age_us = run.hits.us - np.array([launched[one] for one in item.tolist()], np.int64)
    end = int(events.logged_us[-1]) - WEEK_US
    hours = [
        (run.shown_us.get(one, np.inf) - us) / (HOUR_S * SECOND_US) for one, us in launched.items() if begun <= us < end
    ]
    return Told(run.hits.rank[late] >= 0, age_us[late], item[late], np.array(hours), run.cpu_s)


def gap(ours: Told, theirs: Told) -> str:
    """Return the difference in recall of items younger than a week, with a 95 % interval clustered by item."""
    new = ours.age_us < WEEK_US
    differ = ours.hit[new].astype(float) - theirs.hit[new]
    _, at = np.unique(ours.item[new], return_inverse=True)
    sums = np.bincount(at, differ - differ.mean())
    return f"{differ.mean():+.3f} ± {1.96 * np.sqrt((sums**2).sum()) / new.sum():.3f}"


def cold(seeds: Sequence[int], shoppers: int, items: int, days: int) -> None:
    found: dict[tuple[str, int], list[Told]] = {}
    clicks = 0
    for seed in seeds:
        events = shop(seed, shoppers, items, days)
        clicks += int((events.kind == VIEW).sum())
        for name, arm in ARMS.items():
            for places, run in walk(events, arm).items():
                found.setdefault((name, places), []).append(tell(events, run))
    told = {key: _joined(parts) for key, parts in found.items()}
    without = [key for key in told if not ARMS[key[0]].content]
    best = max(without, key=lambda key: told[key].recall(0, WEEK_US)[0])
    rows, waits = [], []
    for (name, places), one in told.items():
        (new, n), (old, _) = one.recall(0, WEEK_US), one.recall(MONTH_US, np.inf)
        title = name + (f", {places} of 20 places for new items" if places else "")
        over = "" if (name, places) in without else gap(one, told[best])
        whole = f"{one.hit.mean():.4f}"
        rows.append(
            (title, whole, f"{old:.4f}", f"{new:.4f}", f"{one.recall(0, DAY_US)[0]:.3f}", f"{new / old:.2f}", over)
        )
        middle, most = np.quantile(one.hours, [0.5, 0.9], method="higher")
        within = ((one.hours < hours).mean() for hours in (24, 168))
        waits.append((title, f"{middle:.1f}", f"{most:.1f}", *(f"{share:.2f}" for share in within)))
    day, seen = one.recall(0, DAY_US)[1], len(one.hours)
    print(
        f"{len(seeds)} simulated shops of {shoppers:,} shoppers, {items:,} items, {days} days, {clicks:,} views; "
        f"scored after day {WARM_DAYS}: {len(one.hit):,} answers, {n} of them items younger than a week, "
        f"{day} younger than a day; {seen} launches. "
        f"The best without content: {best[0]}{f', {best[1]} places' if best[1] else ''}\n"
    )
    heads = (
        "Recall@20",
        "all",
        "older than 4 weeks",
        "younger than a week",
        "than a day",
        "week / old",
        "over the best without content",
    )
    print(
        markdown(
            "Items younger than a week (wanted: at least 0.3 of old ones', above the best without content)", heads, rows
        )
    )
    heads = ("hours from launch to the first list", "median", "p90", "shown within a day", "within a week")
    print(markdown("Time to the first exposure", heads, waits), flush=True)


def _joined(parts: list[Told]) -> Told:
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in Told._fields[:-1]]
    return Told(*columns, sum(part.cpu_s for part in parts))


def titles(path: Path, count: int) -> None:
    """Compare neighbours by 256 signs with those by the whole vector, on real titles."""
    table = pq.read_table(path, columns=["title", "cluster_id"])
    which = np.random.default_rng(1).permutation(table.num_rows)[:count]
    names, cluster = table["title"].take(which).to_pylist(), table["cluster_id"].to_numpy()[which]
    rows = []
    for kind in ("ngrams", "sentences"):
        encode = encoder(kind)
        encode(["warm"])
        began_s = time.process_time()
        vectors = encode(names)
        speed = len(names) / (time.process_time() - began_s)
        signs = sketched(vectors)
        asked = np.arange(min(500, count))
        exact = vectors[asked] @ vectors.T
        bits = np.unpackbits(signs.view(np.uint8).reshape(len(signs), -1), axis=1).astype(np.float32) * 2 - 1
        near = bits[asked] @ bits.T
        exact[asked, asked] = near[asked, asked] = -np.inf
        best, rough = (np.argsort(-one, axis=1, kind="stable")[:, :10] for one in (exact, near))
        same = (cluster[one[:, 0]] == cluster[asked] for one in (best, rough))
        shared = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(best.tolist(), rough.tolist(), strict=True)])
        pools = np.stack(
            [(signs[:, band // 4] >> np.uint64(16 * (band % 4))) & np.uint64(0xFF) for band in range(BANDS)], 1
        )
        met = (pools[asked][:, None] == pools[best]).any(2).mean()
        rows.append(
            (encode.name, *(f"{one.mean():.3f}" for one in same), f"{shared:.2f}", f"{met:.2f}", f"{speed:,.0f}")
        )
    heads = (
        "encoder",
        "same product first, by vector",
        "by signs",
        "of the ten nearest, found by signs",
        "that share a pool",
        "titles / CPU s",
    )
    print(markdown(f"{count:,} titles: 256 signs beside the vector they are of", heads, rows), flush=True)


def clicks_alone() -> None:
    """Say what each source brings where there is nothing but clicks."""
    clicks = sample(SAMPLE)
    none = {name: np.full(len(clicks.us), missing(name)) for name in COLUMNS if name not in ("session", "item")}
    events = clicks.events
    events = Events({**events.columns, **{name: Events.of(**{name: each})[name] for name, each in none.items()}})
    runs = {
        "content": (Content(),),
        "popularity of 12 hours": (Popular(half_s=DAY_S / 2),),
        "embedded": (Embedded(width=64, rate=0.2),),
        "browsing": (Browsing(),),
        "browsing, popularity of 12 hours": (Browsing(), Popular(half_s=DAY_S / 2)),
        "browsing, embedded": (Browsing(), Embedded(width=64, rate=0.2)),
    }
    for sources in runs.values():
        walk(events.rows(slice(300)), Arm(sources, content=False))
    found = {name: walk(events, Arm(sources, content=False))[0] for name, sources in runs.items()}
    base = found["browsing"].hits
    rows = []
    for name, run in found.items():
        hit = run.hits.rank >= 0
        mrr = (hit / (np.maximum(run.hits.rank, 0) + 1.0)).mean()
        differ = hit.astype(float) - (base.rank >= 0)
        sums = np.bincount(clicks.session[run.hits.number], differ - differ.mean())
        over = f"{differ.mean():+.4f} ± {1.96 * np.sqrt((sums**2).sum()) / len(hit):.4f}" if "," in name else ""
        rows.append((name, f"{hit.mean():.4f}", f"{mrr:.4f}", over, f"{run.cpu_s:.1f}"))
    heads = ("sources, ranked", "Recall@20", "MRR@20", "Recall@20 over browsing", "CPU s")
    print(markdown(f"Clicks alone: {len(clicks.us):,} clicks without content", heads, rows), flush=True)


def sizes(events: Events) -> None:
    """Say how fast each source is, how large its packed state."""
    asks = After("view", columns=("session", "user", "item", "place"))
    woven = asks.step(asks.start(), events)[1]
    rows = []
    for name, fold in (("content", Content()), ("popularity", Popular()), ("embedded", Embedded())):
        fold.step(fold.start(), woven.rows(slice(500)))
        began_s = time.process_time()
        state, _ = fold.step(fold.start(), woven)
        spent_s = time.process_time() - began_s
        bare = events.rows(slice(None))
        bare = Events({**bare.columns, "number": np.full(len(bare), -1)})
        began_s = time.process_time()
        fold.step(fold.start(), bare)
        learned_s = time.process_time() - began_s
        asked, size = int(woven.asked.sum()), sum(part.nbytes for part in pack(state).values())
        rows.append(
            (
                name,
                f"{1e6 * learned_s / len(bare):.2f}",
                f"{1e6 * (spent_s - learned_s) / asked:.1f}",
                f"{size / 1e6:.1f}",
            )
        )
    print(markdown(f"Cost: {len(events):,} rows", ("source", "µs a row learned", "µs an answer", "MB packed"), rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--shoppers", type=int, default=1_500)
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--titles", type=int, default=6_000)
    given = parser.parse_args()
    cold(range(1, 1 + given.seeds), given.shoppers, given.items, given.days)
    sizes(shop(1, given.shoppers, given.items, given.days))
    if there(TITLES):
        titles(TITLES, given.titles)
    if there(SAMPLE):
        clicks_alone()
