"""Orders: what a recommender gains by learning from them, by their value, by Q-learning, on the simulated shop.

Just after the first look of each visit every racer makes a list of 10. What the shopper looks at or orders within
the visit, but for that first item, is what the list is judged by: recall of the ordered items, share of their money,
sum of rewards (0.1 a look, 1 an order) of what stood on it. The log is replayed, nobody reacts to a list. Five seeds,
the first third of each is not counted; intervals are Student's over the seeds.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from bench_recommend import ticks
from evercart.asks.each import After
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column
from evercart.labels.lists import Lists
from evercart.labels.outcomes import Gains, summed_up
from evercart.labels.turns import ASKED
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.candidates import Candidates, ranked, unite
from evercart.learners.neighbours.q_learning import QLearning
from evercart.learners.neighbours.traits import TRAITS
from evercart.learners.ranker import Ranker
from evercart.testing.shop import KEYED, SimulatedShop
from evercart.units import DAY_US
from peers import markdown

SEEDS, TOP, DAYS, ROWS = range(1, 6), 10, 120, 120_000
VIEWS = Gains((("view", 0.1),))
OUTCOMES = Gains((("view", 0.1), ("order", 1.0)))
VALUED = Gains(OUTCOMES.worth, value="amount", usual=3000)
BROWSING, Q = Browsing(by="user"), QLearning(by="user")
MEASURES = ("orders, recall@10", "of them new to the shopper", "money, share@10", "reward a list")


class Blend:
    """Lists and a ranker over candidates with their price beside what the sources say."""

    def __init__(self, width: int, gains: Gains) -> None:
        columns = tuple(Column(f"column{at}") for at in range(width + 1))
        self.lists = Lists(width + 1, by="user", several=True, longest=128, gains=gains)
        self.ranker = Ranker(columns)
        self.states: list[Any] = [self.lists.start(), self.ranker.start()]
        self.cpu_s = 0.0

    def step(self, woven: Events, offered: Candidates, price: NDArray[np.float32]) -> Candidates:
        """Return the candidates as the ranker orders them, which learns from what was answered meanwhile."""
        began_s = time.process_time()
        x = np.column_stack([offered.x, price])
        self.states[0], turns = self.lists.step(self.states[0], (woven, (offered.question, offered.item, x)))
        self.states[1], guesses = self.ranker.step(self.states[1], turns)
        self.cpu_s += time.process_time() - began_s
        score = guesses[turns.what == ASKED].astype(np.float32)
        return ranked(offered.question, offered.item, score, offered.x[:, :0])


def log(seed: int) -> tuple[Events, Events]:
    """Return the shop's events, then with a question after the first look of each visit."""
    shop = SimulatedShop(seed=seed, shoppers=600, items=400, days=DAYS)
    events = Events.concat(list(shop.stream(ROWS, columns=(*KEYED, "price"))))
    events = events.rows(events.logged_us < shop.start_us + DAYS * DAY_US)
    asks = After("view", columns=("user", "session", "item"))
    woven = asks.step(asks.start(), events)[1]
    asked = np.flatnonzero(woven["number"] >= 0)
    first = np.zeros(len(asked), np.bool_)
    first[np.unique(woven["session"][asked], return_index=True)[1]] = True
    kept = np.ones(len(woven), np.bool_)
    kept[asked[~first]] = False
    return events, woven.rows(kept)


def prices(events: Events) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
    """Return each item with the log of its price at its launch, which stands in the log before any look at it."""
    rows = np.flatnonzero(events.kind == kind_number("item"))
    item, first = np.unique(events["item"][rows], return_index=True)
    return item, (0.3 * np.log1p(events["price"][rows[first]])).astype(np.float32)


def run(seed: int) -> tuple[dict[str, tuple[float, ...]], dict[str, float], int]:
    """Return the measures of each racer, its CPU seconds, how many lists were judged by an order."""
    events, woven = log(seed)
    item, price = prices(events)
    width, wide = len(TRAITS), 4 + len(TRAITS) + len(Q.columns)
    blends = {
        "ranker, taught looks": (Blend(width, VIEWS), False),
        "ranker, taught looks and orders": (Blend(width, OUTCOMES), False),
        "ranker, taught looks and orders by value": (Blend(width, VALUED), False),
        "ranker with QLearning's candidates": (Blend(wide, OUTCOMES), True),
    }
    states, cpu_s = [BROWSING.start(), Q.start()], np.zeros(2)
    found: dict[str, list[Candidates]] = {name: [] for name in (*blends, "QLearning alone", "fixed weights")}
    for batch in ticks(woven, 1024):
        offered = []
        for at, source in enumerate((BROWSING, Q)):
            began_s = time.process_time()
            states[at], each = source.step(states[at], batch)
            cpu_s[at] += time.process_time() - began_s
            offered.append(each)
        both = unite(offered)
        for name, (blend, is_wide) in blends.items():
            given = both if is_wide else offered[0]
            found[name].append(blend.step(batch, given, price[np.searchsorted(item, given.item)]))
        found["fixed weights"].append(offered[0])
        found["QLearning alone"].append(offered[1])
    truth = Truth(woven)
    spent = {name: blend.cpu_s for name, (blend, _) in blends.items()} | {"QLearning alone": float(cpu_s[1])}
    return {name: truth.measured(Candidates.concat(parts)) for name, parts in found.items()}, spent, truth.judged


