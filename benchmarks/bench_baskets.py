"""The next basket: the sample shop purchase by purchase, beside baselines that are as fresh.

Settings of all sides were chosen on the first 20 weeks; a shopper's first basket is asked about like any. Lists in
which places are kept for items younger than a week are the ranker's, as `Young` changes them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.asks.arrival import Arrival
from evercart.evaluate import basket_baselines as plain
from evercart.evaluate.basket_rows import WEEK_US, Baskets
from evercart.evaluate.compare import Difference, interval
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column
from evercart.labels.lists import Lists
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED
from evercart.learners.neighbours.baskets import Baskets as Source
from evercart.learners.policies.slate import Asked, Slate
from evercart.learners.policies.young import Young
from evercart.learners.ranker import Ranker
from evercart.recommending import whole_ticks
from evercart.shop import Shop
from evercart.units import DAY_US
from peers import markdown

TOP, BATCH, CUTS = 20, 2048, (5, 10, 20)
WARM_WEEKS, TUNED_WEEKS = 8, 20
KEPT = (1, 2, 3, 5)  # places for items younger than a week
OURS, RECENT = "evercart", "personal recency"
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Ranked(NamedTuple):
    """Where one side put each row's item, with its CPU seconds."""

    rank: Ints  # (rows,) as `basket_baselines` says
    cpu_s: float


class Listed(NamedTuple):
    """Lists, question by question, best first."""

    question: Ints
    item: NDArray[np.uint64]
    place: Ints

    def top(self) -> Listed:
        """Return what is shown of them."""
        shown = self.place < TOP
        return Listed(self.question[shown], self.item[shown], self.place[shown])


def nothing() -> Listed:
    """Return no list."""
    return Listed(np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.int64))


def sample() -> Events:
    """Return the purchases of the sample shop."""
    with tempfile.TemporaryDirectory() as folder, Shop.open(Path(folder) / "shop", create=True, sample=True) as shop:
        shop.ingest_sample()
        return Events.concat(
            [*shop.log.read(0, columns=Arrival().reads + Source().reads, kinds=[kind_number("order")])]
        )


def sides() -> dict[str, Callable[[Baskets], Ints]]:
    """Return the baselines by name."""
    return {
        "personal top frequency": plain.frequent,
        "personal frequency, half-life 90 days": partial(plain.frequent, half_us=90.0 * DAY_US),
        RECENT: partial(plain.frequent, half_us=0.1 * DAY_US),
        "TIFU-kNN": plain.tifu,
        "popularity, half-life a day": partial(plain.popularity, half_us=1.0 * DAY_US),
        "item-cosine, last basket": plain.cosine,
        "item-cosine, last 5 baskets": partial(plain.cosine, last=5),
    }


def walk(events: Events, baskets: Baskets, learns: bool = True) -> tuple[dict[int, Ranked], float]:
    """Go through the log test-then-train; return the ranks by places kept, how many candidates a question had."""
    source, asks, tick = Source(), Arrival(), Tick()
    lists = Lists(len(source.columns), "order", "user", several=True, longest=source.offered, tick=tick)
    ranker = Ranker(tuple(Column(name) for name in source.columns))
    asking, offering, holding, net = asks.start(), source.start(), lists.start(), ranker.start()
    since_us, came = births(events), baskets.us[baskets.begins]
    counts = (0, *KEPT) if learns else (0,)
    shown, spent, candidates = {count: [nothing()] for count in counts}, dict.fromkeys(counts, 0.0), 0
    for batch in whole_ticks(events, tick, BATCH):
        asking, woven = asks.step(asking, batch)
        began = time.process_time()
        offering, out = source.step(offering, woven)
        score: Floats = -out.rank.astype(np.float64)
        if learns:
            holding, turns = lists.step(holding, (woven, (out.question, out.item, out.x)))
            net, guesses = ranker.step(net, turns)
            score = guesses[turns.what == ASKED]
        order = np.lexsort((out.item, -score, out.question))
        place = np.arange(len(order)) - np.searchsorted(out.question[order], out.question[order])
        best = Listed(out.question[order], out.item[order], place)
        walked_s = time.process_time() - began
        for count in counts:
            began = time.process_time()
            shown[count].append(kept(best, came[best.question], since_us, count) if count else best.top())
            spent[count] += walked_s + (time.process_time() - began if count else 0.0)
        candidates += len(out)
    lists = {count: Listed(*map(np.concatenate, zip(*parts, strict=True))) for count, parts in shown.items()}
    ranked = {count: Ranked(ranks(events, baskets, *one), spent[count]) for count, one in lists.items()}
    return ranked, candidates / len(baskets.begins)


