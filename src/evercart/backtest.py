"""Backtest: an app over the whole log, judged against challengers, controls on the same questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from evercart.app import App
from evercart.detecting.hindsight import Amounts, asks_before_payments, hindsight
from evercart.errors import UserError, expected
from evercart.evaluate.batch_linear import BatchLinear
from evercart.evaluate.compare import Difference, difference
from evercart.evaluate.days import Days
from evercart.evaluate.history import History
from evercart.evaluate.refit import Choice, Fit, Refit, choose
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored, beside
from evercart.evaluate.scores import scores
from evercart.events.batch import Events
from evercart.labels.pairs import Tick
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED, Turns
from evercart.lane import CHAMPION, FROZEN
from evercart.learners.tuned import Tuned, ledger
from evercart.loop import Ring, Stopwatch, whole_ticks
from evercart.units import DAY_US

REFIT = "refit"  # what a batch learner fitted over again says
COMMONEST = "commonest"  # what one says who knows of each label only how often it comes
Told = Callable[[str, float], None]  # which step, which part of it is done


class TooEarly(UserError):
    """Nothing that an app asked about has been answered yet."""


class Replayed(NamedTuple):
    """One app's turns and scores over a whole log."""

    turns: Turns
    scored: Scored
    counts: dict[str, int]
    watch: Stopwatch
    states: dict[str, Any]  # by stage, at the end of the log


@dataclass(frozen=True)
class Backtest:
    """Continual, challengers, frozen, refit on the same questions; compared are those after the first quarter.

    days      of all questions        later     of those that are compared
    cpu_s     by racer, guessing with learning
    stages    CPU seconds of what all racers stand on, by stage: asks, tables, labels
    fits      how often the opponent was fitted
    races     by challenger whose settings are raced: how that stands, as plain values (see `Ledger`)
    apart     where labels are told apart: by racer, further shares of the later questions
    acting    of payments: what ways to act on the chances would have cost; see `hindsight`
    """

    app: str
    unit: str
    report: Report
    days: Days
    later: Days
    since_us: int
    questions: int
    compared: int
    cpu_s: dict[str, float]
    stages: dict[str, float]
    fits: int
    opponent: str
    counts: dict[str, int]
    races: dict[str, Any] = field(default_factory=dict)
    apart: dict[str, dict[str, float]] = field(default_factory=dict)
    acting: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, app: App, report: Report, scored: Scored, since_us: int, watch: Stopwatch, counts: dict[str, int]
    ) -> Backtest:
        """Return what the ring's racers come to; nothing else was fitted."""
        later, own = scored.rows(scored.us > since_us), {f"{app.name} {name}": name for name in report.racers}
        return cls(
            app=app.name,
            unit=app.unit,
            report=report,
            days=report.days(scored),
            later=report.days(later),
            since_us=since_us,
            questions=len(scored),
            compared=len(later),
            cpu_s={own[stage]: one for stage, one in watch.spent.items() if stage in own},
            stages={stage: one for stage, one in watch.spent.items() if stage not in own},
            fits=0,
            opponent="",
            counts=counts,
        )

    def differences(self) -> dict[str, Difference]:
        """Return the loss of each of the others minus the continual learner's, with its 95 % interval."""
        first, *others = self.report.racers
        return {name: difference(self.report, self.later, name, first) for name in others}

    def summary(self) -> dict[str, Any]:
        """Return what `evercart backtest --json` prints."""
        found = scores(self.report, self.later)
        differences = self.differences()
        said: dict[str, Any] = {"app": self.app, "questions": self.questions, "compared": self.compared}
        for name in self.report.racers:
            said[name] = {**found[name], **self.apart.get(name, {}), "cpu_s": round(self.cpu_s[name], 3)}
            if name in differences:
                said[name]["difference"] = differences[name]._asdict()
        return {
            **said,
            "shared_cpu_s": round(sum(self.stages.values()), 3),
            "fits": self.fits,
            "opponent": self.opponent,
            **({"races": self.races} if self.races else {}),
            **({"acting": self.acting} if self.acting else {}),
        }


