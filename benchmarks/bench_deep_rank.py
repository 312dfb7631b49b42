"""A net of view, cart, order beside the light ranker, beside a net each, on simulated shops.

Every question is scored before its answer is learned; judged are those after the first quarter. Of the answer: NDCG
among the first 20. Of carts, orders, within the hour: the share of a list's pairs that stand right (AUC), over lists
of which something came. Nets are asked as they stood at most 64 questions before, all alike. Settings were chosen on
seed 101, before seeds 1 to 5 were looked at, of which the figures are. A twin is the same network with one task. CPU
seconds are of learning with guessing, each question once.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np
from scipy.stats import t as student

from evercart.apps.deeper import ranking
from evercart.apps.recommend import described, next_click
from evercart.events.batch import Events
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED, FURTHER, SETTLED, Turns
from evercart.learners.deep.deep_rank import DeepRank
from evercart.learners.neighbours.candidates import united
from evercart.recommending import whole_ticks
from evercart.shortlist import Shortlist
from evercart.testing.behaving import BEHAVING
from evercart.testing.shop import SimulatedShop
from peers import markdown

TASKS: Final = ("view", "cart", "order")
TOP: Final = 20
_SPAN: Final = 64  # questions between two looks at a net
Floats = Any


def turned(seed: int, days: int, shoppers: int) -> tuple[Shortlist, Turns]:
    """Return what ranks with the turns of a simulated shop."""
    parts = replace(next_click(sources=described()), further=TASKS[1:])
    shop = SimulatedShop(seed=seed, shoppers=shoppers, items=200, days=days, emitters=BEHAVING)
    rows = sum(table.num_rows for table in shop.events())
    events = Events.concat(list(shop.stream(rows, columns=parts.reads)))
    folds = {name: fold for name, fold in parts.stages().items() if not name.startswith("rank")}
    states: dict[str, Any] = {name: fold.start() for name, fold in folds.items()}

    def go(name: str, batch: Any) -> Any:
        states[name], out = folds[name].step(states[name], batch)
        return out

    found = []
    for batch in whole_ticks(events, Tick(), 256):
        woven = go("asks", batch)
        offered = united([go(name, woven) for name in folds if name.startswith("source")])
        found.append(go("lists", (woven, (offered.question, offered.item, offered.x))))
    return parts, Turns.concat(found)


def of_one(task: int, turns: Turns) -> Turns:
    """Return the turns as a net of one task alone takes them."""
    if task == 0:
        return turns.rows(turns.what != FURTHER)
    kept = turns.rows((turns.what == ASKED) | (turns.what == FURTHER))
    bit = np.nan_to_num(kept.y).astype(np.int64) >> (task - 1) & 1
    told = kept.what == FURTHER
    return replace(kept, what=np.where(told, SETTLED, kept.what).astype(np.int8), y=np.where(told, bit, kept.y))


def said(net: DeepRank, turns: Turns, tasks: tuple[int, ...]) -> tuple[list[Floats], float]:
    """Return the scores of each question's rows in some tasks, with the CPU seconds of one learner at work."""
    state, scores, spent = net.start(), [np.full(len(turns), np.nan) for _ in tasks], 0.0
    edges = np.flatnonzero(np.diff(turns.tick)) + 1
    asked = np.cumsum(np.diff(turns.number, prepend=-1) * (turns.what == ASKED) != 0)
    cuts = np.unique(edges[np.searchsorted(asked[edges], np.arange(_SPAN, asked[-1], _SPAN)).clip(0, len(edges) - 1)])
    for start, stop in zip([0, *cuts], [*cuts, len(turns)], strict=True):
        part = turns.rows(slice(start, stop))
        rows = np.flatnonzero(part.what == ASKED)
        for each, task in zip(scores, tasks, strict=True):
            each[start + rows] = net.margins(state, part.x[rows], task)
        began = time.process_time()
        state, _ = net.step(state, part)
        spent += time.process_time() - began
    return scores, spent


