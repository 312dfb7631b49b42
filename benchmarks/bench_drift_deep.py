"""Drift, deep: a network that learns each event beside the same network retrained each night, on a stream that drifts.

The stream of the linear learners' benchmark: 20 fields, 8 pairs of which act together, weights that move on. A day is
2,500 events; guesses after the first quarter are judged, each made before its label is known. Networks have the same
shape, batch, seed. All settings were chosen on seed 0, each side's own: rates, how fast old steps fade, where vectors
begin; for the retrained one also its window (8, 16, 24 days, all history) and passes (1, 2, 3). A second pass made it
worse at every rate tried, as it learns rare slots by heart, and so did every window. Its nights before the first day
judged cost it nothing. CPU seconds are of all learning and guessing.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from drifting import drifting, names
from evercart.labels.turns import ASKED
from evercart.learners.deep.cross import Cross
from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.deep.steps import AdamW
from evercart.learners.deep.table import Table
from evercart.learners.factorization import Factorization
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from evercart.learners.prequential import prequential
from peers import quality
from stream import COLUMNS, from_slots, hashed

DAY: Final = 2_500  # events
ONLINE: Final = Table(1 << 17, 8, rate=0.4, keep=0.99, spread=0.3)
NIGHTLY: Final = Table(1 << 17, 8, rate=0.6, spread=0.2)
Slots, Floats = NDArray[np.int32], NDArray[np.float64]
Racer = Callable[[Slots, Floats, int], Floats]  # from slots, labels, the first event judged, to guesses


def network(seed: int, table: Table) -> Deep:
    """Return a network that has learned nothing."""
    return Deep(COLUMNS, Cross(1, (32,)), steps=AdamW(1e-3), batch=64, seed=seed, table=table)


def told(learner: Deep, state: Trained, slots: Slots, labels: Floats) -> Trained:
    """Return the state after labels alone, in order."""
    turns = prequential(slots, labels)
    return learner.step(state, turns.rows(np.flatnonzero(turns.what != ASKED)))[0]


def asked(learner: Deep, state: Trained, slots: Slots) -> Floats:
    """Return guesses, (events,)."""
    turns = prequential(slots, np.zeros(len(slots)))
    return learner.peek(state, turns.rows(np.flatnonzero(turns.what == ASKED)))


def retrained(learner: Deep, days: int = 1 << 30, passes: int = 1) -> Racer:
    """Return a racer that each night learns the last days anew, from nothing, in so many passes, each shuffled.

    One pass in the order of time would be the network updated nightly, to the last bit, at many times its CPU.
    """

    def race(slots: Slots, labels: Floats, first: int) -> Floats:
        guesses = np.full(len(labels), np.nan)
        for night in range(first, len(labels), DAY):
            state, since = learner.start(), max(0, night - days * DAY)
            for each in range(passes):
                rows = since + np.random.default_rng((learner.seed, night, each)).permutation(night - since)
                state = told(learner, state, slots[rows], labels[rows])
            guesses[night : night + DAY] = asked(learner, state, slots[night : night + DAY])
        return guesses

    return race


def updated(learner: Deep) -> Racer:
    """Return a racer that each night goes on learning with the day that has passed."""

    def race(slots: Slots, labels: Floats, first: int) -> Floats:
        guesses, state = np.full(len(labels), np.nan), learner.start()
        for night in range(0, len(labels), DAY):
            day = slice(night, night + DAY)
            guesses[day] = asked(learner, state, slots[day])
            state = told(learner, state, slots[day], labels[day])
        return guesses

    return race


def frozen(learner: Deep) -> Racer:
    """Return a racer that learns until the first event judged."""

    def race(slots: Slots, labels: Floats, first: int) -> Floats:
        state = told(learner, learner.start(), slots[:first], labels[:first])
        return np.concatenate([np.full(first, np.nan), asked(learner, state, slots[first:])])

    return race


def online(learner: Any) -> Racer:
    """Return a racer that learns each event once it is judged."""
    return lambda slots, labels, first: from_slots(learner, slots, labels)


def racers(seed: int) -> dict[str, Racer]:
    """Return all that race; the first is what the others are compared with."""
    net = network(seed, ONLINE)
    return {
        "network, retrained nightly": retrained(network(seed, NIGHTLY)),
        "network, online": online(net),
        "network, updated nightly": updated(net),
        "network, frozen": frozen(net),
        "factorization machine, online": online(Factorization(COLUMNS, rate=0.05)),
        "FTRL, online": online(Linear(COLUMNS, optimizer=Ftrl(0.1, 1.0))),
    }


def stream(events: int, seed: int) -> tuple[Slots, Floats]:
    """Return slots, (events, fields), with labels."""
    made = drifting(events, seed)
    return hashed(names(made)), made.labels


def spread(values: list[float], digits: int = 4) -> str:
    """Return a mean with half the width of its 95 % interval."""
    if len(values) < 2:
        return f"{values[0]:.{digits}f}"
    half = student.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / len(values) ** 0.5
    return f"{np.mean(values):.{digits}f} ± {half:.{digits}f}"


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5])
    options.add_argument("--events", type=int, default=80_000)
    given = options.parse_args()
    first = given.events // 4 // DAY * DAY
    for race in racers(0).values():
        race(*stream(2 * DAY, 0), DAY)  # compile
    found: dict[str, list[tuple[float, float, float]]] = {}  # AUC, log loss, CPU s
    for seed in given.seeds:
        slots, labels = stream(given.events, seed)
        for name, race in racers(seed).items():
            began = time.process_time()
            guesses = race(slots, labels, first)
            spent, how = time.process_time() - began, quality(guesses, labels, first)
            found.setdefault(name, []).append((how.auc, how.log_loss, spent))
    print("| learner | AUC | AUC less the retrained one's | log loss | CPU s | share of the retrained one's CPU |")
    print("| --- | --- | --- | --- | --- | --- |")
    base = next(iter(found.values()))
    for name, rows in found.items():
        auc, loss, spent = (list(column) for column in zip(*rows, strict=True))
        gain = spread([row[0] - other[0] for row, other in zip(rows, base, strict=True)])
        share = spread([100 * row[2] / other[2] for row, other in zip(rows, base, strict=True)], 1)
        print(f"| {name} | {spread(auc)} | {gain} | {spread(loss)} | {spread(spent, 1)} | {share} % |")


if __name__ == "__main__":
    main()
