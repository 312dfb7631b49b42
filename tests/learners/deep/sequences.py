"""Windows whose order matters, for the tests of networks over sequences."""

import numpy as np

from evercart.features.columns import Column
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.steps import AdamW
from evercart.learners.deep.table import Table
from evercart.learners.prequential import prequential

STEPS = 4
COLUMNS = (Column("n"), *(Column(f"step {at}", slots=9, space="item") for at in range(STEPS)))
ASKING = (*COLUMNS, Column("item", slots=9, space="item"))


def learner(network, columns=COLUMNS, rate=0.01, **more):
    return Deep(columns, network, steps=AdamW(rate), batch=16, table=Table(64, 8, 0.1), **more)


def walks(rows, target, seed=1):
    """Return turns: whether a walk round 8 items goes upward; with a target, whether an item is its next one."""
    rng = np.random.default_rng(seed)
    way, first = rng.choice([-1, 1], rows), rng.integers(0, 8, rows)
    items = (first[:, None] + way[:, None] * np.arange(STEPS + 1)) % 8 + 1
    y = (way > 0).astype(float)
    x = np.column_stack([rng.normal(size=rows), items[:, :STEPS]])
    if target:
        y = (rng.random(rows) < 0.5).astype(float)
        wrong = (items[:, STEPS - 1] - 1 - way) % 8 + 1
        x = np.column_stack([x, np.where(y, items[:, STEPS], wrong)])
    return prequential(x.astype(np.float32), y), y
