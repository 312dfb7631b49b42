"""Evaluate: race and report in questions per CPU second over ever larger windows; the refitted opponent's cost."""

from __future__ import annotations

import argparse
import time

import numpy as np

from evercart.evaluate.batch_linear import BatchLinear
from evercart.evaluate.history import History
from evercart.evaluate.losses import log_loss
from evercart.evaluate.race import Race
from evercart.evaluate.refit import Refit
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.features.columns import Column
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.units import DAY_US

BATCH = 1 << 16
SLOTS = (24, 7, 300, 2_500, 5_000, 20_000)


def stream(questions: int, window_us: int, x: np.ndarray, seed: int) -> Turns:
    """Ask over a year; a "yes" settles within the window, a "no" at its end."""
    rng = np.random.default_rng(seed)
    asked = np.sort(rng.integers(0, 364 * DAY_US, questions))
    y = (rng.random(questions) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    settled = asked + np.where(y == 1, rng.integers(1, window_us, questions), window_us)
    us = np.concatenate([asked, settled])
    order = np.argsort(us, kind="stable")
    number = np.tile(np.arange(questions), 2)[order]
    what = np.repeat([ASKED, SETTLED], questions)[order].astype(np.int8)
    at = np.arange(2 * questions)
    return Turns(
        what=what,
        tick=at,
        offset=at,
        us=us[order],
        number=number,
        y=np.where(what == ASKED, np.nan, y[number]),
        was=np.full(len(at), np.nan),
        weight=np.ones(len(at)),
        key=(number % 2_469 + 1).astype(np.uint64),
        x=x[number],
    )


def raced(turns: Turns) -> Scored:
    """Judge two racers, batch by batch."""
    guess = np.where(turns.what == ASKED, 0.6, np.nan)
    race = Race(("a", "b"))
    state, parts = race.start(), []
    for first in range(0, len(turns), BATCH):
        part = slice(first, first + BATCH)
        state, scored = race.step(state, (turns.rows(part), {"a": guess[part], "b": 0.9 * guess[part]}))
        parts.append(scored)
    return Scored.concat(parts)


def features(questions: int, numbers: int, seed: int) -> tuple[np.ndarray, tuple[Column, ...]]:
    """Return skewed, correlated numbers beside slots of which a few are frequent."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(questions, 5)) @ rng.normal(size=(5, numbers))
    x = np.exp(0.5 * (hidden + rng.normal(size=(questions, numbers))))
    slots = [(rng.pareto(1.0, questions) * size / 20).astype(np.int64) % size for size in SLOTS]
    columns = [Column(f"number {i}") for i in range(numbers)]
    columns += [Column(f"slot {size}", slots=size) for size in SLOTS]
    return np.column_stack([x, *slots]).astype(np.float32), tuple(columns)


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--questions", type=int, default=500_000)
    arguments.add_argument("--refitted", type=int, default=155_000)
    given = arguments.parse_args()
    thin = np.random.default_rng(0).normal(size=(given.questions, 1)).astype(np.float32)
    raced(stream(1_000, DAY_US, thin[:1_000], 0))  # compile
    for days in (1, 7, 90):
        turns = stream(given.questions, days * DAY_US, thin, 1)
        began = time.process_time()
        scored = raced(turns)
        spent = time.process_time() - began
        print(f"race, window of {days} days: {given.questions / spent / 1e6:.1f} M questions/CPU-s")
    report = Report(("a", "b"), log_loss)
    report.days(scored.rows(slice(9)))
    began = time.process_time()
    report.days(scored)
    print(f"report: {len(scored) / (time.process_time() - began) / 1e6:.1f} M questions/CPU-s")
    x, columns = features(given.refitted, 40, 2)
    history = History.of(stream(given.refitted, 7 * DAY_US, x, 3))
    refit = Refit(BatchLinear(columns, log_loss, 10.0))
    refit.guesses(history.rows(slice(20_000)), time.process_time)
    found = refit.guesses(history, time.process_time)
    what = f"{given.refitted:,} questions, {len(columns)} columns"
    print(f"weekly refit, {what}: {found.fits} fits in {found.cpu_s:.1f} CPU-s")


if __name__ == "__main__":
    main()
