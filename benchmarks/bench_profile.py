"""Profile: orders, value in the next four weeks, in the next thirteen, against plain guesses, on the sample shop."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.abreast import turns as asked_turns
from evercart.apps.profile import known, profile
from evercart.backtest import replay
from evercart.evaluate.compare import difference
from evercart.evaluate.report import Report
from evercart.events.batch import Events
from evercart.events.kinds import number
from evercart.labels.pairs import Tick
from evercart.learners.by_key import ByKey
from evercart.learners.mean import Mean
from evercart.loop import Ring, whole_ticks
from evercart.profiled import due
from evercart.shop import Shop
from evercart.units import DAY_S, DAY_US

WINDOWS_D: Final = (28, 90)
EVERY_D: Final = 28  # days from one date at which all known shoppers are asked about to the next
FIRST_D: Final = 56
Floats = NDArray[np.float64]


def visits(shop: Shop) -> tuple[NDArray[np.uint64], Floats, Floats]:
    """Return shopper, day, worth of every visit, in order of time: orders less than eight hours apart are one."""
    parts = [one.rows(one.kind == number("order")) for one in shop.log.read(0, columns=("user", "amount"))]
    rows = Events.concat(parts)
    order = np.lexsort((rows.logged_us, rows["user"]))
    user, us, amount = rows["user"][order], rows.logged_us[order], rows["amount"][order] / 100
    new = np.r_[True, (user[1:] != user[:-1]) | (np.diff(us) > 8 * 3_600_000_000)]
    place = np.cumsum(new) - 1
    return user[new], us[new] / DAY_US, np.bincount(place, amount)


class Dates:
    """All shoppers known on each of some dates, with what the lifetimes foretell, what came."""

    def __init__(self, shop: Shop) -> None:
        user, day, worth = visits(shop)
        begin, end = day.min(), day.max()
        last = end - max(WINDOWS_D)
        self.dates = np.arange(begin + FIRST_D, last, EVERY_D)
        app = profile()
        table: Any = app.tables[0]
        learner = known(table.columns, app.window_s, 0.01, lambda columns: Mean())
        few: tuple[Any, ...] = (table,)
        (lane,) = Ring((replace(app, tables=few, champion=learner, challengers=(), slices=None),)).lanes()
        asks, lived, state = app.asks.start(), table.start(), learner.start()
        everybody, rows, waiting = np.unique(user), [], list(self.dates)
        began = time.process_time()
        for events in whole_ticks(shop.log.read(0, columns=(*app.asks.reads, *table.reads), rows=4096), Tick()):
            while waiting and events.logged_us[0] / DAY_US > waiting[0]:
                rows.append(self._ask(table, lived, learner, state, everybody, waiting.pop(0)))
            asks, woven = app.asks.step(asks, events)
            lived, x = table.step(lived, woven)
            state, _ = learner.step(state, asked_turns(lane, Tick(), woven.rows(woven.asked), x))
        self.cpu_s = time.process_time() - began
        self.fitted = state.fitted
        self.about = {name: np.concatenate([one[name] for one in rows]) for name in rows[0]}
        self._came(user, day, worth)

    def _ask(
        self, table: Any, lived: Any, learner: Any, state: Any, who: NDArray[np.uint64], day: float
    ) -> dict[str, Any]:
        us = np.full(len(who), round(day * DAY_US))
        asked = Events.of(user=who, logged_us=us, kind=np.full(len(who), 7), number=np.arange(len(who)))
        x = table.peek(lived, asked)
        here = x[:, 0] > 0
        x, who = x[here], who[here]
        said = {"user": who, "date": np.full(len(who), day), "visits": x[:, 0], "age": x[:, 1], "since": x[:, 2]}
        said |= {"paid": x[:, 3] / 100.0, "every": x[:, 5], "spread": x[:, 6]}
        for days in WINDOWS_D:
            told = learner.foretell(state.fitted, x, days * DAY_S)
            said |= {"here": told[:, 0], f"visits {days}": told[:, 1], f"value {days}": told[:, 2]}
        return said

    def _came(self, user: NDArray[np.uint64], day: Floats, worth: Floats) -> None:
        """Count what came in each window after, and before, each date."""
        summed = np.r_[0.0, np.cumsum(worth)]
        start = np.searchsorted(user, self.about["user"])  # visits are sorted by shopper, then by day
        stop = np.searchsorted(user, self.about["user"], side="right")
        self.next = np.full(len(start), np.nan)

        def until(at: Floats) -> NDArray[np.int64]:
            """Return how many visits of each shopper are no later than a time."""
            low, high = start.copy(), stop.copy()
            while (low < high).any():
                middle = np.minimum((low + high) // 2, len(day) - 1)
                goes = (low < high) & (day[middle] <= at)
                low, high = np.where(goes, middle + 1, low), np.where(~goes & (low < high), middle, high)
            return low

        date = self.about["date"]
        now = until(date)
        again = now < stop
        self.next[again] = day[now[again]] - date[again]
        for days in WINDOWS_D:
            later, before = until(date + days), until(date - days)
            self.about |= {f"came {days}": later - now, f"paid {days}": summed[later] - summed[now]}
            self.about |= {f"came before {days}": now - before, f"paid before {days}": summed[now] - summed[before]}


def interval(by: NDArray[np.uint64], gain: Floats, draws: int = 400) -> tuple[float, float]:
    """Return the 95 % interval of a mean by resampling shoppers."""
    _, place = np.unique(by, return_inverse=True)
    total, count = np.bincount(place, gain), np.bincount(place)
    rng = np.random.default_rng(1)
    means = []
    for _ in range(draws):
        one = rng.integers(0, len(total), len(total))
        means.append(total[one].sum() / count[one].sum())
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def at_dates(dates: Dates) -> None:
    """Print errors of what is expected at fixed dates, each shopper once a date."""
    about = dates.about
    print(
        f"{len(about['user']):,} forecasts at {len(dates.dates)} dates, of {len(np.unique(about['user'])):,} shoppers"
    )
    print("parameters at the end:", *(np.round(one, 3) for one in dates.fitted), f"; {dates.cpu_s:.1f} CPU s\n")
    print(
        "| what | days | guess | MAE | RMSE | mean guess / mean truth | squared error less ours, 95 % |\n|" + "---|" * 7
    )
    for what, truth, past in (("visits", "came", "came before"), ("value", "paid", "paid before")):
        for days in WINDOWS_D:
            y = about[f"{truth} {days}"].astype(float)
            spent = about["visits"] * (about["paid"] if what == "value" else 1.0)
            guesses = {
                "BG/NBD" if what == "visits" else "BG/NBD, gamma-gamma": about[f"{what} {days}"],
                "personal mean rate": spent / np.maximum(about["age"], 7.0) * days,
                "as many as in the last such period": about[f"{past} {days}"],
                "mean of all, last such period": _means(dates, about[f"{past} {days}"]),
            }
            ours = next(iter(guesses.values()))
            for name, guess in guesses.items():
                gain = (guess - y) ** 2 - (ours - y) ** 2
                low, high = interval(about["user"], gain)
                cell = "" if guess is ours else f"{gain.mean():+.4g} [{low:+.4g}, {high:+.4g}]"
                mae, rmse = np.abs(guess - y).mean(), np.sqrt(((guess - y) ** 2).mean())
                print(f"| {what} | {days} | {name} | {mae:.4g} | {rmse:.4g} | {guess.mean() / y.mean():.3f} | {cell} |")
    _calibration(dates)


def _means(dates: Dates, past: Floats) -> Floats:
    _, place = np.unique(dates.about["date"], return_inverse=True)
    return (np.bincount(place, past) / np.bincount(place))[place]


def _calibration(dates: Dates) -> None:
    about = dates.about
    order = np.argsort(about["visits 28"], kind="stable")
    parts = np.array_split(order, 10)
    print(
        "\ncalibration, visits in 28 days, tenths: guessed",
        *(f"{about['visits 28'][part].mean():.2f}" for part in parts),
    )
    print(
        "                                            came", *(f"{about['came 28'][part].mean():.2f}" for part in parts)
    )
    chosen_on = dates.dates[3]  # the first twenty weeks, on which the interval was chosen
    regular = np.flatnonzero((about["visits"] >= 3) & (about["date"] > chosen_on))
    told = np.array([due(*(float(about[name][i]) for name in ("every", "spread", "visits", "since"))) for i in regular])
    came = np.where(np.isnan(dates.next[regular]), np.inf, dates.next[regular])
    inside = ((came >= told[:, 0]) & (came <= told[:, 2])).mean()
    print(
        f"next visit within the interval of 80 %: {inside:.1%}, earlier than likely: {(came < told[:, 1]).mean():.1%}\n"
    )


def in_the_ring(shop: Shop, days: float, clock: Callable[[], float]) -> None:
    """Print losses of the app, asked at the end of each basket."""
    app = profile(window_s=days * DAY_S)
    plain = (("mean of all", Mean(prior=0.0)), ("mean of each shopper", ByKey(prior=0.0)))
    raced = replace(app, challengers=(*app.challengers, *plain))
    batches = shop.log.read(0, columns=raced.reads)
    replayed = replay(raced, batches, shop.config.tick, shop.quarter_us(), clock)
    names = ("continual", *(name for name, _ in raced.challengers), "frozen")
    report = Report(names, app.loss, slices=app.slices.names if app.slices else ("all",))
    later = replayed.scored.rows(replayed.scored.us > shop.quarter_us())
    found = report.days(later)
    losses = [float(app.loss.each(later.y, guesses).mean()) for guesses in later.guesses.T]
    print(f"asked at basket ends: {len(later):,} questions after the first quarter, {days:g} days\n")
    print("| racer | RMSE | bias | squared error less ours, 95 % | % | CPU s |\n|" + "---|" * 6)
    for at, (name, loss) in enumerate(zip(names, losses, strict=True)):
        gap = difference(report, found, name, names[0]) if at else None
        cell = f"{gap.mean:+.4g} [{gap.low:+.4g}, {gap.high:+.4g}] | {100 * gap.mean / loss:+.1f}" if gap else "|"
        bias = float((later.guesses[:, at] - later.y).mean())
        cpu = replayed.watch.spent[f"{app.name} {name}"]
        print(f"| {name} | {np.sqrt(loss):.5g} | {bias:+.3g} | {cell} | {cpu:.2f} |")
    guess = later.guesses[:, 0]
    parts = np.array_split(np.argsort(guess, kind="stable"), 10)
    print("\ncalibration, tenths: guessed", *(f"{guess[part].mean():.0f}" for part in parts))
    print("                         came", *(f"{later.y[part].mean():.0f}" for part in parts), "\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shop", type=Path, help="a shop that holds the sample; made anew unless given")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Shop.open(given.shop or Path(folder) / "shop", create=True, sample=True) as shop,
    ):
        if not shop.log.next_offset:
            shop.ingest_sample()
        at_dates(Dates(shop))
        for days in WINDOWS_D:
            in_the_ring(shop, days, time.process_time)


if __name__ == "__main__":
    main()
