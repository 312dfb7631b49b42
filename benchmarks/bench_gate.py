"""The gate: how often it is fooled, how many labels it needs.

Every run steps the package's own folds over 20,000 judged questions; the verdict is read after each of them.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.losses import log_loss
from evercart.evaluate.race import Race
from evercart.evaluate.scored import Scored
from evercart.gate.level import needed, share
from evercart.gate.sequence import Sequence
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.units import DAY_S, DAY_US

LABELS, YEAR, WINDOW = 20_000, 364, 7
LEVEL = 0.01
NAMES = ("champion", "challenger")
SEQUENCE = Sequence(NAMES, log_loss, clip=1.0, window_s=WINDOW * DAY_S)
Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator], Scored]


def chance(logit: Floats) -> Floats:
    """Return the chance of a logit."""
    return 1 / (1 + np.exp(-logit))


def scored(us: NDArray[np.int64], y: Floats, key: NDArray[np.int64], guesses: Floats) -> Scored:
    """Return judged questions of one slice."""
    rows = len(us)
    return Scored(np.arange(rows), us, y, key.astype(np.uint64), np.zeros(rows, np.int16), guesses)


def strangers(rng: np.random.Generator, labels: int = LABELS, champion: float = 0.5, challenger: float = 0.5) -> Scored:
    """Draw questions about a new shopper each; both guess the logit with an error, part of which they share.

    champion, challenger    deviation of the error that is a racer's own, in logits
    """
    logit = rng.normal(-1.2, 1.3, labels)
    y = (rng.random(labels) < chance(logit)).astype(float)
    seen = logit + 0.3 * rng.normal(size=labels)
    guesses = [chance(seen + own * rng.normal(size=labels)) for own in (champion, challenger)]
    us = np.sort(rng.integers(0, YEAR * DAY_US, labels))
    return scored(us, y, 1 + np.arange(labels), np.column_stack(guesses))


def regulars(rng: np.random.Generator, shoppers: int, lasting: float, labels: int = LABELS) -> Scored:
    """Draw questions about shoppers who come again, whom each racer misjudges in its own lasting way.

    lasting    deviation of the part of a racer's error that stays with a shopper, in logits, beside 0.4 that does not

    Labels of one shopper within a week are one label: all its questions of a week are answered alike.
    """
    us = np.sort(rng.integers(0, YEAR * DAY_US, labels))
    who = rng.integers(0, shoppers, labels)
    week = us // (WINDOW * DAY_US)
    cell = np.unique(who * 1_000 + week, return_inverse=True)[1]
    logit = rng.normal(-1.2, 1.0, shoppers)[who] + rng.normal(0, 0.8, labels)[cell]
    y = (rng.random(labels)[cell] < chance(logit)).astype(float)
    errors = [rng.normal(0, lasting, shoppers)[who] + rng.normal(0, 0.4, labels) for _ in NAMES]
    return scored(us, y, 1 + who, np.column_stack([chance(logit + error) for error in errors]))


def tilted(tilt: float) -> tuple[float, float]:
    """Return the shifts, in logits, of a pessimist with an optimist of equal mean loss in `windows`."""
    points, weights = np.polynomial.hermite_e.hermegauss(61)
    weights = weights / weights.sum()
    logit = -1.2 + 1.3 * points

    def loss(shift: float) -> float:
        guess = chance(logit + shift)
        return float(-weights @ (chance(logit) * np.log(guess) + (1 - chance(logit)) * np.log1p(-guess)))

    low, high = 0.0, 4 * tilt
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if loss(middle) < loss(-tilt) else (low, middle)
    return -tilt, low


SHIFTS = tilted(0.5)


def windows(rng: np.random.Generator, labels: int = LABELS) -> Turns:
    """Draw questions of a year with windows of a week: a "yes" settles early, a "no" when the window closes."""
    logit = rng.normal(-1.2, 1.3, labels)
    y = (rng.random(labels) < chance(logit)).astype(float)
    asked = np.sort(rng.integers(0, YEAR * DAY_US, labels))
    wait = np.where(y == 1, rng.integers(1, WINDOW * DAY_US, labels), WINDOW * DAY_US + 1)
    us = np.concatenate([asked, asked + wait])
    order = np.argsort(us, kind="stable")
    number = np.tile(np.arange(labels), 2)[order]
    what = np.repeat([ASKED, SETTLED], labels)[order].astype(np.int8)
    at = np.arange(2 * labels)
    told = np.where(what == ASKED, np.nan, y[number])
    nothing, once = np.full(len(at), np.nan), np.ones(len(at))
    x = logit[number, None].astype(np.float32)
    return Turns(what, at, at, us[order], number, told, nothing, once, (number + 1).astype(np.uint64), x)


def shifted(turns: Turns) -> dict[str, Floats]:
    """Return the guesses of a pessimistic champion with an optimistic challenger of equal loss."""
    return {
        name: np.where(turns.what == ASKED, chance(turns.x[:, 0].astype(float) + shift), np.nan)
        for name, shift in zip(NAMES, SHIFTS, strict=True)
    }


def optimist(rng: np.random.Generator) -> Scored:
    """Judge the optimist in the order of asking."""
    turns = windows(rng)
    race = Race(NAMES)
    return race.step(race.start(), (turns, shifted(turns)))[1]


def as_settled(rng: np.random.Generator) -> Scored:
    """Judge the optimist in the order in which labels settle, over the first half of the year: the trap."""
    turns = windows(rng)
    guesses = np.column_stack([*shifted(turns).values()])
    asked = np.flatnonzero(turns.what == ASKED)
    settled = np.flatnonzero((turns.what == SETTLED) & (turns.us < YEAR // 2 * DAY_US))
    number = turns.number[settled]
    return scored(turns.us[settled], turns.y[settled], 1 + number, guesses[asked[number]])


def shocked(rng: np.random.Generator, deviation: float = 0.3) -> Scored:
    """Draw labels that a day's mood, unknown when asked, moves together: what the sequence does not cover."""
    us = np.sort(rng.integers(0, YEAR * DAY_US, LABELS))
    logit = rng.normal(-1.2, 1.3, LABELS)
    mood = rng.normal(0, deviation, YEAR)[us // DAY_US]
    y = (rng.random(LABELS) < chance(logit + mood)).astype(float)
    return scored(us, y, 1 + np.arange(LABELS), np.column_stack([chance(logit + shift) for shift in SHIFTS]))


def as_strangers(rng: np.random.Generator) -> Scored:
    """Return 100 shoppers' questions as if each were another shopper's: the other trap."""
    drawn = regulars(rng, 100, 0.4)
    return replace(drawn, key=np.arange(1, LABELS + 1).astype(np.uint64))


def fooled(draw: Draw, runs: int, level: float = LEVEL, sequence: Sequence = SEQUENCE) -> int:
    """Return in how many runs the verdict was ever to promote."""
    times = 0
    for seed in range(runs):
        _, money = sequence.step(sequence.start(), draw(np.random.default_rng(seed)))
        times += bool(money.max() >= needed(level))
    return times


def first(draw: Draw, runs: int, level: float, sequence: Sequence) -> Floats:
    """Return after how many judged questions each run promoted; infinite where it never did."""
    found = np.full(runs, np.inf)
    for seed in range(runs):
        _, money = sequence.step(sequence.start(), draw(np.random.default_rng(seed)))
        over = np.flatnonzero(money[:, 0] >= needed(level))
        if len(over):
            found[seed] = over[0] + 1
    return found


def gains(draw: Draw, seeds: range, clip: float = 1.0) -> Iterator[Floats]:
    """Hand out clipped differences of losses, beside the champion's losses, (2, rows)."""
    for seed in seeds:
        drawn = draw(np.random.default_rng(10**9 + seed))
        lost = [log_loss.each(drawn.y, guess) for guess in drawn.guesses.T]
        yield np.stack([np.clip(lost[0] - lost[1], -clip, clip), lost[0]])


def fixed_labels(mean: float, deviation: float, level: float, power: float = 0.8) -> float:
    """Return the labels of the one-sided test that looks once.

    >>> round(fixed_labels(0.1, 1.0, 0.01))
    1004
    """
    z = NormalDist().inv_cdf
    return ((z(1 - level) + z(power)) * deviation / mean) ** 2


NULLS: tuple[tuple[str, Draw], ...] = (
    ("equal, a shopper a label", strangers),
    ("equal, 3,000 shoppers, errors that last", lambda rng: regulars(rng, 3_000, 0.4)),
    ("equal, 500 shoppers, errors that last", lambda rng: regulars(rng, 500, 0.4)),
    ("equal, 100 shoppers, errors that last", lambda rng: regulars(rng, 100, 0.4)),
    ("optimist of equal loss, 7-day windows", optimist),
)

TRAPS: tuple[tuple[str, Draw], ...] = (
    ("not so: labels read as they settle", as_settled),
    ("not so: 100 shoppers taken for strangers", as_strangers),
    ("not covered: moods of 0.3 logits a day", shocked),
)


def show_nulls(runs: int) -> None:
    """Print how often an equal challenger was promoted."""
    for name, draw in (*NULLS, *TRAPS):
        began, few = time.process_time(), min(runs, 300) if (name, draw) in TRAPS else runs
        times = fooled(draw, few)
        spent = time.process_time() - began
        print(f"{name:42} promoted in {times:4} of {few:,} runs = {times / few:7.2%}   {spent:5.0f} CPU s", flush=True)


def show_labels(runs: int) -> None:
    """Print how many labels a better challenger needs."""

    def better(rng: np.random.Generator) -> Scored:
        return strangers(rng, 3 * LABELS, 0.5, 0.343)

    gain, lost = np.concatenate(list(gains(better, range(20))), axis=1)
    likely = gain.mean() / (gain**2).mean()
    print(f"\nchallenger better by {gain.mean() / lost.mean():.2%} of the champion's log loss {lost.mean():.4f}")
    for level, of in ((LEVEL, "1 %"), (share(LEVEL, 1), "the first challenger's share of 1 %")):
        base = fixed_labels(gain.mean(), gain.std(), LEVEL)
        print(f"level {of}; the test at 1 % that looks once needs {base:,.0f} labels")
        for tuned in (1.0, 0.5, 2.0, None):
            guess = None if tuned is None else likely * tuned
            found = first(better, runs, level, Sequence(NAMES, log_loss, 1.0, WINDOW * DAY_S, likely=guess))
            name = "untuned" if tuned is None else f"tuned to {tuned:g} times the effect"
            mean, half = found.mean(), np.median(found)
            print(f"  {name:32} mean {mean:7,.0f} = {mean / base:.2f} times   median {half:7,.0f}", flush=True)


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=10_000)
    arguments.add_argument("--better", type=int, default=500)
    given = arguments.parse_args()
    most = LEVEL + 3 * math.sqrt(LEVEL * (1 - LEVEL) / given.runs)
    print(f"{LABELS:,} labels a run, level {LEVEL:.0%}; were it reached exactly, chance would show up to {most:.2%}")
    show_nulls(given.runs)
    show_labels(given.better)


if __name__ == "__main__":
    main()
