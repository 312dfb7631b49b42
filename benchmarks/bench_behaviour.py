"""Behaviour: log loss of each outcome, one model of all against a model each, on five simulated shops."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.app import App
from evercart.apps.behaviour import ABOUT, OUTCOMES, apart, behaviour
from evercart.backtest import Replayed, replay
from evercart.labels.pairs import Tick
from evercart.learners.factorization import Factorization
from evercart.learners.linear import Linear
from evercart.testing.behaving import BEHAVING
from evercart.testing.shop import SimulatedShop

DAYS, SHOPPERS, ITEMS = 120, 300, 200


def raced() -> App:
    """Return the app with further racers beside the one that shares nothing."""
    app = behaviour()
    columns = app.columns
    rates: Any = Linear(columns, "logistic", use=(ABOUT,))
    factors: Any = Factorization(columns, factors=8, rate=0.02)
    slower = apart(columns, 0.04)
    further = (("apart, slower", slower), ("factors", factors), ("base rates", rates))
    return replace(app, challengers=(*app.challengers, *further))


def turn(app: App, seed: int) -> tuple[Replayed, int]:
    """Take a simulated shop round the ring; return how many events there were."""
    shop = SimulatedShop(seed=seed, shoppers=SHOPPERS, items=ITEMS, days=DAYS, emitters=BEHAVING)
    rows = sum(table.num_rows for table in shop.events())
    return replay(app, shop.stream(rows, columns=app.reads), Tick(), None, time.process_time), rows


def miscalibrated(y: NDArray[np.float64], guess: NDArray[np.float64]) -> float:
    """Return the mean distance of guess from label over ten groups of alike guesses."""
    parts = np.array_split(np.argsort(guess, kind="stable"), 10)
    return float(np.mean([abs(guess[part].mean() - y[part].mean()) for part in parts]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    app = raced()
    names = ("shared", *(name for name, _ in app.challengers))
    losses = np.empty((given.seeds, len(OUTCOMES), len(names)))
    early, off, rate = np.empty_like(losses), np.empty_like(losses), np.empty((given.seeds, len(OUTCOMES)))
    for seed in range(given.seeds):
        began = time.process_time()
        replayed, rows = turn(app, seed + 1)
        scored = replayed.scored
        spent = time.process_time() - began
        quarter = scored.us[0] + (scored.us[-1] - scored.us[0]) // 4
        print(f"seed {seed + 1}: {rows:,} events, {len(scored):,} questions, {spent:.1f} CPU s", flush=True)
        for place in range(len(OUTCOMES)):
            own = scored.rows(scored.slice == place)
            later = own.rows(own.us > quarter)
            first = own.rows(own.us <= quarter)
            rate[seed, place] = later.y.mean()
            for at in range(len(names)):
                losses[seed, place, at] = app.loss.each(later.y, later.guesses[:, at]).mean()
                early[seed, place, at] = app.loss.each(first.y, first.guesses[:, at]).mean()
                off[seed, place, at] = miscalibrated(later.y, later.guesses[:, at])
    for title, found in (("after the first quarter", losses), ("in the first quarter", early), ("miscalibrated", off)):
        print(f"\n{title}; in brackets: less than `shared`'s, mean over seeds, with two standard errors\n")
        print("| outcome | rate |", " | ".join(names), "|\n|" + "---|" * (2 + len(names)))
        for place, outcome in enumerate(OUTCOMES):
            cells = []
            for at in range(len(names)):
                gap = found[:, place, at] - found[:, place, 0]
                error = 2 * gap.std(ddof=1) / np.sqrt(len(gap)) if given.seeds > 1 else np.nan
                cells.append(
                    f"{found[:, place, at].mean():.5f}" + (f" ({gap.mean():+.5f} ± {error:.5f})" if at else "")
                )
            print(f"| {outcome} | {rate[:, place].mean():.4f} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main()
