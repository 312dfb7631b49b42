"""Backtest of labels: an app that tells texts apart, over the whole log, beside the labels that come most often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from evercart.app import App
from evercart.backtest import COMMONEST, Backtest, TooEarly, report_of
from evercart.errors import expected
from evercart.evaluate.label_race import Judged
from evercart.events.batch import Events
from evercart.labels.named import Named
from evercart.labels.pairs import Tick
from evercart.learners.commonest import Commonest
from evercart.loop import Ring, Stopwatch, whole_ticks


def backtest_named(
    app: App, batches: Iterator[Events], tick: Tick, frozen_us: int, cpu_s: Callable[[], float]
) -> Backtest:
    """Replay a log for one app whose answers are labels; arguments are those of `backtest`.

    There is no batch fit beside it: the ridge is that fit already, exactly. What it must beat is `commonest`.
    """
    racing = replace(app, challengers=(*app.challengers, (COMMONEST, Commonest())))
    ring, watch = Ring((racing,), tick, frozen_us, gated=False), Stopwatch(cpu_s)
    states, judged = ring.start(), []
    for events in whole_ticks(batches, tick):
        scored = ring.step(states, events, watch)[app.name].scored
        if isinstance(scored, Judged):
            judged.append(scored)
    report, named = report_of(app), app.labels(tick)
    counts = named.counts(states[f"{app.name} pairs"]) if isinstance(named, Named) else {}
    if not sum(map(len, judged)):
        got = "{asked} asked, {settled} of them told a label".format(**counts)
        raise TooEarly(
            expected(f"app {app.name}", f"{app.asks.kind} events told a label, none before them waited for still", got)
        )
    every = Judged.concat(judged)
    plain = Backtest.of(app, report, every, frozen_us, watch, counts)
    return replace(plain, opponent=COMMONEST, apart=shares(report.racers, every.rows(every.us > frozen_us)))


def shares(racers: tuple[str, ...], judged: Judged) -> dict[str, dict[str, float]]:
    """Return by racer which share of labels was its likeliest; which shares of new, of known labels it called unknown.

    A share of nothing is left out.
    """
    found = {}
    for place, name in enumerate(racers):
        unknown = judged.unknown[:, place]
        said = {
            "accuracy": _share(judged.right[:, place]),
            "flagged": _share(unknown[judged.new]),
            "false_alarms": _share(unknown[~judged.new]),
        }
        found[name] = {what: one for what, one in said.items() if one is not None}
    return found


def _share(hits: NDArray[np.bool_]) -> float | None:
    return float(hits.mean()) if len(hits) else None
