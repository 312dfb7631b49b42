"""Two tasks over shared truth, for the tests of networks of tasks."""

import numpy as np

from evercart.features.columns import Column
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Squared
from evercart.learners.deep.joined import TASK, joined
from evercart.learners.deep.steps import AdamW
from evercart.learners.deep.table import Table
from evercart.learners.deep.tasks import Tasks
from evercart.learners.prequential import prequential

COLUMNS = (TASK, Column("a"), Column("b"), Column("s", slots=9))
HEADS = (Binary(), Squared())


def two(rows, seed=1):
    """Return turns of a yes, of a sum, which depend on the same product."""
    rng, streams = np.random.default_rng(seed), []
    for task in range(2):
        x = rng.normal(size=(rows, 3)).astype(np.float32)
        x[:, 2] = rng.integers(1, 9, rows)
        truth = x[:, 0] * x[:, 1] + (x[:, 2] % 2) - 0.5
        streams.append(prequential(x, (truth > 0).astype(float) if task == 0 else truth + 2))
    return joined(streams)


def learner(network, **head):
    tasks = Tasks(HEADS, **head)
    return Deep(COLUMNS, network, tasks, AdamW(0.005), batch=16, table=Table(64, 4))


def scores(turns, guesses):
    """Return, over the last half, the share of yes guessed right, the squared miss of sums beside their variance."""
    asked = np.flatnonzero(turns.what == 0)
    order, y = turns.number[asked], np.full(len(asked), np.nan)
    told = np.flatnonzero(turns.what != 0)
    truth = dict(zip(turns.number[told], turns.y[told], strict=True))
    y = np.array([truth[number] for number in order])
    late = np.arange(len(asked)) > len(asked) // 2
    yes, sums = late & (turns.x[asked, 0] == 0), late & (turns.x[asked, 0] == 1)
    right = ((guesses[asked] > 0.5) == y)[yes].mean()
    return right, ((guesses[asked] - y)[sums] ** 2).mean() / y[sums].var()
