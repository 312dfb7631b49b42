"""Drift: false alarms, delay, values per CPU second of each detector, beside River's; reacting; the watch."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import drift

from evercart import apps
from evercart.app import App
from evercart.backtest import Replayed, replay
from evercart.chance import uniform
from evercart.evaluate.drift.adwin import Adwin
from evercart.evaluate.drift.alarms import records
from evercart.evaluate.drift.delays import Delays
from evercart.evaluate.drift.estimate import Estimate
from evercart.evaluate.drift.page_hinkley import PageHinkley
from evercart.evaluate.drift.two_sample import TwoSample
from evercart.evaluate.drift.watch import Watch
from evercart.evaluate.drift.watched import released
from evercart.evaluate.losses import log_loss
from evercart.events.batch import Events
from evercart.features.columns import Column
from evercart.fold import pack
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED
from evercart.labels.values import Values
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from evercart.learners.prequential import prequential
from evercart.learners.reacting import Reacting
from evercart.policies import LASTING
from evercart.testing.shop import START_US, SimulatedShop
from evercart.units import DAY_US, MISSING

BATCH = 1 << 16
DAYS, TURN = 240, 180  # of a simulated shop; the day on which something happens
CALM = 2_000  # values before the shift whose delay is measured
ADWIN = Adwin(delta=1e-6)
PAGE_HINKLEY = PageHinkley(delta=0.5, threshold=50.0, keep=1.0)  # for values of standard deviation 1


def values(numbers: NDArray[Any]) -> Values:
    place = np.arange(len(numbers))
    return Values(place, place, numbers)


def stepped(fold: Any, batch: Any, rows: Callable[[Any, slice], Any], size: int) -> tuple[float, int, int, int]:
    """Step in batches; return CPU seconds, how much was said, packed bytes after the first batch, at the end."""
    state, said, first_bytes = fold.start(), 0, 0
    began = time.process_time()
    for first in range(0, size, BATCH):
        state, out = fold.step(state, rows(batch, slice(first, first + BATCH)))
        said += len(out)
        first_bytes = first_bytes or _bytes(state)
    return time.process_time() - began, said, first_bytes, _bytes(state)


def _bytes(state: Any) -> int:
    return sum(array.nbytes for array in pack(state).values())


def stepped_values(fold: Any, numbers: NDArray[Any]) -> tuple[float, int, int, int]:
    return stepped(fold, values(numbers), lambda batch, part: batch.rows(part), len(numbers))


def streams(count: int, rng: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    """Return calm streams of standard deviation 1; the last breaks what detectors suppose: values depend on others."""
    p = 1 / (1 + np.exp(-rng.normal(-3.0, 1.0, count)))
    losses = log_loss.each((rng.random(count) < p).astype(float), p)
    normal, shared = rng.normal(size=count), np.repeat(rng.normal(size=count // 5 + 1), 5)[:count]
    return {
        "normal": normal,
        "log loss of rare labels": (losses - losses.mean()) / losses.std(),
        "fives that correlate by 0.2": np.sqrt(0.8) * normal + np.sqrt(0.2) * shared,
    }


def delays(fold: Any, calm: NDArray[np.float64], runs: int) -> NDArray[np.float64]:
    """Return values between a shift of one standard deviation and the alarm, (runs,); infinite if none came."""
    found = np.full(runs, np.inf)
    for run in range(runs):
        numbers = calm[run * 2 * CALM : (run + 1) * 2 * CALM].copy()
        numbers[CALM:] += 1.0
        _, alarms = fold.step(fold.start(), values(numbers))
        late = alarms.place[alarms.place >= CALM]
        found[run] = late[0] - CALM + 1 if len(late) else np.inf
    return found


def rivers(detector: Any, numbers: list[float]) -> float:
    """Return CPU seconds."""
    began = time.process_time()
    for number in numbers:
        detector.update(number)
    return time.process_time() - began


def detectors(count: int, runs: int) -> None:
    rng = np.random.default_rng(1)
    calm = streams(count, rng)
    short = list(calm["normal"][:200_000])
    theirs = {"adwin": drift.ADWIN(delta=1e-6), "page-hinkley": drift.PageHinkley(30, 0.5, 50.0, 1.0)}
    for name, fold in (("adwin", ADWIN), ("page-hinkley", PAGE_HINKLEY)):
        stepped_values(fold, calm["normal"][:1000])  # compile
        for kind, numbers in calm.items():
            spent, alarms, first, last = stepped_values(fold, numbers)
            part = f"{alarms / count * 1e6:.2f} false alarms per 1 M values ({alarms} in {count / 1e6:g} M)"
            print(f"{name}, {kind}: {part}; {count / spent / 1e6:.1f} M values/CPU-s; {first} bytes, then {last}")
        for kind, numbers in calm.items():
            took = delays(fold, numbers, runs)
            half, most = np.quantile(took, [0.5, 0.99])
            print(f"{name}, {kind}: a one-sigma shift is noticed after {half:.0f} values (99 %: {most:.0f})")
        ours, its = stepped_values(fold, calm["normal"][:200_000])[0], rivers(theirs[name], short)
        print(f"{name}: river {len(short) / its / 1e3:.0f} k values/CPU-s; ours {its / ours:.0f} times as fast")


def others(count: int) -> None:
    rng = np.random.default_rng(2)
    columns = tuple(Column(f"number {i}") for i in range(30)) + tuple(Column(f"slot {i}", slots=999) for i in range(10))
    x = np.column_stack([np.exp(rng.normal(size=(count, 30))), rng.integers(0, 999, (count, 10))]).astype(np.float32)
    watch = TwoSample(columns)
    stepped_values(watch, x[:50_000])
    spent, alarms, first, last = stepped_values(watch, x)
    rate = f"{count / spent / 1e3:.0f} k rows/CPU-s ({count * 40 / spent / 1e6:.0f} M values/CPU-s)"
    print(f"two-sample, 40 columns: {rate}; {alarms} false alarms; {first} bytes, then {last}")
    turns = prequential(x[:, :1], (rng.random(count) < 0.2).astype(float))
    said = {"a": np.full(len(turns), 0.2)}
    delay, estimate = Delays(), Estimate("a")
    delay.step(delay.start(), turns.rows(slice(9)))
    estimate.step(estimate.start(), (turns.rows(slice(9)), {"a": said["a"][:9]}))
    spent, *_ = stepped(delay, turns, lambda batch, part: batch.rows(part), len(turns))
    print(f"delays: {count / spent / 1e6:.1f} M questions/CPU-s")
    spent, *_ = stepped(estimate, turns, lambda b, part: (b.rows(part), {"a": said["a"][part]}), len(turns))
    print(f"estimate: {count / spent / 1e6:.1f} M questions/CPU-s")


def reacting(count: int) -> None:
    rng = np.random.default_rng(3)
    columns = tuple(Column(f"number {i}") for i in range(10)) + tuple(Column(f"slot {i}", slots=500) for i in range(4))
    slots = rng.integers(0, 500, (count, 4))
    x = np.column_stack([rng.normal(size=(count, 10)), slots]).astype(np.float32)
    regime = np.arange(count) * 4 // count % 2
    numbers, words = rng.normal(0, 0.5, (2, 10)), rng.normal(0, 0.5, (2, 4, 500))
    margin = (x[:, :10] * numbers[regime]).sum(1) + sum(words[regime, j, slots[:, j]] for j in range(4))
    turns = prequential(x, (rng.random(count) < 1 / (1 + np.exp(-margin))).astype(float))
    linear = Linear(columns, "logistic", Ftrl(alpha=0.05))
    for name, learner in (("plain", linear), ("reacting", Reacting(linear, LASTING))):
        learner.step(learner.start(), turns.rows(slice(20_000)))
        state, guesses = learner.start(), []
        began = time.process_time()
        for first in range(0, len(turns), BATCH):
            state, said = learner.step(state, turns.rows(slice(first, first + BATCH)))
            guesses.append(said)
        spent = time.process_time() - began
        losses = log_loss.each(turns.y[1::2], np.concatenate(guesses)[::2])
        after = [losses[at : at + count // 20].mean() for at in range(count // 4, count, count // 4)]
        told = f"{losses.mean():.4f} nats in all, {np.mean(after):.4f} in the fifth of a regime after a turn"
        print(f"{name}: {told}; {count / spent / 1e6:.2f} M questions/CPU-s")


def shop(app: App, seed: int, change: str) -> Events:
    """Return a simulated shop in which something happens on the day `TURN`.

    change    "nothing"; "prices": three times as high; "fewer": 6 of 10 baskets gone; "people": others under old names
    """

    def course(seed: int) -> Events:
        parts, end_us = [], START_US + DAYS * DAY_US
        for events in SimulatedShop(seed=seed, shoppers=600, items=300).stream(10**8, columns=app.reads):
            parts.append(events)
            if events.logged_us[-1] >= end_us:
                break
        events = Events.concat(parts)
        return events.rows(events.logged_us < end_us)

    turn_us = START_US + TURN * DAY_US
    events = course(seed)
    late = events.logged_us >= turn_us
    if change == "fewer":
        drawn = uniform(seed, (events["session"] >> np.uint64(2)).astype(np.int64), "fewer")
        events = events.rows(~(late & (drawn < 0.6)))
    if change == "people":
        other = course(seed + 1000)
        events = Events.concat([events.rows(~late), other.rows(other.logged_us >= turn_us)])
    columns: dict[str, Any] = {name: events[name] for name in events.columns} | {"offset": np.arange(len(events))}
    if change == "prices":
        columns["amount"] = events["amount"] * np.where(late & (events["amount"] != MISSING), 3, 1)
    return Events(columns)


def watched(app: App, found: Replayed, batch: int) -> tuple[float, list[dict[str, Any]]]:
    """Return the CPU seconds of watching a replay in batches of turns, with what was told."""
    turns, scored = found.turns, found.scored
    watch = Watch(app.name, ("continual",), app.columns, app.loss)
    _, guess = app.champion.step(app.champion.start(), turns)
    row = released(turns, scored.number)
    parts = []
    for first in range(0, len(turns), batch):
        rows, judged = slice(first, first + batch), slice(*np.searchsorted(row, [first, first + batch]))
        parts.append((turns.rows(rows), {"continual": guess[rows]}, scored.rows(judged), 0))
    state, told = watch.start(), []
    began = time.process_time()
    for part in parts:
        state, alarms = watch.step(state, part)
        told += records(alarms, watch.names) if len(alarms) else []
    return time.process_time() - began, told


def watching(seeds: int) -> None:
    for name in ("repurchase", "spend"):
        app = apps.app(name)
        for change in ("nothing", "prices", "fewer", "people"):
            before, delay, after = 0, [], []
            for seed in range(1, seeds + 1):
                found = replay(app, iter([shop(app, seed, change)]), Tick(), None, time.process_time)
                days = [((row["us"] - START_US) / DAY_US, row["what"]) for row in watched(app, found, 8192)[1]]
                before += sum(day < TURN for day, _ in days)
                late = [(day - TURN, what) for day, what in days if TURN <= day < TURN + 30]
                delay.append(late[0][0] if late else np.inf)
                after.append(len(late))
            calm = f"{before} alarms in {seeds * TURN} days before"
            print(
                f"watch {name}, {change}: {calm}; in the month after {after}, the first after {np.round(delay, 1)} days"
            )
        costs(app)


def costs(app: App) -> None:
    """Print what watching costs beside the ring, both in batches of so many turns."""
    events = shop(app, 1, "nothing")
    found = replay(app, iter([events]), Tick(), None, time.process_time)
    asked = int((found.turns.what == ASKED).sum())
    for batch in (8192, 512, 64):
        size = len(events) * batch // len(found.turns)
        spent, ring = [], []
        for _ in range(3):
            pieces = (events.rows(slice(at, at + size)) for at in range(0, len(events), size))
            ring.append(sum(replay(app, pieces, Tick(), None, time.process_time).watch.spent.values()))
            spent.append(watched(app, found, batch)[0])
        told = f"{min(spent) / asked * 1e6:.2f} us a question, {min(spent) / min(ring):.1%} of a ring with one racer"
        print(
            f"watch {app.name}, {len(app.columns)} columns, {asked / DAYS:.0f} questions a day, {batch} turns: {told}"
        )


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--values", type=int, default=20_000_000)
    arguments.add_argument("--runs", type=int, default=500)
    arguments.add_argument("--questions", type=int, default=400_000)
    arguments.add_argument("--seeds", type=int, default=3)
    given = arguments.parse_args()
    detectors(given.values, given.runs)
    others(given.questions)
    reacting(given.questions)
    watching(given.seeds)


if __name__ == "__main__":
    main()
