"""Fraud that changes its ways: how soon is it found again once the first labels of the new ways have come?

A simulated till (`evercart.testing.till`): 5,000 payments a day, 2 % of them frauds, labels 7 days late. The ring uses
two ways for six weeks, then from one day to the next two others; which of `TOLD`, the seed draws. Terminals taken over
are none of these: nothing but labels tells them, so that after years of them the average precision stays near 0.65;
`--new terminals+fresh` names what comes after. All racers read the same X, each row as it stood before its payment.

`online` is the app's champion; `weekly refit` is the same learner started anew once a week on the last four weeks
whose labels have come, `daily refit` each night; `frozen` learns nothing after the change; LightGBM is fitted weekly
on the same four weeks. Weekly ones are means over the seven days of the week that a refit may fall on. Recovered: the
end of the first 12 hours, in steps of 3, whose average precision is at least 90 % of that of the champion in the two
weeks before the change. Time counts from the first labels of the new ways, labels (frauds, good ones) from there on.
Who has not recovered after 21 days counts as 21. Settings were chosen on seeds from 101 on.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from bench_fraud import DELAY_D, MONTH_D, Run, gathered, learned
from evercart.detecting.reading import Payments
from evercart.evaluate.metrics import average_precision
from evercart.labels.turns import ASKED, SETTLED
from evercart.learners.learner import Learner
from evercart.learners.peeking import peek
from evercart.testing.naming import hashed
from evercart.testing.till import PARTIES, WEEK_D, Till
from evercart.units import DAY_S, DAY_US, HOUR_S, SECOND_US
from svg import Axis, lines

TOLD: Final = ("large", "fresh", "probing", "night", "gifts")
BEFORE_W, AFTER_D, LEVEL = 6, 21, 0.9
WINDOW_US, STEP_US = 12 * HOUR_S * SECOND_US, 3 * HOUR_S * SECOND_US
Floats = NDArray[np.float64]
Fit = Callable[[int], Floats]  # from a day since the change to guesses about the week from then on, (payments,)


class Change(NamedTuple):
    """A run with what happened in it."""

    run: Run
    us: int  # of the change
    ways: tuple[str, str]  # before, after

    @property
    def labels_us(self) -> int:
        """Return when the first labels of the new ways come."""
        return self.us + DELAY_D * DAY_US

    def between(self, first_us: int, last_us: int) -> NDArray[np.bool_]:
        """Return which payments were made from a moment until another."""
        return (self.run.found.us >= first_us) & (self.run.found.us < last_us)


class Recovery(NamedTuple):
    """When a racer was back: days, labels, frauds among them, since the first labels of the new ways."""

    days: float
    labels: float
    frauds: float


def made(seed: int, new: str = "") -> Change:
    """Return a till whose ring changes its ways once."""
    order = np.random.default_rng((seed, 9)).permutation(TOLD)
    ways = "+".join(order[:2]), new or "+".join(order[2:4])
    days = BEFORE_W * WEEK_D + DELAY_D + AFTER_D
    till = Till(seed, 8_000, 500, days, 5_000, 0.02, (ways[0],) * BEFORE_W + (ways[1],))
    paid = till.paid()
    parties = {name: hashed(name, getattr(paid, name), 0) for name in PARTIES}
    found = Payments(paid.us, parties, paid.amount, paid.fraud, {}, {})
    run = gathered(found, DELAY_D * DAY_S, " ".join(PARTIES))
    return Change(run, till.start_us + BEFORE_W * WEEK_D * DAY_US, ways)


def same_learner(change: Change, learner: Learner[Any]) -> Fit:
    """Return what starts a learner anew on the four weeks whose labels have come by a day."""
    run = change.run
    us, settled, asked = (
        run.found.us[run.turns["number"]],
        run.turns["what"] == SETTLED,
        run.turns["what"] == ASKED,
    )

    def fit(day: int) -> Floats:
        at, state, guesses = change.us + day * DAY_US, learner.start(), np.full(len(run.day), np.nan)
        last = at - DELAY_D * DAY_US
        for _, turns in run.rows(settled & (us < last) & (us >= last - MONTH_D * DAY_US)):
            state, _ = learner.step(state, turns)
        for _, turns in run.rows(asked & (us >= at) & (us < at + WEEK_D * DAY_US)):
            guesses[turns.number] = peek(learner, state, turns)
        return guesses

    return fit


def trees(change: Change) -> Fit:
    """Return what fits LightGBM on the same weeks."""
    run = change.run
    numbers = [at for at, one in enumerate(run.app.columns) if not one.name.endswith("_slot")]
    settings = {"objective": "binary", "num_leaves": 31, "learning_rate": 0.1, "num_threads": 1, "verbosity": -1}

    def fit(day: int) -> Floats:
        at, guesses = change.us + day * DAY_US, np.full(len(run.day), np.nan)
        last = at - DELAY_D * DAY_US
        known, week = change.between(last - MONTH_D * DAY_US, last), change.between(at, at + WEEK_D * DAY_US)
        data = lightgbm.Dataset(run.x[known][:, numbers], run.found.label[known])
        model = lightgbm.train({**settings, "min_data_in_leaf": 20}, data, 60)
        guesses[week] = model.predict(run.x[week][:, numbers], num_threads=1)
        return guesses

    return fit


def kept(fit: Fit) -> Fit:
    """Return the same, each day fitted once."""
    known: dict[int, Floats] = {}

    def once(day: int) -> Floats:
        if day not in known:
            known[day] = fit(day)
        return known[day]

    return once


def joined(change: Change, fit: Fit, days: list[int]) -> Floats:
    """Return guesses of what is fitted on these days, each time by the newest."""
    guesses = np.full(len(change.run.day), np.nan)
    for day in days:
        rows = change.between(change.us + day * DAY_US, change.us + (day + WEEK_D) * DAY_US)
        guesses[rows] = fit(day)[rows]
    return guesses


def course(change: Change, guesses: Floats) -> Floats:
    """Return the average precision of each window after the first labels, (windows,); NaN where guesses are missing."""
    y, out = change.run.found.label.astype(np.float64), []
    for end_us in range(change.labels_us + STEP_US, change.labels_us + AFTER_D * DAY_US + 1, STEP_US):
        rows = change.between(end_us - WINDOW_US, end_us)
        whole = bool(np.isfinite(guesses[rows]).all())
        out.append(average_precision(y[rows], guesses[rows]) if whole else np.nan)
    return np.array(out)


def recovery(change: Change, aps: Floats, bar: float) -> Recovery:
    """Return when windows first were at a bar."""
    back = np.flatnonzero(aps >= bar)
    steps = int(back[0]) + 1 if len(back) else len(aps)
    came = change.between(change.us, change.us + steps * STEP_US)  # labels follow their payments after the delay
    return Recovery(steps * STEP_US / DAY_US, float(came.sum()), float(change.run.found.label[came].sum()))


def weekly(change: Change, fit: Fit, bar: float) -> tuple[Recovery, Floats]:
    """Return when refits of one day of the week were back, the mean over these days; their mean course."""
    found, courses = [], []
    for first in range(1, 1 + WEEK_D):
        aps = course(change, joined(change, fit, list(range(first, AFTER_D + DELAY_D, WEEK_D))))
        found.append(recovery(change, aps, bar))
        courses.append(aps)
    return Recovery(*np.mean(found, axis=0)), np.mean(courses, axis=0)


def raced(seed: int, new: str, with_trees: bool) -> tuple[Change, float, dict[str, Recovery], dict[str, Floats]]:
    """Return a change, the former average precision, when each racer was back, courses."""
    change = made(seed, new)
    run, champion = change.run, change.run.app.champion
    guesses = {
        "online": learned(run, champion)[0],
        "machine online": learned(run, run.app.challengers[0][1])[0],
        "frozen": learned(run, champion, change.us)[0],
    }
    y, before = run.found.label.astype(np.float64), change.between(change.us - 14 * DAY_US, change.us)
    former = average_precision(y[before], guesses["online"][before])
    courses = {name: course(change, one) for name, one in guesses.items()}
    back = {name: recovery(change, aps, LEVEL * former) for name, aps in courses.items()}
    anew = kept(same_learner(change, champion))
    courses["daily refit"] = course(change, joined(change, anew, list(range(1, AFTER_D + DELAY_D))))
    back["daily refit"] = recovery(change, courses["daily refit"], LEVEL * former)
    back["weekly refit"], courses["weekly refit"] = weekly(change, anew, LEVEL * former)
    if with_trees:
        back["LightGBM, weekly"], courses["LightGBM, weekly"] = weekly(change, kept(trees(change)), LEVEL * former)
    return change, former, back, courses


def spread(values: list[float]) -> str:
    """Return a mean with half its interval of 95 %."""
    half = student.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)) if values[1:] else 0.0
    return f"{np.mean(values):.3g} ± {half:.2g}"


def drawn(courses: dict[str, list[Floats]], former: float) -> str:
    """Return the picture: mean average precision by days since the first labels of the new ways."""
    colours = {"online": 0, "weekly refit": 1, "frozen": 2, "daily refit": 3, "LightGBM, weekly": 4}
    shown = int(14 * DAY_US / STEP_US)
    means = {
        name: (colour, np.mean(courses[name], axis=0)[:shown].tolist())
        for name, colour in colours.items()
        if name in courses
    }
    per_day = DAY_US // STEP_US
    x = Axis(
        "days since the first labels of the new ways", [(d * per_day, str(d)) for d in range(0, 15, 2)], (0, shown)
    )
    y = Axis("average precision", [(tick / 5, f"{tick / 5:.1f}") for tick in range(6)], (0.0, 1.0))
    return lines(means, ("90 % of the former", LEVEL * former), x, y)


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--new", default="", help="ways after the change, joined by +, in place of drawn ones")
    parser.add_argument("--no-trees", action="store_true")
    parser.add_argument("--draw", type=Path, help="where the picture is to go")
    told = parser.parse_args()
    formers, backs, courses = [], list[dict[str, Recovery]](), list[dict[str, Floats]]()
    for seed in told.seeds:
        began_s = time.process_time()
        change, former, back, aps = raced(seed, told.new, not told.no_trees)
        cells = ", ".join(f"{name} {one.days:.2f} d" for name, one in back.items())
        spent_s = time.process_time() - began_s
        print(
            f"seed {seed}: {' -> '.join(change.ways)}; former AP {former:.3f}; {cells} ({spent_s:.0f} CPU s)",
            flush=True,
        )
        formers.append(former)
        backs.append(back)
        courses.append(aps)
    print(f"\nformer AP {spread(formers)}; back at 90 % of it after: days, labels (frauds); AP of days 7 to 21")
    for name in backs[0]:
        days, labels, frauds = (spread([getattr(one[name], what) for one in backs]) for what in Recovery._fields)
        last = spread([float(np.nanmean(one[name][7 * DAY_US // STEP_US :])) for one in courses])
        print(f"{name:18s} {days}; {labels} ({frauds}); {last}")
    for other in [name for name in backs[0] if name != "online"]:
        share = spread([one["online"].labels / one[other].labels for one in backs])
        print(f"labels that online needs, over those of {other}: {share}")
    if told.draw:
        together = {name: [one[name] for one in courses] for name in courses[0]}
        told.draw.write_text(drawn(together, float(np.mean(formers))))


if __name__ == "__main__":
    main()
