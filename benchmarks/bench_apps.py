"""Apps: what each loses on the sample shop, against its controls and nightly refits, with what each costs."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart import apps
from evercart.app import App
from evercart.backtest import Replayed, linear_opponents, replay
from evercart.evaluate.compare import difference
from evercart.evaluate.history import History
from evercart.evaluate.refit import Fit, Refit, choose
from evercart.evaluate.report import Report
from evercart.evaluate.scored import beside
from evercart.evaluate.trees import Trees
from evercart.learners.by_key import ByKey
from evercart.learners.mean import Mean
from evercart.shop import Shop
from evercart.units import DAY_US

ROWS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("repurchase", {}, "repurchase"),
    ("spend", {"most": 300.0}, "spend, a week counted up to $300"),
    ("spend", {}, "spend, uncapped"),
)


@dataclass(frozen=True)
class Without:
    """A fit that is not shown some columns: to trees thousands of shoppers are a category to learn by heart."""

    inner: Fit
    places: tuple[int, ...]

    def ready(self, x: NDArray[np.float32]) -> Any:
        """Return X as the fit reads it."""
        return self.inner.ready(np.ascontiguousarray(x[:, list(self.places)]))

    def fit(self, ready: Any, rows: Any, y: Any, was: Any) -> Any:
        """Return the fitted model."""
        return self.inner.fit(ready, rows, y, was)

    def guess(self, model: Any, ready: Any, rows: Any) -> NDArray[np.float64]:
        """Return (rows,) guesses."""
        return self.inner.guess(model, ready, rows)


def trees(app: App) -> Iterator[Fit]:
    """Hand out LightGBM with everything, then with all but who the shopper is."""
    yield Trees(app.columns, app.loss)
    places = tuple(at for at, column in enumerate(app.columns) if column.name != "asked.user")
    columns = tuple(app.columns[at] for at in places)
    for leaves in (7, 15, 31):
        yield Without(Trees(columns, app.loss, leaves=leaves), places)


def turn(app: App, shop: Shop) -> Replayed:
    """Take the whole log round the ring, with the plainest guesses beside."""
    plain = (("mean of all", Mean()), ("mean of each shopper", ByKey()))
    raced = replace(app, challengers=plain)
    batches = shop.log.read(0, columns=raced.reads)
    return replay(raced, batches, shop.config.tick, shop.quarter_us(), time.process_time)


def show(app: App, shop: Shop, title: str, every_days: int) -> None:
    """Print a table of one app: losses over the questions after the first quarter, differences, CPU."""
    quarter_us, clock = shop.quarter_us(), time.process_time
    replayed = turn(app, shop)
    history, scored = History.of(replayed.turns), replayed.scored
    names = ["continual", "mean of all", "mean of each shopper", "frozen"]
    cpu_s = {name: replayed.watch.spent[f"{app.name} {name}"] for name in names}
    for name, fits in (("refit, linear", linear_opponents(app)), ("refit, LightGBM", list(trees(app)))):
        weekly = choose([Refit(fit, 7 * DAY_US) for fit in fits], history, app.loss, quarter_us, clock)
        refitted = replace(weekly.refit, every_us=every_days * DAY_US).guesses(history, clock)
        scored, cpu_s[name] = beside(scored, refitted.number, refitted.guess), refitted.cpu_s
        names.append(name)
        print(f"{title}: {name} is fit {weekly.losses.index(min(weekly.losses)) + 1} of {len(fits)}", flush=True)
    report = Report(tuple(names), app.loss, slices=app.slices.names if app.slices else ("all",))
    later = scored.rows(scored.us > quarter_us)
    days = report.days(later)
    losses = [float(app.loss.each(later.y, guesses).mean()) for guesses in later.guesses.T]
    print(f"\n{title}: {len(scored):,} questions, {len(later):,} after the first quarter, {len(app.columns)} columns\n")
    print("| racer | loss | loss less continual's, 95 % | in % of its own loss | CPU s |\n|---|---|---|---|---|")
    for name, loss in zip(names, losses, strict=True):
        cells = "| | |"
        if name != "continual":
            found = difference(report, days, name, "continual")
            part = [100 * value / loss for value in found]
            cells = f"| {found.mean:+.4g} [{found.low:+.4g}, {found.high:+.4g}] "
            cells += f"| {part[0]:+.2f} [{part[1]:+.2f}, {part[2]:+.2f}] |"
        print(f"| {name} | {loss:.5g} {cells} {cpu_s[name]:.2f} |")
    ring = {
        k: v for k, v in replayed.watch.spent.items() if k.split(" ", 1)[-1] not in names or k.endswith("continual")
    }
    rate = shop.log.next_offset / sum(ring.values())
    print(f"\n{rate / 1e3:,.0f} k events/CPU-s round the ring, without controls or reading\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shop", type=Path, help="a shop that holds the sample; made anew unless given")
    parser.add_argument("--every-days", type=int, default=1, help="between two refits")
    parser.add_argument("--only", help="a part of a table's title")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Shop.open(given.shop or Path(folder) / "shop", create=True, sample=True) as shop,
    ):
        if not shop.log.next_offset:
            shop.ingest_sample()
        turn(apps.app("spend"), shop)  # compiles
        for name, options, title in ROWS:
            if given.only is None or given.only in title:
                show(apps.app(name, options), shop, title, given.every_days)


if __name__ == "__main__":
    main()
