"""Fraud: the handbook's payments in the order of time, labels a week late, beside refits, beside the book.

The simulated payments of the Fraud Detection Handbook (Le Borgne et al., 2022). Learners, settings were chosen on
payments before 2018-07-25. All racers see the same X, each row as it stood before its payment. Of the weeks from
25 July on: `continual` goes on learning; `weekly refit` is the same learner started anew each week on the last four
weeks whose labels have come; `frozen` learned everything up to 25 July, no more; LightGBM is fitted anew each week on
all labels there are (nightly is too dear to be measured: its CPU is a line through that of the weekly fits over their
rows, summed over all nights). Intervals draw days, 200 times. `ceiling` is who knows every fraud but those at a
terminal of whose spell no label has come, which nothing tells from good payments; it reads what made the simulation.

`--early` scores the five weeks before 25 July instead, which is where to choose.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import lightgbm
import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evercart.app import App
from evercart.apps.fraud import fraud
from evercart.asks.weave import DECISION
from evercart.detecting.reading import Payments, payments
from evercart.detecting.streamed import batches
from evercart.evaluate.cards import WEEK_D, card_precision, undetected
from evercart.evaluate.metrics import average_precision, roc_auc
from evercart.events.batch import Events, dtype_of, missing
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.learners.calibrated import Calibrated
from evercart.learners.learner import Learner
from evercart.learners.peeking import peek
from evercart.loop import Ring, Stopwatch, warm, whole_ticks
from evercart.units import DAY_US, SECOND_US
from shared import DATA, there

FILE: Final = DATA / "fraud_handbook_simulated.parquet"
DELAY_D, MONTH_D, DRAWS, TOP = 7, 28, 200, 0.02
BOOK: Final = {  # chapters 3.4, 5.3: AUC, AP, card precision@100
    "the book's logistic regression": (0.871, 0.606, 0.291),
    "the book's random forest": (0.867, 0.658, 0.287),
    "the book's XGBoost": (0.862, 0.639, 0.273),
    "the book's best": (0.872, 0.694, 0.304),
}
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Run(NamedTuple):
    """All payments with their X, all turns without one."""

    app: App
    found: Payments
    day: NDArray[np.int64]  # (payments,)
    x: NDArray[np.float32]  # (payments, columns)
    turns: dict[str, NDArray[Any]]
    cpu_s: dict[str, float]  # by stage
    lane: Any
    states: dict[str, Any]

    def rows(self, which: Mask) -> Iterator[tuple[NDArray[np.intp], Turns]]:
        """Yield turns in order, some at once, with their places."""
        places = np.flatnonzero(which)
        tick = self.turns["tick"][places]
        ends = [*np.searchsorted(tick, tick[:: 1 << 17]), len(places)]
        for first, stop in pairwise(ends):
            at = places[first:stop]
            columns = {name: values[at] for name, values in self.turns.items()}
            yield at, Turns(**columns, x=self.x[columns["number"]])


def gathered(found: Payments, delay_s: float, parties: str = "user place") -> Run:
    """Take payments through the tables once."""
    app, tick = fraud(parties, delay_s, delay_s, located=bool(found.located), racers="strange trees"), Tick()
    ring = Ring((app,), tick, int(found.us[-1]), gated=False)
    warm(ring)
    (lane,), watch, states = ring.lanes(), Stopwatch(time.process_time), ring.start()
    kept: list[Turns] = []

    def go(stage: Any, batch: Any) -> Any:
        with watch.on(stage.name):
            states[stage.name], out = stage.fold.step(states[stage.name], batch)
        return out

    for events in whole_ticks(batches(found, round(delay_s * SECOND_US), ring.reads), tick):
        woven = events
        for stage in (*lane.mend, lane.asks):
            woven = go(stage, woven)
        kept.append(go(lane.pairs, (woven, np.hstack([go(table, woven) for table in lane.tables]))))
    names = [name for name in vars(kept[0]) if name != "x"]
    turns = {name: np.concatenate([getattr(one, name) for one in kept]) for name in names}
    x = np.concatenate([one.x[one.what == ASKED] for one in kept])
    return Run(app, found, found.us // DAY_US, x, turns, dict(watch.spent), lane, states)


def learned(run: Run, learner: Learner[Any], until_us: int | None = None) -> tuple[Floats, float, Any]:
    """Return guesses, (payments,), CPU s, the last state; after `until_us` nothing is learned any more."""
    which = np.ones(len(run.turns["us"]), np.bool_)
    if until_us is not None:
        which = (run.turns["what"] == ASKED) | (run.turns["us"] < until_us)
    guesses, state, spent_s = np.full(len(run.day), np.nan), learner.start(), 0.0
    for _, turns in run.rows(which):
        began_s = time.process_time()
        state, said = learner.step(state, turns)
        spent_s += time.process_time() - began_s
        asked = turns.what == ASKED
        guesses[turns.number[asked]] = said[asked]
    return guesses, spent_s, state


def refitted(run: Run, learner: Learner[Any], weeks: list[int]) -> Floats:
    """Return the guesses of a learner started anew each week on the last weeks whose labels have come."""
    guesses = np.full(len(run.day), np.nan)
    us, settled = run.found.us[run.turns["number"]], run.turns["what"] == SETTLED
    for begin in weeks:
        last = (begin - DELAY_D) * DAY_US
        state = learner.start()
        for _, turns in run.rows(settled & (us < last) & (us >= last - MONTH_D * DAY_US)):
            state, _ = learner.step(state, turns)
        week = (run.turns["what"] == ASKED) & in_week(run.day, begin)[run.turns["number"]]
        for _, turns in run.rows(week):
            guesses[turns.number] = peek(learner, state, turns)
    return guesses


def trees(run: Run, weeks: list[int]) -> tuple[Floats, float]:
    """Return LightGBM's guesses, fitted weekly, the CPU s of fitting it nightly."""
    numbers = [at for at, one in enumerate(run.app.columns) if not one.name.endswith("_slot")]
    x, guesses, spent = run.x[:, numbers], np.full(len(run.day), np.nan), []
    settings = {"objective": "binary", "num_leaves": 31, "learning_rate": 0.05, "num_threads": 1, "verbosity": -1}
    for begin in weeks:
        known, week = run.day < begin - DELAY_D, in_week(run.day, begin)
        began_s = time.process_time()
        data = lightgbm.Dataset(x[known], run.found.label[known])
        model = lightgbm.train({**settings, "min_data_in_leaf": 100}, data, 100)
        spent.append((known.sum(), time.process_time() - began_s))
        guesses[week] = model.predict(x[week], num_threads=1)
    line = np.polyfit(*np.array(spent, np.float64).T, 1)
    nights = range(weeks[0], weeks[-1] + WEEK_D)
    return guesses, float(sum(np.polyval(line, (run.day < night - DELAY_D).sum()) for night in nights))


