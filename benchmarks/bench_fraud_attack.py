"""Fraud under attack: frauds of the handbook made again to get no alert, by the plain model, by the hardened one.

The simulated payments of the Fraud Detection Handbook, test then train, labels a week late. Of the frauds from 25 July
on some are drawn; each is made again as the stronger of two searches (one change at a time; drawn changes of all
things) finds it best, within a budget in money, against each model as it stood just before. What a change costs is an
assumption: another place 10, another card 30, a further part of a payment 5, an hour 1, an amount what is not stolen.
`kept` is the recall that is left at the same alerts, 1 % of a day's payments; its interval draws frauds, 2,000 times.
Settings were chosen on payments before 25 July, by changed columns.

`knowing` is who knows where the payer pays: another place is one of those.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.apps.fraud import fraud
from evercart.detecting.backtest import ALERTS
from evercart.detecting.raided import Raid, Raided
from evercart.detecting.reading import payments
from evercart.detecting.streamed import streamed
from evercart.evaluate.metrics import average_precision
from evercart.evaluate.robust import bars
from evercart.harden.raids import Strongest
from evercart.units import DAY_US
from shared import DATA, there

FILE: Final = DATA / "fraud_handbook_simulated.parquet"
SINCE, DRAWS = 115 / 183, 2_000  # 25 July, as a share of the days, which are alike
TERMS: Final = ((10.0, False), (20.0, False), (50.0, False), (20.0, True))  # budget, knowing


def kept(clean: NDArray[np.bool_], struck: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return the share of recall that is left, with its interval."""
    rows = np.random.default_rng(0).integers(0, len(clean), (DRAWS, len(clean)))
    drawn = struck[rows].sum(1) / np.maximum(clean[rows].sum(1), 1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(struck.sum() / clean.sum()), float(low), float(high)


def told(made: list[Raided], guess: NDArray[np.float64], us: NDArray[np.int64]) -> dict[str, Any]:
    """Return recall before, after, what is kept, what was changed."""
    rows = np.array([one.number for one in made])
    bar = bars(us // DAY_US, guess, rows, ALERTS)
    clean, struck = (np.array([getattr(one, name) for one in made]) >= bar for name in ("clean", "score"))
    ways = [way for one in made for way in set(one.ways)]
    return {
        "frauds": len(made),
        "recall": round(float(clean.mean()), 3),
        "attacked": round(float(struck.mean()), 3),
        "kept": [round(one, 3) for one in kept(clean, struck)],
        "mean_cost": round(float(np.mean([one.cost for one in made])), 1),
        "ways": {way: round(ways.count(way) / len(made), 2) for way in sorted(set(ways))},
    }


def main() -> None:
    """Print a line for each budget, each model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frauds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", type=int, default=None, help="one of the terms")
    options = parser.parse_args()
    if not there(FILE):
        return
    found, how = payments(FILE, None, 2_000_000_000_000_000)
    app = fraud("user place", how.delay_s, how.delay_s, hardened=True)
    later = np.arange(len(found.us)) >= SINCE * len(found.us)
    for at, (budget, knowing) in enumerate(TERMS):
        if options.only not in (None, at):
            continue
        raid = Raid(options.frauds, budget, search=Strongest(), seed=options.seed, knowing=knowing, since=SINCE)
        ran = streamed(app, found, how.delay_s, time.process_time, lambda part: None, raid)
        for name, made in ran.raided.items():
            ap = average_precision(found.label[later].astype(np.float64), ran.guesses[name][later])
            line = {"budget": budget, "knowing": knowing, "model": name, "ap": round(ap, 4)}
            spent = {"cpu_s": round(ran.cpu_s[f"fraud {name}"], 1)}
            print(json.dumps({**line, **told(made, ran.guesses[name], found.us), **spent}), flush=True)


if __name__ == "__main__":
    main()