def judged(turns: Turns, scores: Floats, what: int, gain: Callable[[Floats, Floats], float]) -> float:
    """Return the mean gain of lists told by turns of a kind, by the scores their candidates were asked with."""
    asked = np.flatnonzero(turns.what == ASKED)
    last = turns.number[asked[-1]]
    first = dict(zip(*np.unique(turns.number[asked], return_index=True), strict=True))
    told = np.flatnonzero((turns.what == what) & (turns.number > last / 4))
    each = np.split(told, np.flatnonzero(np.diff(turns.number[told])) + 1)
    found = [gain(scores[asked[first[turns.number[rows[0]]] + np.arange(len(rows))]], turns.y[rows]) for rows in each]
    return float(np.nanmean(found))


def ndcg(score: Floats, y: Floats) -> float:
    """Return the gain of the one that was taken among the first 20; equal scores stand as they came."""
    best = y[np.argsort(-score, kind="stable")][:TOP]
    return float((best / np.log2(2 + np.arange(len(best)))).sum())


def auc(bit: int) -> Callable[[Floats, Floats], float]:
    """Return the share of pairs, one that came with one that did not, that stand right; NaN without a pair."""

    def share(score: Floats, y: Floats) -> float:
        came = (y.astype(np.int64) >> bit & 1).astype(np.bool_)
        if came.all() or not came.any():
            return np.nan
        gaps = score[came][:, None] - score[~came]
        return float(((gaps > 0) + 0.5 * (gaps == 0)).mean())

    return share


def measured(seed: int, days: int, shoppers: int) -> dict[str, float]:
    """Return every figure of a seed."""
    parts, turns = turned(seed, days, shoppers)
    names = [column.name for column in parts.columns]
    plain = {"popular": turns.x[:, names.index("popular.given_score")], "as offered": np.zeros(len(turns))}
    found = {f"{name}, view": judged(turns, scores, SETTLED, ndcg) for name, scores in plain.items()}
    began, light = time.process_time(), parts.ranker
    _, scores = light.step(light.start(), turns)
    found |= {"light CPU": time.process_time() - began, "light, view": judged(turns, scores, SETTLED, ndcg)}
    net = replace(ranking(parts), seed=seed)
    every, found["net CPU"] = said(net, turns, (0, 1, 2))
    found["questions"] = len(np.unique(turns.number))
    for task, name in enumerate(TASKS):
        own = of_one(task, turns)
        (alone,), found[f"twin of {name} CPU"] = said(replace(net, tasks=(name,)), own, (0,))
        twin = np.full(len(turns), np.nan)
        twin[turns.what == ASKED] = alone[own.what == ASKED]
        what, gain = (FURTHER, auc(task - 1)) if task else (SETTLED, ndcg)
        found[f"net, {name}"] = judged(turns, every[task], what, gain)
        found[f"twin, {name}"] = judged(turns, twin, what, gain)
        if task:
            found[f"light, {name}"] = judged(turns, scores, what, gain)
    return found


def spread(values: Any) -> str:
    """Return a mean with half the width of its 95 % interval."""
    values = np.array(values)
    if len(values) < 2:
        return f"{values.mean():.4f}"
    return f"{values.mean():.4f} ± {student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5:.4f}"


def main() -> None:
    """Print the figures, then the differences."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5])
    options.add_argument("--days", type=int, default=45)
    options.add_argument("--shoppers", type=int, default=60)
    given = options.parse_args()
    found = []
    for seed in given.seeds:
        found.append(measured(seed, given.days, given.shoppers))
        print(seed, {name: round(value, 4) for name, value in found[-1].items()}, flush=True)
    rows = [(name, spread([one[name] for one in found])) for name in found[0]]
    for other in ("light", "twin"):
        for task in TASKS:
            gaps = [one[f"net, {task}"] - one[f"{other}, {task}"] for one in found]
            rows.append((f"net less {other}, {task}", f"{spread(gaps)}; {sum(gap > 0 for gap in gaps)} of {len(gaps)}"))
    print(markdown(f"simulated shops, {given.days} days, {given.shoppers} shoppers", ("what", "mean"), rows))


if __name__ == "__main__":
    main()
