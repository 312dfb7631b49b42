"""Fraud costs: what a learner comes to believe whose own declines hide labels from it; what few reviews save.

A synthetic stream: places are taken over by fraudsters for a while, then clean again; labels come a week late. A
learner reads how often fraud was known at a place of late, by the very labels that it learns from.
Settings were chosen on seeds 100 to 104, the rows printed are of seeds 0 to 4: mean and 95 % interval.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from evercart.acting.actor import Acted, Actor, LetThrough, Risks, label_weights
from evercart.acting.costs import CHALLENGE, DECLINE, Costs, expected_costs, saving_of_review
from evercart.acting.reviews import Reviews
from evercart.chance import uniform
from evercart.evaluate.metrics import average_precision
from evercart.features.columns import Column
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.labels.values import Values
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from evercart.units import DAY_US

Floats = NDArray[np.float64]
DAYS, A_DAY, PLACES, DELAY_D, FIRST = 120, 4000, 400, 7, 40  # FIRST: the day from which it is judged
WAYS: Final = ("all labels", "silence is good", "left out", "let through, unweighted", "let through")
COLUMNS = (Column("rate of the place", slots=32), Column("amount", slots=8), Column("way", slots=12))
KEEP, PRIOR, FIRM = 0.9, 0.005, 5.0  # of a place's labels from day to day; where it stands without any, how firmly
REVIEWS = Reviews(20)
THROUGH = LetThrough()
SHORT, LONG = (10, 31), (40, 81)  # days that a place stays taken over
COSTS = Costs()


class Stream(NamedTuple):
    """Payments, (days, payments a day)."""

    place: NDArray[np.int64]
    x: NDArray[np.float32]  # (days, payments, 3), without the rate of the place
    amount: NDArray[np.int64]
    us: NDArray[np.int64]
    label: Floats


def stream(seed: int, lasts: tuple[int, int] = SHORT) -> Stream:
    """Return payments of which a twentieth of the places is taken over, for some days at a time."""
    rng, shape = np.random.default_rng(seed), (DAYS, A_DAY)
    before = lasts[1]  # days, so that the first one is like any other
    taken = np.zeros((before + DAYS, PLACES), bool)
    for day, place in zip(*np.nonzero(rng.random(taken.shape) < 0.04 * 2 / sum(lasts)), strict=True):
        taken[day : day + rng.integers(*lasts), place] = True
    taken = taken[before:]
    place, way = rng.integers(0, PLACES, shape), rng.integers(0, 12, shape)
    amount = rng.lognormal(8.3, 0.8, shape).astype(np.int64)
    size = np.clip(np.log2(amount / 500), 0, 7).astype(np.int64)
    margin = -6.5 + rng.normal(0, 0.5, 12)[way] + 0.25 * (size - 3) + 5.5 * taken[np.arange(DAYS)[:, None], place]
    label = (rng.random(shape) < 1 / (1 + np.exp(-margin))).astype(np.float64)
    us = (np.sort(rng.random(shape), 1) * DAY_US).astype(np.int64) + np.arange(DAYS)[:, None] * DAY_US
    return Stream(place, np.stack([place * 0, size, way], 2).astype(np.float32), amount, us, label)


def turns(found: Stream, day: int, what: int, y: Floats, weight: Floats) -> Turns:
    """Return a day's questions, or its labels."""
    place, never = np.arange(day * A_DAY, (day + 1) * A_DAY), np.full(A_DAY, np.nan)
    tick, kind, key = np.full(A_DAY, 2 * day + what), np.full(A_DAY, what, np.int8), np.zeros(A_DAY, np.uint64)
    return Turns(kind, tick, place, found.us[day], place, y, never, weight, key, found.x[day])


