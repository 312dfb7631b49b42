"""A stream of frauds that two columns tell, of which one can be bought, for the tests of sparring."""

import numpy as np

from evercart.features.columns import Column
from evercart.labels.turns import ASKED, SETTLED, Turns

COLUMNS = (Column("bought"), Column("stays"))


def sparred(questions: int = 4_000, seed: int = 1, shared: float = 0.1) -> Turns:
    """Return questions, each answered a tick later.

    shared    of the frauds: those that `stays` tells, too
    """
    rng = np.random.default_rng(seed)
    y = (rng.random(questions) < 0.1).astype(float)
    bought = y + rng.normal(0, 0.1, questions)
    stays = y * (rng.random(questions) < 1 - shared) * 0.5 + rng.normal(0, 0.1, questions)
    x = np.stack([bought, stays], 1).astype(np.float32)
    number = np.tile(np.arange(questions), 2)
    tick = np.concatenate([np.arange(questions), np.arange(questions) + 1])
    order = np.argsort(tick, kind="stable")
    what = np.repeat([ASKED, SETTLED], questions)[order].astype(np.int8)
    number, tick = number[order], tick[order]
    told = np.where(what == ASKED, np.nan, y[number])
    n = len(tick)
    never, place = np.full(n, np.nan), np.arange(n)
    return Turns(what, tick, place, place, number, told, never, np.ones(n), np.zeros(n, np.uint64), x[number])
