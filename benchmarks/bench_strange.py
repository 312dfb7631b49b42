"""Cold start: how strange a payment is, before labels come, beside River's half-space trees.

The simulated payments of the Fraud Detection Handbook, the first five weeks, labels a week late. `loda` reads what no
label is in; `champion` is the app's, `strange` mixes both, as the app's racer does. River reads the same columns,
scaled to 0 to 1 (`MinMaxScaler`), on the first two weeks: with its own settings, with more trees, which were not tuned.
Loda's columns were chosen on payments before 2018-07-25, these weeks among them.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import anomaly, compose, preprocessing

from bench_fraud import FILE, Run, before, gathered, learned
from evercart.apps.fraud import fraud
from evercart.detecting.reading import payments
from evercart.evaluate.metrics import average_precision, roc_auc
from evercart.units import DAY_US, SECOND_US
from shared import there

WEEKS, RIVER_WEEKS, WEEK_D = 5, 2, 7
Floats = NDArray[np.float64]


def rivers(run: Run, use: tuple[str, ...], **settings: Any) -> tuple[Floats, float]:
    """Return River's scores of the first weeks, CPU s."""
    names = [one.name for one in run.app.columns]
    rows = int((run.day < run.day[0] + RIVER_WEEKS * WEEK_D).sum())
    x = run.x[:rows, [names.index(name) for name in use]].astype(float).tolist()
    model = compose.Pipeline(preprocessing.MinMaxScaler(), anomaly.HalfSpaceTrees(seed=1, **settings))
    said, began_s = np.full(len(run.day), np.nan), time.process_time()
    for at, row in enumerate(x):
        one = dict(zip(use, row, strict=True))
        said[at] = model.score_one(one)
        model.learn_one(one)
    return said, time.process_time() - began_s


def tell(run: Run, name: str, said: Floats, spent_s: float) -> None:
    """Print a racer's scores of each week."""
    cells, y = [], run.found.label.astype(np.float64)
    for week in range(WEEKS):
        rows = (run.day - run.day[0]) // WEEK_D == week
        if np.isfinite(said[rows]).all():
            cells.append(f"{average_precision(y[rows], said[rows]):.3f} {roc_auc(y[rows], said[rows]):.3f}")
    print(f"{name:28s}", " | ".join(cells), f"  {np.isfinite(said).sum() / spent_s:9,.0f} payments/CPU s", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=FILE)
    told = parser.parse_args()
    if not there(told.data):
        return
    found, how = payments(told.data, None, 2_000_000_000 * SECOND_US)
    found = before(found, (int(found.us[0] // DAY_US) + WEEKS * WEEK_D) * DAY_US)
    run = gathered(found, how.delay_s)
    strange = dict(fraud("user place", how.delay_s, how.delay_s, racers="strange").challengers)["strange"]
    loda: Any = strange.learners[1]
    print("AP, AUC of each week")
    for name, learner in (("loda", loda), ("champion", run.app.champion), ("strange", strange)):
        tell(run, name, *learned(run, learner)[:2])
    tell(run, "River, its settings", *rivers(run, loda.use))
    tell(run, "River, larger", *rivers(run, loda.use, n_trees=25, height=10, window_size=2048))


if __name__ == "__main__":
    main()