class Truth:
    """What came of each visit after its first look."""

    def __init__(self, woven: Events) -> None:
        asked = woven["number"] >= 0
        late = woven.logged_us >= woven.logged_us[0] + DAYS // 3 * DAY_US
        order = np.lexsort((np.arange(len(woven)), woven["user"]))
        last = np.maximum.accumulate(np.where(asked[order], np.arange(len(order)), -1))
        row = np.full(len(woven), -1)
        row[order] = np.where(last >= 0, order[np.maximum(last, 0)], -1)
        same = (row >= 0) & (woven["user"] == woven["user"][row]) & ~asked
        same &= (
            (woven.logged_us - woven.logged_us[row] < DAY_US // 24) & (woven["item"] != woven["item"][row]) & late[row]
        )
        rows = np.flatnonzero(same & (OUTCOMES.of(woven) > 0))
        number = woven["number"][row[rows]]
        self.worth = summed_up(number, woven["item"][rows], OUTCOMES.of(woven)[rows])
        money = Gains((("order", 1.0),), value="amount", usual=1).of(woven)
        self.money = summed_up(number, woven["item"][rows], money[rows]).gain
        self.lists = int((asked & late).sum())
        self.ordered = self.worth.gain >= 1.0
        self.judged = len(np.unique(self.worth.number[self.ordered]))
        self.new = self._new(woven, rows, number)

    def _new(self, woven: Events, rows: NDArray[np.int64], number: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of the items the shopper had not looked at before the list was made."""
        looked = woven.kind == kind_number("view")
        when: dict[tuple[int, int], int] = {}
        for at in np.flatnonzero(looked).tolist():
            when.setdefault((int(woven["user"][at]), int(woven["item"][at])), at)
        asked = np.flatnonzero(woven["number"] >= 0)
        place = asked[np.searchsorted(woven["number"][asked], self.worth.number)]
        users = woven["user"][place].tolist()
        firsts = [when.get((user, int(item)), 0) for user, item in zip(users, self.worth.item, strict=True)]
        return np.array(firsts) > place

    def measured(self, shown: Candidates) -> tuple[float, ...]:
        """Return the measures of lists."""
        top = shown.rows(shown.rank < TOP)
        pairs = np.array(list(zip(top.question.tolist(), top.item.tolist(), strict=True)), dtype="i8,u8")
        wanted = np.array(list(zip(self.worth.number.tolist(), self.worth.item.tolist(), strict=True)), dtype="i8,u8")
        hit = np.isin(wanted, pairs)
        new = self.ordered & self.new
        return (
            float(hit[self.ordered].mean()),
            float(hit[new].mean()),
            float(self.money[hit].sum() / self.money.sum()),
            float(self.worth.gain[hit].sum() / self.lists),
        )


def told() -> None:
    runs = [run(seed) for seed in SEEDS]
    names, base = list(runs[0][0]), "ranker, taught looks"
    values = np.array([[one[name] for name in names] for one, _, _ in runs])  # (seeds, racers, measures)
    width = student.ppf(0.975, len(runs) - 1) / np.sqrt(len(runs))
    rows = []
    for at, name in enumerate(names):
        mean, half = values[:, at].mean(0), width * values[:, at].std(0, ddof=1)
        cells = [f"{m:.4f} ± {h:.4f}" for m, h in zip(mean, half, strict=True)]
        rows.append((name, *cells, f"{np.mean([spent.get(name, 0.0) for _, spent, _ in runs]):.1f}"))
    title = f"Simulated shop, five seeds, {sum(n for *_, n in runs):,} lists judged by an order"
    print(markdown(title, ("what", *MEASURES, "CPU s"), rows))
    gaps = values - values[:, [names.index(base)]]
    rows = []
    for at, name in enumerate(names):
        if name != base:
            mean, half = gaps[:, at].mean(0), width * gaps[:, at].std(0, ddof=1)
            rows.append((name, *(f"{m:+.4f} ± {h:.4f}" for m, h in zip(mean, half, strict=True))))
    print(markdown(f"Minus {base}", ("what", *MEASURES), rows))


if __name__ == "__main__":
    told()