def in_week(day: NDArray[np.int64], begin: int) -> Mask:
    return (day >= begin) & (day < begin + WEEK_D)


def hidden(run: Run) -> Mask:
    """Return the frauds that nothing can tell: at a terminal taken over of which no fraud is known yet."""
    table = pq.read_table(FILE, columns=["tx_datetime", "tx_fraud_scenario"])
    order = np.argsort(table["tx_datetime"].cast("timestamp[us]").to_numpy(), kind="stable")
    taken = np.flatnonzero(table["tx_fraud_scenario"].to_numpy()[order][: len(run.day)] == 2)
    place, us = run.found.parties["place"][taken], run.found.us[taken]
    by_place = np.lexsort((us, place))
    out, first, before = np.zeros(len(run.day), np.bool_), 0, (np.uint64(0), 0)
    for at in by_place:
        if place[at] != before[0] or us[at] - before[1] > 10 * DAY_US:
            first = us[at]
        before = place[at], us[at]
        out[taken[at]] = us[at] < first + DELAY_D * DAY_US
    return out


def scores(run: Run, guess: Floats, rows: Mask) -> tuple[float, float, float]:
    """Return AUC, AP, card precision@100."""
    y, card = run.found.label[rows].astype(np.float64), run.found.parties["user"][rows]
    precision = card_precision(run.day[rows], card, y > 0, guess[rows])
    return roc_auc(y, guess[rows]), average_precision(y, guess[rows]), precision


