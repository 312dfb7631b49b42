"""Compare: policies of learning over the whole history of an app, on the same questions.

Staleness is defined in `evaluate.staleness`. Forgetting asks what each policy still knows of an old regime: the
questions of the later half of the first quarter, with labels that were known by its end, are put to the weights as
they stood there, then to those at the end of the log. All policies had learned these labels, but for the days since
the last fit or publication: what is measured is what the months after it have overwritten, not a forecast. Features
are those of back then; only weights, with the statistics of wrappers, are today's.

Source: the backward transfer of Lopez-Paz and Ranzato, "Gradient episodic memory for continual learning",
NeurIPS 2017, section 2, with losses, one task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from evercart.app import App
from evercart.backtest import Replayed, Told, linear_opponents, replay, told_of
from evercart.errors import UserError, expected, require
from evercart.evaluate.compare import difference
from evercart.evaluate.comparison import Comparison, Forgetting
from evercart.evaluate.history import History
from evercart.evaluate.refit import Fit, Refit, choose
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.evaluate.scores import scores
from evercart.evaluate.staleness import staleness
from evercart.events.batch import Events
from evercart.labels.pairs import Tick
from evercart.loop import Ring, warm
from evercart.nets import trained
from evercart.policies import POLICIES, REFIT_US, Online, Probe, Raced, online, probe, race_online, race_refit


def compare(
    app: App,
    batches: Iterator[Events],
    tick: Tick,
    frozen_us: int,
    cpu_s: Callable[[], float],
    *,
    nightly: bool = True,
    joint_days: int = 28,
    opponents: Sequence[Fit] | None = None,
    told: Told = lambda step, part: None,
) -> Comparison:
    """Replay a log for one app under each policy (see `policies`).

    batches, frozen_us, opponents    as `backtest` takes them
    nightly                          whether to refit each night, too: about seven times as dear as each week
    joint_days                       days from one joint retraining of a net to the next, where the app races nets
    """
    require(joint_days >= 1, "compare.joint_days", "at least 1", joint_days)
    inside = online(app, frozen_us)
    racing = replace(app, challengers=tuple((name, one.learner) for name, one in inside.items())[1:-1])
    warm(Ring((racing,), tick, frozen_us, gated=False))  # so that no policy pays for being compiled
    replayed = replay(racing, batches, tick, frozen_us, cpu_s, hints=True)
    if not len(replayed.scored):
        raise UserError(expected(f"app {app.name}", "a log in which questions were asked and answered", "none"))
    told(f"{app.name}: replay", 1.0)
    history = History.of(replayed.turns)
    old = probe(replayed.turns, history, frozen_us)
    raced = _in_ring(app, inside, replayed, history, old)
    candidates = [Refit(fit) for fit in opponents or linear_opponents(app)]
    choice = choose(candidates, history, app.loss, frozen_us, cpu_s)
    told(f"{app.name}: choose a batch model", 1.0)
    for name, every_us in REFIT_US.items():
        if nightly or name != "refit nightly":
            refit = replace(choice.refit, every_us=every_us)
            raced[name] = race_refit(refit, history, cpu_s, old, partial(told, f"{app.name}: {name}"))
    by_night = trained(app, history, frozen_us, cpu_s, joint_days)
    for name, one in by_night.items():
        raced[name] = race_refit(one.refit, history, cpu_s, old, partial(told, f"{app.name}: {name}"))
    spent = {name: one for name, one in replayed.watch.spent.items() if name.removeprefix(f"{app.name} ") not in inside}
    raced = {name: raced[name] for name in POLICIES if name in raced} | raced
    found = _judged(app, raced, replayed.scored, history, old, sum(spent.values()), told_of(choice))
    return replace(found, passes={name: one.fit.passes for name, one in by_night.items()})


def _in_ring(app: App, inside: dict[str, Online], replayed: Replayed, history: History, old: Probe) -> dict[str, Raced]:
    """Return what each policy of the ring said; guesses about questions that are open still are NaN."""
    raced, at = {}, replayed.scored.number - history.number[0]
    for column, (name, one) in enumerate(inside.items()):
        guess = np.full(len(history), np.nan)
        guess[at] = replayed.scored.guesses[:, column]
        stage = f"{app.name} {name}"
        state, spent = replayed.states[stage], replayed.watch.spent[stage]
        raced[name] = race_online(one, state, replayed.turns, guess, spent, old)
    return raced


def _judged(
    app: App, raced: dict[str, Raced], scored: Scored, history: History, old: Probe, shared_s: float, opponent: str
) -> Comparison:
    """Return all of it, summed."""
    at = scored.number - history.number[0]
    every = replace(scored, guesses=np.column_stack([one.guess[at] for one in raced.values()]))
    report = Report(tuple(raced), app.loss, slices=app.slices.names if app.slices else ("all",))
    late = scored.us > old.us
    later = at[late]
    return Comparison(
        app=app.name,
        question=app.about,
        unit=app.unit,
        report=report,
        days=report.days(every),
        later=report.days(every.rows(late)),
        since_us=old.us,
        cpu_s={name: one.cpu_s for name, one in raced.items()},
        shared_cpu_s=shared_s,
        staleness={name: staleness(history.us[later], one.newest_us[later]) for name, one in raced.items()},
        forgetting=_forgetting(app, raced, old),
        probed=len(old.at),
        fits={name: one.fits for name, one in raced.items() if one.fits},
        opponent=opponent,
    )


def _forgetting(app: App, raced: dict[str, Raced], old: Probe) -> dict[str, Forgetting]:
    """Return what each policy lost about the old questions."""
    guesses = [guess for one in raced.values() for guess in (one.now, one.then)]
    report = Report(tuple(f"{name} {when}" for name in raced for when in ("now", "then")), app.loss)
    rows = (old.asked.number, old.asked.us, old.y, old.asked.key, np.zeros(len(old.at), np.int16))
    days = report.days(Scored(*rows, np.column_stack(guesses)))
    found = scores(report, days)
    return {
        name: Forgetting(
            found[f"{name} then"]["loss"],
            found[f"{name} now"]["loss"],
            difference(report, days, f"{name} now", f"{name} then"),
        )
        for name in raced
    }
