"""Movies: MovieLens-100K like by like, our sources and ranker beside plain rankings as fresh as they are.

Likes are ratings of 4 stars or more in order of time, then of the file. Before each like after the first fifth its
user gets a list of 10 movies not liked yet; recall@10 is the share of likes that were on it. Settings were chosen on
the first fifth, which is not reported.
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

import movie_baselines as plain
from bench_recommend import ticks
from evercart.asks.each import Before
from evercart.evaluate.gains import Asked, gained, recall
from evercart.features.columns import Column
from evercart.fold import pack
from evercart.labels.lists import Lists
from evercart.labels.turns import ASKED
from evercart.learners.neighbours.candidates import Candidates, ranked
from evercart.learners.neighbours.cosine import TRAITS, Cosine
from evercart.learners.ranker import Ranker
from evercart.units import DAY_S, DAY_US
from movies import Likes, fetched
from peers import markdown

TOP, WARM, BATCH = 10, 0.2, 256
SOURCE = Cosine(keep_s=400 * DAY_S, listed=1024, path=512, anchors=16, near=30)
COLUMNS = tuple(Column(name) for name in TRAITS)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Blend:
    """Source and ranker in a row, with the CPU seconds of both."""

    def __init__(self, source: Cosine = SOURCE, ranker: Any = None) -> None:
        lists = Lists(len(COLUMNS), by=source.by, longest=source.offered)
        self.parts = source, lists, ranker or Ranker(COLUMNS)
        self.states: list[Any] = [part.start() for part in self.parts]
        self.cpu_s = 0.0

    def step(self, woven: Any) -> tuple[Candidates, Candidates]:
        """Return the candidates as the source orders them, then as the ranker does."""
        began_s = time.process_time()
        source, lists, ranker = self.parts
        self.states[0], offered = source.step(self.states[0], woven)
        self.states[1], turns = lists.step(self.states[1], (woven, (offered.question, offered.item, offered.x)))
        self.states[2], guesses = ranker.step(self.states[2], turns)
        score = guesses[turns.what == ASKED].astype(np.float32)
        blended = ranked(offered.question, offered.item, score, offered.x[:, :0])
        self.cpu_s += time.process_time() - began_s
        return offered, blended


def ours(likes: Likes, blend: Blend) -> tuple[Ints, Ints]:
    """Return the rank of each like in the source's list, in the ranker's; -1: not in it."""
    asks = Before("view", columns=("user",))
    seen: dict[int, set[int]] = defaultdict(set)
    keys = likes.keys[1]
    ranks = np.full((2, len(likes.us)), -1)
    for woven in ticks(asks.step(asks.start(), likes.events)[1], BATCH):
        lists = blend.step(woven)
        numbers = woven["number"][woven["number"] >= 0]
        edges = [
            (np.searchsorted(one.question, numbers), np.searchsorted(one.question, numbers, "right")) for one in lists
        ]
        for at, number in enumerate(numbers.tolist()):
            mine, truth = seen[int(likes.user[number])], int(keys[number])
            for way, one in enumerate(lists):
                shown = [item for item in one.item[edges[way][0][at] : edges[way][1][at]].tolist() if item not in mine]
                ranks[way, number] = shown.index(truth) if truth in shown else -1
            mine.add(truth)
    return ranks[0], ranks[1]


def theirs(likes: Likes) -> dict[str, tuple[Ints, float]]:
    """Return the ranks of each baseline with its CPU seconds."""
    user, item, us = likes
    runs: dict[str, Any] = {
        "popularity": lambda n: plain.popularity(user[:n], item[:n], us[:n], np.inf),
        "popularity, half-life 30 days": lambda n: plain.popularity(user[:n], item[:n], us[:n], 30.0 * DAY_US),
        "popularity, half-life 7 days": lambda n: plain.popularity(user[:n], item[:n], us[:n], 7.0 * DAY_US),
        "item-cosine, all of the user's items": lambda n: plain.cosine(user[:n], item[:n], 1.0),
        "item-cosine, the newest weigh most": lambda n: plain.cosine(user[:n], item[:n], 0.8),
        "transitions within 20 likes": lambda n: plain.transitions(user[:n], item[:n], 10, 0.8),
        "incremental matrix factorization": lambda n: plain.factors(user[:n], item[:n], 10, 0.05, 0.01, 1),
    }
    found = {}
    for name, run in runs.items():
        run(50)
        began_s = time.process_time()
        found[name] = run(len(user)), time.process_time() - began_s
    return found


def table(likes: Likes) -> None:
    """Print every way to rank, then what ours gains over each."""
    Blend().step(Before("view", ("user",)).step(Before("view", ("user",)).start(), likes.events.rows(slice(50)))[1])
    blend = Blend()
    source, blended = ours(likes, blend)
    kept = slice(round(WARM * len(likes.us)), None)
    lines = {"ours: source and ranker": (blended, blend.cpu_s), "ours: the source's own order": (source, None)}
    lines |= theirs(likes)
    rows = [_row(name, rank[kept], cpu_s) for name, (rank, cpu_s) in lines.items()]
    title = f"MovieLens-100K, {len(likes.us) - kept.start:,} likes after the first fifth"
    print(markdown(title, ("what", "recall@10", "mrr@10", "CPU s"), rows))
    mine, rows = _hit(blended[kept]), []
    for name in list(lines)[1:]:
        other = _hit(lines[name][0][kept])
        gap = gained(mine, other, likes.us[kept], likes.user[kept])
        rows.append((name, f"{gap[0]:+.4f} [{gap[1]:+.4f}, {gap[2]:+.4f}]", f"{gap[0] / other.mean():+.1%}"))
    print(markdown("Source and ranker minus each, recall@10, 95 % interval over days", ("other", "gap", "share"), rows))
    size = sum(part.nbytes for part in pack(blend.states[0]).values())
    print(f"the source's packed state: {size / 1e6:.0f} MB")


def _hit(rank: Ints) -> Floats:
    return recall(rank, Asked.of(np.arange(len(rank))), TOP)


def _row(name: str, rank: Ints, cpu_s: float | None) -> tuple[str, ...]:
    hit = _hit(rank)
    mrr = (hit / (np.maximum(rank, 0) + 1)).mean()
    return name, f"{hit.mean():.4f}", f"{mrr:.4f}", f"{cpu_s:.1f}" if cpu_s is not None else ""


if __name__ == "__main__":
    found = fetched()
    if found is not None:
        table(found)