def births(events: Events) -> dict[int, int]:
    """Return the log time of each item's first row; of those to come it says nothing until they have."""
    item, first = np.unique(events["item"], return_index=True)
    return dict(zip(item.tolist(), events.logged_us[first].tolist(), strict=True))


def kept(best: Listed, now_us: Ints, since_us: dict[int, int], count: int) -> Listed:
    """Return the first of each list, with places kept for the young."""
    young = (now_us - np.array([since_us[item] for item in best.item.tolist()], np.int64)) < WEEK_US
    part, item = Young(count, since_us), best.item.copy()
    begins = np.flatnonzero(best.place == 0)
    ends = np.append(begins[1:], len(item))
    late = np.add.reduceat(young & (best.place >= TOP), begins) if len(begins) else begins
    for begin, end in zip(begins[late > 0].tolist(), ends[late > 0].tolist(), strict=True):
        score = -best.place[begin:end].astype(np.float64)
        asked = Asked(0, int(now_us[begin]))
        item[begin:end] = part(Slate(asked, best.item[begin:end], score, TOP, 1, np.arange(end - begin))).items
    return best._replace(item=item).top()


def ranks(events: Events, baskets: Baskets, question: Ints, item: NDArray[np.uint64], place: Ints) -> Ints:
    """Return the place of each row's item in the list shown before its basket, as the baselines do."""
    known = np.unique(events["item"])
    listed = question * len(known) + np.searchsorted(known, item)
    order = np.argsort(listed)
    rows = np.flatnonzero(baskets.first)
    wanted = baskets.basket[rows] * len(known) + baskets.item[rows]
    at = np.minimum(np.searchsorted(listed[order], wanted), len(order) - 1)
    found = np.full(len(events), -2)
    found[rows] = np.where(listed[order][at] == wanted, place[order][at], -1)
    return found


def gains(baskets: Baskets, rank: Ints) -> dict[str, Floats]:
    """Return what each question gained: recall at each cut of its different items, NDCG of the first 20."""
    asked, rank = baskets.basket[baskets.first], rank[baskets.first]
    questions = len(baskets.begins)
    items = np.bincount(asked, minlength=questions)
    found = {f"recall@{cut}": np.bincount(asked, (rank >= 0) & (rank < cut), questions) / items for cut in CUTS}
    discounts = 1.0 / np.log2(np.arange(TOP) + 2.0)
    gained = np.where((rank >= 0) & (rank < TOP), discounts[np.clip(rank, 0, TOP - 1)], 0.0)
    ideal = np.cumsum(discounts)[np.minimum(items, TOP) - 1]
    return {**found, f"ndcg@{TOP}": np.bincount(asked, gained, questions) / ideal}


def gap(ours: Floats, theirs: Floats, day: Ints, user: Ints) -> Difference:
    """Return what ours gains, with the wider of two 95 % intervals: by days, by shoppers."""
    one, two = (_clustered(ours - theirs, key) for key in (day, user))
    return Difference(float((ours - theirs).mean()), *max(one, two, key=lambda ends: ends[1] - ends[0]))


def _clustered(gained: Floats, key: Ints) -> tuple[float, float]:
    _, at = np.unique(key, return_inverse=True)
    return interval(np.bincount(at, gained).astype(np.float64), np.bincount(at), 1, 0, "bench/baskets")


