"""The next basket: the sample shop purchase by purchase, beside baselines that are as fresh.

Settings of all sides were chosen on the first 20 weeks; a shopper's first basket is asked about like any.
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
from evercart.learners.ranker import Ranker
from evercart.recommending import whole_ticks
from evercart.shop import Shop
from evercart.units import DAY_US
from peers import markdown

TOP, BATCH, CUTS = 20, 2048, (5, 10, 20)
WARM_WEEKS, TUNED_WEEKS = 8, 20
OURS = "evercart"
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Ranked(NamedTuple):
    """Where one side put each row's item, with its CPU seconds."""

    rank: Ints  # (rows,) as `basket_baselines` says
    cpu_s: float


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
        "personal recency": partial(plain.frequent, half_us=0.1 * DAY_US),
        "TIFU-kNN": plain.tifu,
        "popularity, half-life a day": partial(plain.popularity, half_us=1.0 * DAY_US),
        "item-cosine, last basket": plain.cosine,
        "item-cosine, last 5 baskets": partial(plain.cosine, last=5),
    }


def walk(events: Events, baskets: Baskets, learns: bool = True) -> tuple[Ranked, float]:
    """Go through the log test-then-train; return the ranks, how many candidates a question had."""
    source, asks, tick = Source(), Arrival(), Tick()
    lists = Lists(len(source.columns), "order", "user", several=True, longest=source.offered, tick=tick)
    ranker = Ranker(tuple(Column(name) for name in source.columns))
    asking, offering, holding, net = asks.start(), source.start(), lists.start(), ranker.start()
    shown, spent, candidates = [], 0.0, 0
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
        spent += time.process_time() - began
        first = order[place < TOP]
        shown.append((out.question[first], out.item[first], place[place < TOP]))
        candidates += len(out)
    question, item, place = (np.concatenate(column) for column in zip(*shown, strict=True))
    return Ranked(ranks(events, baskets, question, item, place), spent), candidates / len(baskets.begins)


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
        one = gap(scores[OURS][gain][which], scores[best][gain][which], day, user)
        share = one.mean / means[best][gain]
        print(
            f"\n{gain}: {OURS} minus {best}: {one.mean:+.4f} ({share:+.1%}), "
            f"95 % interval {one.low:+.4f} to {one.high:+.4f}; target +5 %"
        )


def young(baskets: Baskets, found: dict[str, Ranked], from_us: int) -> None:
    """Print which share of the answers was shown: items younger than a week against the others."""
    since = np.full(baskets.items, np.iinfo(np.int64).max)
    np.minimum.at(since, baskets.item, baskets.us)
    rows = np.flatnonzero(baskets.first)
    rows = rows[baskets.us[baskets.begins[baskets.basket[rows]]] >= from_us]
    age = baskets.us[baskets.begins[baskets.basket[rows]]] - since[baskets.item[rows]]
    cases = {
        "younger than a week": (age > 0) & (age < WEEK_US),
        "a week old or more": age >= WEEK_US,
        "never bought before": age <= 0,
    }
    head = ("answers", "n", *found)
    told = []
    for case, which in cases.items():
        shares = [one.rank[rows[which]] for one in found.values()]
        told.append((case, int(which.sum()), *(f"{float(((r >= 0) & (r < TOP)).mean()):.4f}" for r in shares)))
    print(markdown(f"Share of answers among the first {TOP}, by the item's age, after week {WARM_WEEKS}", head, told))


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    events = sample()
    baskets = Baskets.of(events.logged_us, events["user"], events["session"], events["item"])
    warm, few = events.rows(slice(20_000)), baskets.head(2_000)
    walk(warm, baskets.head(20_000))
    (ours, each), (alone, _) = walk(events, baskets), walk(events, baskets, learns=False)
    found = {OURS: ours, f"{OURS}, source alone": alone}
    for name, rank in sides().items():
        rank(few)
        began = time.process_time()
        found[name] = Ranked(rank(baskets), time.process_time() - began)
    asked_us = baskets.us[baskets.begins]
    week = (asked_us - asked_us[0]) // WEEK_US
    table("Next basket, the sample shop, all questions", baskets, found, week >= 0)
    table(f"After week {WARM_WEEKS}", baskets, found, week >= WARM_WEEKS)
    table(f"After week {TUNED_WEEKS}, on which nothing was chosen", baskets, found, week >= TUNED_WEEKS)
    young(baskets, found, int(asked_us[0] + WARM_WEEKS * WEEK_US))
    speed = len(baskets.begins) / ours.cpu_s
    print(f"\n{each:.0f} candidates a question; {speed:,.0f} questions/CPU-s with the ranker; target 3,000")


if __name__ == "__main__":
    main()