def drawn(run: Run, rows: Mask, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return rows of days that were drawn, week by week the caller's."""
    days = np.unique(run.day[rows])
    return np.concatenate([np.flatnonzero(rows & (run.day == one)) for one in rng.choice(days, len(days))])


def interval(values: list[float]) -> str:
    low, high = np.quantile(values, (0.025, 0.975))
    return f"{low:.4f} to {high:.4f}"


def tell_week(run: Run, guesses: dict[str, Floats], begin: int) -> None:
    """Print the week's scores on the book's set, on all."""
    week = in_week(run.day, begin)
    fraud_, card = run.found.label == 1, run.found.parties["user"]
    book = week & undetected(run.day, card, fraud_, begin, DELAY_D)
    for name, rows in (("the book's set", book), ("undropped", week)):
        print(f"\n{name}: {rows.sum():,} payments, {fraud_[rows].sum()} frauds; AUC, AP, card precision@100")
        for racer, guess in guesses.items():
            print(f"{racer:30s}", *(f"{one:.4f}" for one in scores(run, guess, rows)))
        if rows is book:
            rng = np.random.default_rng(1)
            found = np.array([_ceiling(run, rows, rng) for _ in range(20)])
            said = (f"{mean:.4f} (sd {sd:.4f})" for mean, sd in zip(found.mean(0), found.std(0), strict=True))
            print(f"{'ceiling':30s}", *said)
            for racer, told in BOOK.items():
                print(f"{racer:30s}", *(f"{one:.3f}" for one in told))


def _ceiling(run: Run, rows: Mask, rng: np.random.Generator) -> tuple[float, float, float]:
    known = (run.found.label == 1) & ~hidden(run)
    return scores(run, known + rng.random(len(known)), rows)


def tell_weeks(run: Run, guesses: dict[str, Floats], weeks: list[int]) -> None:
    """Print the mean AP over the weeks with what the first racer is ahead by."""
    masks = [in_week(run.day, begin) for begin in weeks]
    y, rng = run.found.label.astype(np.float64), np.random.default_rng(1)
    means = {name: [average_precision(y[rows], guess[rows]) for rows in masks] for name, guess in guesses.items()}
    draws: dict[str, list[float]] = {name: [] for name in guesses}
    for _ in range(DRAWS):
        at = [drawn(run, rows, rng) for rows in masks]
        for name, guess in guesses.items():
            draws[name].append(float(np.mean([average_precision(y[rows], guess[rows]) for rows in at])))
    first = next(iter(guesses))
    print(f"\nmean AP over {len(weeks)} weeks; what {first} is ahead by")
    for name in guesses:
        ahead = np.subtract(draws[first], draws[name])
        gap = np.mean(means[first]) - np.mean(means[name])
        print(f"{name:30s} {np.mean(means[name]):.4f} ({interval(draws[name])})  {gap:+.4f} ({interval([*ahead])})")


def tell_calibration(run: Run, guess: Floats, weeks: list[int], name: str) -> None:
    """Print predicted over observed in each tenth of the top scores, overall, by slice of the app."""
    late = (run.day >= weeks[0]) & (run.day < weeks[-1] + WEEK_D)
    slices = run.app.slices
    by = np.concatenate([slices(turns) for _, turns in run.rows(run.turns["what"] == ASKED)])
    print(f"\ncalibration of {name}, predicted over observed in tenths of the top {TOP:.0%}, the highest first; frauds")
    rng = np.random.default_rng(1)
    for label, rows in [("all", late), *((one, late & (by == at)) for at, one in enumerate(slices.names))]:
        order = np.flatnonzero(rows)[np.argsort(-guess[rows], kind="stable")]
        tenths = np.array_split(order[: int(TOP * len(order))], 10)
        cells = []
        for one in tenths:
            y, said = run.found.label[one], guess[one].sum()
            low, high = np.quantile(said / np.maximum(rng.poisson(max(y.sum(), 1), 2000), 0.5), (0.025, 0.975))
            cells.append(f"{said / max(y.sum(), 1):.2f} ({low:.2f} to {high:.2f}; {y.sum()})")
        print(f"{label:26s}", " | ".join(cells))


def tell_speed(run: Run, learner: Learner[Any], state: Any, learn_s: float, questions: int = 2000) -> None:
    """Print payments per CPU second round the ring, the CPU time of single ones."""
    stages = sum(run.cpu_s.values()) + learn_s
    print(f"\nround the ring, learning included: {len(run.day) / stages:,.0f} payments/CPU s ({stages:.1f} CPU s)")
    rng, took, asked = np.random.default_rng(1), [], _questions(run)
    _, sample = next(run.rows(run.turns["what"] == ASKED))
    for at in rng.integers(0, len(asked), questions):
        one = asked.rows(slice(at, at + 1))
        began_s = time.process_time()
        x = np.hstack([table.fold.peek(run.states[table.name], one) for table in run.lane.tables])
        columns = {**vars(sample.rows(slice(0, 1))), "x": x}
        peek(learner, state, Turns(**columns))
        took.append(time.process_time() - began_s)
    p50, p99 = np.quantile(took, (0.5, 0.99)) * 1e3
    print(f"one payment, features and guess: p50 {p50:.2f} ms, p99 {p99:.2f} ms of CPU")


def _questions(run: Run, count: int = 5000) -> Events:
    """Return questions about the last payments, asked once more at the end."""
    reads = {*run.app.asks.reads, *(column for table in run.lane.tables for column in table.fold.reads)}
    columns: dict[str, Any] = {column: np.full(count, missing(column), dtype_of(column)) for column in reads}
    columns |= {name: keys[-count:] for name, keys in run.found.parties.items()}
    end = np.full(count, run.turns["us"].max())
    offset = np.arange(count) + run.turns["offset"].max() + 1
    clock = {"amount": run.found.amount[-count:], "logged_us": end, "event_us": end, "offset": offset}
    return Events({**columns, **clock, "kind": np.full(count, DECISION, np.int16), "number": np.arange(count)})


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--early", action="store_true", help="the weeks before 25 July, where to choose")
    parser.add_argument("--data", type=Path, default=FILE)
    told = parser.parse_args()
    if not there(told.data):
        return
    found, how = payments(told.data, None, 2_000_000_000 * SECOND_US)
    first, last = ("2018-06-20", "2018-07-18") if told.early else ("2018-07-25", "2018-09-19")
    if told.early:
        found = before(found, int(np.datetime64("2018-07-25", "us").astype(np.int64)))
    begin, end = (int(np.datetime64(one, "D").astype(np.int64)) for one in (first, last))
    weeks = [*range(begin, end + 1, WEEK_D)]
    run = gathered(found, how.delay_s)
    champion = run.app.champion
    guesses, cpu_s, states = dict[str, Floats](), dict[str, float](), dict[str, Any]()
    racers: list[tuple[str, Callable[[], tuple[Floats, float, Any]]]] = [
        ("continual", lambda: learned(run, champion)),
        ("calibrated", lambda: learned(run, Calibrated(champion))),
        *((name, lambda one=one: learned(run, one)) for name, one in run.app.challengers),
        ("frozen", lambda: learned(run, champion, weeks[0] * DAY_US)),
    ]
    for name, race in racers:
        guesses[name], cpu_s[name], states[name] = race()
    guesses["weekly refit, 4 weeks"] = refitted(run, champion, weeks)
    guesses["LightGBM, all history"], nightly_s = trees(run, weeks)
    tell_week(run, guesses, weeks[-1] if told.early else weeks[2])
    tell_weeks(run, guesses, weeks)
    share = (weeks[-1] + WEEK_D - weeks[0]) / (run.day[-1] - run.day[0] + 1)
    ours, all_of_it = cpu_s["continual"] * share, (cpu_s["continual"] + sum(run.cpu_s.values())) * share
    print(f"\nCPU s over those weeks: continual learner {ours:.2f}, with features, labels {all_of_it:.1f};", end=" ")
    print(f"LightGBM nightly, fits alone {nightly_s:.0f}: {ours / nightly_s:.2%}, {all_of_it / nightly_s:.2%}")
    for name in ("continual", "calibrated", "LightGBM, all history"):
        tell_calibration(run, guesses[name], weeks, name)
    tell_speed(run, champion, states["continual"], cpu_s["continual"])


def before(found: Payments, us: int) -> Payments:
    """Return the payments before a moment."""
    kept = found.us < us
    parties = {name: keys[kept] for name, keys in found.parties.items()}
    return Payments(found.us[kept], parties, found.amount[kept], found.label[kept], {}, found.refused)


if __name__ == "__main__":
    main()