def table(title: str, baskets: Baskets, found: dict[str, Ranked], which: NDArray[np.bool_]) -> None:
    """Print all sides on some of the questions, then what ours gains over the best of the others."""
    scores = {name: gains(baskets, one.rank) for name, one in found.items()}
    measures = tuple(scores[OURS])
    means = {name: {gain: float(one[gain][which].mean()) for gain in measures} for name, one in scores.items()}
    rows = [(name, *(f"{means[name][g]:.4f}" for g in measures), f"{found[name].cpu_s:.1f}") for name in found]
    print(markdown(f"{title}; {int(which.sum()):,} questions", ("", *measures, "CPU s"), [*rows]))
    day, user = baskets.us[baskets.begins][which] // DAY_US, baskets.user[baskets.begins][which]
    for gain in (f"recall@{TOP}", f"ndcg@{TOP}"):
        best = max((name for name in means if not name.startswith(OURS)), key=lambda name: means[name][gain])
        for name in (OURS, *map(keeping, KEPT)):
            one = gap(scores[name][gain][which], scores[best][gain][which], day, user)
            share = one.mean / means[best][gain]
            print(
                f"\n{gain}: {name} minus {best}: {one.mean:+.4f} ({share:+.1%}), "
                f"95 % interval {one.low:+.4f} to {one.high:+.4f}; target +5 %"
            )


def keeping(count: int) -> str:
    """Return what the lists are called in which so many places are kept."""
    return f"{OURS}, kept places: {count}"


def young(baskets: Baskets, found: dict[str, Ranked], weeks: tuple[int, int]) -> None:
    """Print which share of the answers was shown: items younger than a week against the others."""
    since = np.full(baskets.items, np.iinfo(np.int64).max)
    np.minimum.at(since, baskets.item, baskets.us)
    rows = np.flatnonzero(baskets.first)
    asked_us = baskets.us[baskets.begins[baskets.basket[rows]]]
    within = (asked_us - baskets.us[0]) // WEEK_US
    rows, asked_us = (each[(within >= weeks[0]) & (within < weeks[1])] for each in (rows, asked_us))
    age = asked_us - since[baskets.item[rows]]
    cases = {
        "younger than a week": (age > 0) & (age < WEEK_US),
        "a week old or more": age >= WEEK_US,
        "never bought before": age <= 0,
    }
    hits = {name: (one.rank[rows] >= 0) & (one.rank[rows] < TOP) for name, one in found.items()}
    told = []
    for name, hit in hits.items():
        shares = [float(hit[which].mean()) for which in cases.values()]
        told.append((name, *(f"{share:.4f}" for share in shares), f"{shares[0] / shares[1]:.2f}"))
    head = ("", *(f"{case}, n = {int(which.sum()):,}" for case, which in cases.items()), "first / second")
    title = f"Share of answers among the first {TOP}, by the item's age, weeks {weeks[0] + 1} to {weeks[1]}"
    print(markdown(title, head, told))
    which = cases["younger than a week"]
    day, user = asked_us[which] // DAY_US, baskets.user[rows][which]
    for name in map(keeping, KEPT):
        one = gap(hits[name][which].astype(float), hits[RECENT][which].astype(float), day, user)
        ends = f"95 % interval {one.low:+.4f} to {one.high:+.4f}"
        print(f"\nYounger than a week: {name} minus {RECENT}: {one.mean:+.4f}, {ends}")


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    events = sample()
    baskets = Baskets.of(events.logged_us, events["user"], events["session"], events["item"])
    warm, few = events.rows(slice(20_000)), baskets.head(2_000)
    walk(warm, baskets.head(20_000))
    (ours, each), (alone, _) = walk(events, baskets), walk(events, baskets, learns=False)
    found = {OURS: ours[0], **{keeping(count): ours[count] for count in KEPT}, f"{OURS}, source alone": alone[0]}
    for name, rank in sides().items():
        rank(few)
        began = time.process_time()
        found[name] = Ranked(rank(baskets), time.process_time() - began)
    asked_us = baskets.us[baskets.begins]
    week = (asked_us - asked_us[0]) // WEEK_US
    weeks = int(week.max()) + 1
    table("Next basket, the sample shop, all questions", baskets, found, week >= 0)
    table(f"After week {WARM_WEEKS}", baskets, found, week >= WARM_WEEKS)
    table(f"After week {TUNED_WEEKS}, on which nothing was chosen", baskets, found, week >= TUNED_WEEKS)
    for span in ((WARM_WEEKS, TUNED_WEEKS), (WARM_WEEKS, weeks), (TUNED_WEEKS, weeks)):
        young(baskets, found, span)
    speed = len(baskets.begins) / ours[0].cpu_s
    print(f"\n{each:.0f} candidates a question; {speed:,.0f} questions/CPU-s with the ranker; target 3,000")


if __name__ == "__main__":
    main()