def backtest(
    app: App,
    batches: Iterator[Events],
    tick: Tick,
    frozen_us: int,
    cpu_s: Callable[[], float],
    *,
    every_days: int = 7,
    opponents: Sequence[Fit] | None = None,
    told: Told = lambda step, part: None,
) -> Backtest:
    """Replay a log for one app, then let the honest opponent read it again.

    batches     of the whole log, with the columns that the app reads
    frozen_us   a quarter of the log's span: `frozen` stops learning there, comparison begins there, and what the
                opponent may choose is chosen on what came before
    opponents   batch fits to choose from; linear ones with several penalties unless given
    """
    amounts = Amounts()
    noted = amounts.noted(batches) if asks_before_payments(app) else batches
    replayed = replay(app, noted, tick, frozen_us, cpu_s)
    if not len(replayed.scored):
        rule = f"questions about {app.asks.kind} events, answered"
        got = "{asked} asked, {nobody} about nobody, {settled} answered".format(**replayed.counts)
        raise TooEarly(expected(f"app {app.name}", rule, got))
    history = History.of(replayed.turns)
    candidates = [Refit(fit, every_days * DAY_US) for fit in opponents or linear_opponents(app)]
    choice = choose(candidates, history, app.loss, frozen_us, cpu_s)
    refitted = choice.refit.guesses(history, cpu_s, told=lambda part: told(f"{app.name}: refit", part))
    scored = beside(replayed.scored, refitted.number, refitted.guess)
    plain = Backtest.of(app, report_of(app), scored, frozen_us, replayed.watch, replayed.counts)
    return replace(
        plain,
        cpu_s={**plain.cpu_s, REFIT: refitted.cpu_s},
        fits=refitted.fits,
        opponent=told_of(choice),
        races=_races(app, replayed.states),
        acting=hindsight(app, replayed.turns, replayed.scored, amounts, frozen_us),
    )


def _races(app: App, states: dict[str, Any]) -> dict[str, Any]:
    found = {name: learner for name, learner in app.challengers if isinstance(learner, Tuned)}
    said = {name: ledger(learner, states[f"{app.name} {name}"]) for name, learner in found.items()}
    return {
        name: {**one._asdict(), "candidates": [row._asdict() for row in one.candidates]} for name, one in said.items()
    }


def report_of(app: App) -> Report:
    """Return what is summed about the racers of a backtest."""
    racers = (CHAMPION, *(name for name, _ in app.challengers))
    racers += (COMMONEST, FROZEN) if app.named else (FROZEN, REFIT)
    slices = app.slices.names if app.slices else ("all",)
    return Report(racers, app.loss, slices=slices, time_zone=app.time_zone)


def replay(
    app: App,
    batches: Iterator[Events],
    tick: Tick,
    frozen_us: int | None,
    cpu_s: Callable[[], float],
    *,
    hints: bool = False,
) -> Replayed:
    """Take a whole log round the ring of one app, keeping its turns, provisional labels where `hints` says so."""
    kept = (ASKED, SETTLED, CORRECTION, ABANDONED, *((HINT,) if hints else ()))
    ring, watch = Ring((app,), tick, frozen_us, gated=False), Stopwatch(cpu_s)
    states = ring.start()
    turns, scored = [], []
    for events in whole_ticks(batches, tick):
        said = ring.step(states, events, watch)[app.name]
        turns.append(said.turns.rows(np.isin(said.turns.what, kept)))
        scored.append(said.scored)
    if not turns:
        raise TooEarly(expected("log", "rows before its last tick", "none; see `evercart ingest --help`"))
    counts = app.pairs(tick).counts(states[f"{app.name} pairs"])
    return Replayed(Turns.concat(turns), Scored.concat(scored), counts, watch, states)


def linear_opponents(app: App) -> list[Fit]:
    """Return the batch fits that the opponent is chosen from: penalties and readings of X."""
    fits: list[Fit] = [BatchLinear(app.columns, app.loss, l2, "both") for l2 in (1.0, 10.0, 100.0)]
    fits += [BatchLinear(app.columns, app.loss, 1.0, "numbers")]
    if app.crosses:
        fits += [BatchLinear(app.columns, app.loss, l2, "both", app.crosses) for l2 in (10.0, 100.0)]
    return fits


def told_of(choice: Choice) -> str:
    """Return the chosen opponent as a person would name it."""
    fit = choice.refit.fit
    parts = [f"{name} {getattr(fit, name)}" for name in ("reads", "l2", "rounds", "leaves") if hasattr(fit, name)]
    return f"{type(fit).__name__} ({', '.join(parts)})"
