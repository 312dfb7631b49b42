"""Tasks: view, cart, order after a view, by one network of shared experts beside a network each, on simulated shops.

Every question is guessed before its label is learned; judged are those after the first quarter. A twin is the same
network with one task, given that task's turns alone, with steps of its own: it learns a third of the lessons, so steps
that are right for all tasks are too short for one (`--alike` gives it those). Both sides' steps were chosen on seeds
101 to 103, as the window was: within a day nothing tells who views again, as the shop draws how many items a visit
looks at without memory; there, to know each shopper's true chance to be back tomorrow gives an AUC of 0.53 to 0.55.
CPU seconds are of all learning and guessing.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import Any, Final

import numpy as np
from scipy.stats import t as student

from evercart.apps.behaviour import ABOUT, behaviour
from evercart.backtest import replay
from evercart.evaluate.twins import Twin, beside_twins
from evercart.features.columns import Column, chosen
from evercart.labels.pairs import Tick
from evercart.labels.turns import Turns
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary
from evercart.learners.deep.joined import TASK
from evercart.learners.deep.mmoe import Mmoe
from evercart.learners.deep.ple import Ple
from evercart.learners.deep.steps import AdamW
from evercart.learners.deep.table import Table
from evercart.learners.deep.tasks import Tasks
from evercart.learners.learner import with_x
from evercart.learners.scaled import Scaled
from evercart.remember.remembering import Remembering
from evercart.remember.surgery import Surgery
from evercart.testing.behaving import BEHAVING
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_S

NAMES: Final = ("view", "cart", "order")
JOINT: Final = (3e-3, 0.2)  # rates of the network, of its table
ALONE: Final = (1e-2, 0.2)


def shop(seed: int, days: int, shoppers: int, window: int) -> tuple[tuple[Column, ...], Turns]:
    """Return the columns, the turns of three tasks within a window of days, their number in the first column."""
    app = behaviour(window_s=window * DAY_S)
    made = SimulatedShop(seed=seed, shoppers=shoppers, items=200, days=days, emitters=BEHAVING)
    rows = sum(table.num_rows for table in made.events())
    turns = replay(app, made.stream(rows, columns=app.reads), Tick(), None, time.process_time).turns
    (about,) = chosen(app.columns, [ABOUT])
    task = turns.x[:, about] - 1
    x = np.column_stack([task, np.delete(turns.x, about, 1)]).astype(np.float32)
    kept = (task >= 0) & (task < len(NAMES))
    columns = (TASK, *(column for at, column in enumerate(app.columns) if at != about))
    return columns, with_x(turns, x).rows(kept)


def learner(columns: tuple[Column, ...], network: Any, seed: int, rates: Any = JOINT, **more: Any) -> Any:
    """Return a network of tasks over scaled numbers with embedded slots."""
    cure = more.pop("cure", None)
    head = Tasks((Binary(),) * len(network.tasks), **more)
    deep = Deep(columns, network, head, AdamW(rates[0]), batch=64, seed=seed, table=Table(1 << 13, 8, rates[1]))
    numbers = tuple(column.name for column in columns if column.is_number and column != TASK)
    inner: Any = Remembering(deep, cure) if cure else deep
    return Scaled(inner, columns, use=numbers)


def racers(columns: tuple[Column, ...], seed: int, rates: tuple[float, float]) -> dict[str, tuple[Any, list[Any]]]:
    """Return each joint learner with its twins, which learn at these rates."""
    mmoe, ple = Mmoe(NAMES, experts=2, tower=()), Ple(NAMES)
    twins = {net: [learner(columns, replace(net, tasks=(one,)), seed, rates) for one in NAMES] for net in (mmoe, ple)}
    return {
        "MMoE": (learner(columns, mmoe, seed), twins[mmoe]),
        "MMoE, uncertainty": (learner(columns, mmoe, seed, uncertain=True), twins[mmoe]),
        "MMoE, surgery": (learner(columns, mmoe, seed, cure=Surgery()), twins[mmoe]),
        "MMoE, reversal": (learner(columns, replace(mmoe, reversal=0.1), seed, adversary=True), twins[mmoe]),
        "PLE": (learner(columns, ple, seed), twins[ple]),
    }


def spread(values: Any) -> str:
    """Return a mean with half the width of its 95 % interval."""
    values = np.array(values)
    if len(values) < 2:
        return f"{values.mean():+.4f}"
    return f"{values.mean():+.4f} ± {student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5:.4f}"


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5])
    options.add_argument("--days", type=int, default=60)
    options.add_argument("--shoppers", type=int, default=100)
    options.add_argument("--window", type=int, default=7, help="days within which it has to come")
    options.add_argument("--only", default="", help="racers whose name holds this")
    options.add_argument("--alike", action="store_true", help="twins take the steps of the joint network")
    given = options.parse_args()
    found: dict[str, list[list[Twin]]] = {}
    spent: dict[str, float] = {}
    for seed in given.seeds:
        columns, turns = shop(seed, given.days, given.shoppers, given.window)
        for name, (joint, alone) in racers(columns, seed, JOINT if given.alike else ALONE).items():
            if given.only in name:
                began = time.process_time()
                found.setdefault(name, []).append(beside_twins(joint, alone, NAMES, turns))
                spent[name] = spent.get(name, 0.0) + time.process_time() - began
    print("| learner | task | rate | AUC | AUC less its twin's | log loss less its twin's | seeds not below |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, seeds in found.items():
        for at, task in enumerate(NAMES):
            rows = [seed[at] for seed in seeds]
            gain = [row.auc - row.auc_alone for row in rows]
            loss = spread([row.loss - row.loss_alone for row in rows])
            cells = (f"{np.mean([row.rate for row in rows]):.3f}", f"{np.mean([row.auc for row in rows]):.4f}")
            ahead = f"{sum(one >= 0 for one in gain)} of {len(gain)}"
            print("|", " | ".join((name, task, *cells, spread(gain), loss, ahead)), "|")
        mean = [np.mean([row.auc - row.auc_alone for row in seed]) for seed in seeds]
        print(f"| {name} | all | | | {spread(mean)} | {spent[name] / len(seeds):.0f} CPU s a seed with twins | |")


if __name__ == "__main__":
    main()