def labels(way: str, y: Floats, acted: Acted, stopped: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the labels of a day as a learner gets them, with their weights."""
    if way == "all labels":
        return y, np.ones(len(y))
    if way == "silence is good":  # nothing is charged back of what never went through
        hidden = (acted.action == DECLINE) | ((acted.action == CHALLENGE) & stopped)
        return np.where(hidden, 0.0, y), np.ones(len(y))
    weights = label_weights(acted)
    return y, weights if way == "let through" else (weights > 0).astype(np.float64)


def lived(found: Stream, way: str, alpha: float, through: LetThrough, seed: int) -> dict[str, float]:
    """Live through all days; return how good the guesses were, what acting on them cost."""
    learner = Linear(COLUMNS, "logistic", Ftrl(alpha=alpha, beta=1.0))
    actor = Actor(COSTS, REVIEWS, through if way.startswith("let through") else None, seed)
    state, queue, nobody = learner.start(), actor.start(), np.full(A_DAY, np.nan)
    guesses, held, cost = np.zeros((DAYS, A_DAY)), dict[int, Acted](), np.zeros(DAYS)
    found, sums = found._replace(x=found.x.copy()), np.zeros((2, PLACES))
    for day in range(DAYS):
        known = day - DELAY_D
        if known >= 0:
            draws = uniform(seed, np.arange(known * A_DAY, (known + 1) * A_DAY), "challenge") < COSTS.challenge_stops
            y, weight = labels(way, found.label[known], held.pop(known), draws)
            sums = KEEP * sums
            for one, worth in enumerate((weight, weight * y)):
                sums[one] += np.bincount(found.place[known], worth, PLACES)
            state, _ = learner.step(state, turns(found, known, SETTLED, y, weight))
        rate = (sums[1] + FIRM * PRIOR) / (sums[0] + FIRM)
        found.x[day, :, 0] = np.clip(np.log2(rate[found.place[day]] / PRIOR) * 3 + 10, 0, 31).astype(int)
        state, guess = learner.step(state, turns(found, day, ASKED, nobody, np.ones(A_DAY)))
        place = np.arange(day * A_DAY, (day + 1) * A_DAY)
        # Before the first label nothing is known: all is approved.
        chance = guess if known >= 0 else np.zeros(A_DAY)
        queue, held[day] = actor.step(queue, Risks(place, found.us[day], chance, found.amount[day]))
        each = expected_costs(found.label[day], found.amount[day], COSTS)
        guesses[day], cost[day] = guess, each[np.arange(A_DAY), held[day].action].mean()
    return judged(guesses[FIRST:].ravel(), found.label[FIRST:].ravel()) | {"cost": float(cost[FIRST:].mean())}


def judged(guess: Floats, y: Floats) -> dict[str, float]:
    """Return average precision, predicted over observed frauds of all, of the top 2 % of scores."""
    top = np.argsort(-guess)[: len(y) // 50]
    return {
        "ap": average_precision(y, guess),
        "calibration": float(guess.sum() / y.sum()),
        "top 2 %": float(guess[top].sum() / y[top].sum()),
    }


def told(values: Sequence[float]) -> str:
    """Return a mean with the half width of its 95 % interval."""
    half = student.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return f"{np.mean(values):8.3f} ± {half:.3f}"


def bias(seeds: Sequence[int], alpha: float, through: LetThrough, lasts: tuple[int, int]) -> None:
    """Print how each way to treat what was declined ends; `ap -`, `cost +` are beside all labels, seed by seed."""
    names = ("ap", "ap -", "calibration", "top 2 %", "cost", "cost +")
    print(f"{f'taken for {lasts[0]} to {lasts[1] - 1} days':<26}" + "".join(f"{name:>18}" for name in names))
    streams, first = {seed: stream(seed, lasts) for seed in seeds}, list[dict[str, float]]()
    for way in WAYS:
        runs = [lived(streams[seed], way, alpha, through, seed) for seed in seeds]
        first = first or runs
        for run, full in zip(runs, [*map(dict, first)], strict=True):
            run |= {"ap -": run["ap"] - full["ap"], "cost +": run["cost"] - full["cost"]}
        print(f"{way:<26}" + "".join(f"{told([run[name] for run in runs]):>18}" for name in names))


def reviews(seeds: Sequence[int]) -> None:
    """Print what few reviews save, as a share of what each day's greatest savings would have been."""
    print(f"{'reviews a day':<26}{'of hindsight':>18}{'first come':>18}{'payments/CPU-s':>18}")
    for a_day in (5, 20, 80):
        shares, eager, pace = [], [], []
        for seed in seeds:
            found, rng = stream(seed), np.random.default_rng(seed)
            chance = np.where(found.label == 1, rng.beta(2, 8, found.label.shape), rng.beta(0.3, 12, found.label.shape))
            saving = saving_of_review(expected_costs(chance.ravel(), found.amount.ravel(), COSTS))[1]
            values, fold = Values(np.arange(saving.size), found.us.ravel(), saving), Reviews(a_day)
            fold.step(fold.start(), values.rows(slice(10)))
            began = time.process_time()
            done = fold.step(fold.start(), values)[1]
            pace.append(len(values) / (time.process_time() - began) / 1e6)
            each, gain = done.reshape(DAYS, -1), np.maximum(saving, 0).reshape(DAYS, -1)
            best = np.sort(gain, 1)[:, -a_day:].sum()
            first = (np.cumsum(gain > 0, 1) <= a_day) & (gain > 0)
            shares.append((gain * each).sum() / best)
            eager.append((gain * first).sum() / best)
        print(f"{a_day:<26}{told(shares):>18}{told(eager):>18}{np.mean(pace):>16.1f} M")


def main() -> None:
    """Print all of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--choose", action="store_true", help="print what settings were chosen by, on other seeds")
    choose = options.parse_args().choose
    settings = ((5.0, 0.01), (20.0, 0.02), (20.0, 0.05)) if choose else ((THROUGH.spend_minor, THROUGH.least),)
    for lasts in (SHORT, LONG):
        for alpha in (0.1, 0.3):
            for spend, least in settings:
                print(f"learner's alpha {alpha}, let through for {spend}, at least {least}")
                bias(range(100, 105) if choose else range(5), alpha, LetThrough(spend, least), lasts)
    if not choose:
        reviews(range(5))


if __name__ == "__main__":
    main()
