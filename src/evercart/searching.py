"""Searching: settings of a racer tried on a shop's history, chosen on its early half, weighed on the later one.

Source: Bergstra, Bardenet, Bengio and Kégl, "Algorithms for hyper-parameter optimization", NeurIPS 2011 (the
tree-structured Parzen estimator); here as the package optuna has it, the extra `tune`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.app import App
from evercart.backtest import replay
from evercart.errors import UserError, expected, require
from evercart.evaluate.compare import Difference, difference
from evercart.evaluate.history import History
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.events.batch import Events
from evercart.fold import config_hash
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED, Turns
from evercart.learners.deep.adapted import Adapted
from evercart.learners.deep.within import net_within
from evercart.learners.frozen import ended_before
from evercart.learners.learner import Learner
from evercart.tuning import DEPTHS, racer_of, with_settings

DECAYS: Final = (0.0, 1e-4, 1e-3, 1e-2, 1e-1)
MEMORIES: Final = (0, 1 << 18, 1 << 21)  # bytes
_AROUND: Final = 10.0  # times as much, or as little, as it is


class Searched(NamedTuple):
    """What a search found.

    early     mean loss of the racer as it is, of the winner, on the questions the choice was made on
    later     the same on the questions after them, which chose nothing
    gap       the winner's later loss less that of the racer as it is, with its 95 % interval
    """

    app: str
    racer: str
    trials: int
    settings: dict[str, Any]
    early: tuple[float, float]
    later: tuple[float, float]
    gap: Difference
    cpu_s: float

    @property
    def paste(self) -> str:
        """Return what to put into the settings of the shop, so that the winner races on the stream."""
        values = "\n".join(
            f'{_key(name)} = ["{v}"]' if isinstance(v, str) else f"{_key(name)} = [{v}]"
            for name, v in self.settings.items()
        )
        return f'[tune.{self.app}]\nof = "{self.racer}"\n{values}\n'


def optuna() -> Any:
    """Return the package optuna; `UserError` names the pip line where it is missing."""
    try:
        return import_module("optuna")
    except ImportError:
        raise UserError(expected("tune", "the extra tune (pip install 'evercart[tune]')", "no optuna")) from None


def space(learner: Any) -> dict[str, tuple[Any, ...] | float]:
    """Return what may be searched: by setting its choices, or the number to search around.

    >>> from evercart.testing.redeems import redeems
    >>> space(redeems().champion)
    {'optimizer.rate': 0.5}
    """
    net = net_within(learner)
    if net is not None:
        found: dict[str, tuple[Any, ...] | float] = {
            "rate": float(getattr(net.steps, "rate", 1e-3)),
            "memory": MEMORIES,
        }
        found |= {"decay": DECAYS} if hasattr(net.steps, "decay") else {}
        return found | ({"depth": tuple(DEPTHS)} if isinstance(net.network, Adapted) else {})
    path = ""
    while not hasattr(learner, "optimizer") and hasattr(learner, "learner"):
        learner, path = learner.learner, f"{path}learner."
    own = getattr(learner, "optimizer", None)
    names = [name for name in ("alpha", "rate", "l2") if getattr(own, name, 0)]
    require(len(names) > 0, "tune", "a net, or a learner whose optimizer has alpha, rate or l2", type(learner).__name__)
    return {f"{path}optimizer.{name}": float(getattr(own, name)) for name in names}


def search(
    app: App,
    batches: Iterator[Events],
    tick: Tick,
    cpu_s: Callable[[], float],
    *,
    of: str | None = None,
    trials: int = 20,
    seconds: float | None = None,
    seed: int = 1,
    study: Path | None = None,
    told: Callable[[str, float | None], None] = lambda step, part: None,
) -> Searched:
    """Search for settings of one of the app's racers.

    batches    of the whole log, with the columns that the app reads
    of         the racer, as `Tuning` takes it
    seconds    begin no trial after so many
    study      a file that keeps the trials, so that a search goes on where it ended; None keeps them in memory

    Half of the log's span is early. Its labels alone are learned by a trial, whose score is the mean loss of the
    questions of the later half of it, each asked before it was learned. The racer as it is comes first, so the winner
    is never worse there; on the later half it may be.
    """
    require(trials >= 1, "tune.trials", "at least 1", trials)
    it, began = optuna(), cpu_s()
    it.logging.set_verbosity(it.logging.WARNING)
    name, racer = racer_of(app.one_answer("tune"), of)
    told(f"{app.name}: replay", None)
    turns = replay(replace(app, challengers=()), batches, tick, None, cpu_s, hints=True).turns
    half_us = int(turns.us[0] + (turns.us[-1] - turns.us[0]) // 2)
    early = turns.rows(slice(0, ended_before(turns, half_us)))
    judged = _judged(early, int(turns.us[0] + half_us) // 2)
    require(len(judged.y) > 0, f"tune {app.name}", "questions asked and answered in the early half of the log", "none")
    choices = space(racer)

    def value(learner: Learner[Any]) -> float:
        return float(app.loss.each(judged.y, _guesses(learner, early)[judged.at]).mean())

    def trial(one: Any) -> float:
        told(f"{app.name}: trials", one.number / trials)
        return value(with_settings(f"tune {app.name}", racer, _suggested(one, choices)))

    made = it.create_study(
        storage=f"sqlite:///{study}" if study else None,
        study_name=f"{app.name} {name} {config_hash((app, tick))} {int(turns.offset[-1])}",
        sampler=it.samplers.TPESampler(seed=seed),
        load_if_exists=True,
    )
    if not made.trials:
        made.enqueue_trial({k: v[0] if isinstance(v, tuple) else v for k, v in choices.items() if k != "depth"})
    made.optimize(trial, n_trials=trials, timeout=seconds)
    told(f"{app.name}: trials", 1.0)
    settings = dict(made.best_params)
    learners = {"as it is": racer, "winner": with_settings(f"tune {app.name}", racer, settings)}
    later, gap = _later(app, turns, learners, half_us)
    first = (value(racer), float(made.best_value))
    return Searched(app.name, name, len(made.trials), settings, first, later, gap, cpu_s() - began)


def _suggested(one: Any, choices: Mapping[str, tuple[Any, ...] | float]) -> dict[str, Any]:
    return {
        name: one.suggest_categorical(name, list(of))
        if isinstance(of, tuple)
        else one.suggest_float(name, of / _AROUND, of * _AROUND, log=True)
        for name, of in choices.items()
    }


class _Judged(NamedTuple):
    y: NDArray[np.float64]
    at: NDArray[np.int64]  # places among the questions


def _judged(turns: Turns, since_us: int) -> _Judged:
    """Return the labels, as they settled, of the questions asked from a moment on, none older open."""
    history = History.of(turns)
    at = history.known(int(turns.us[-1]) + 1, closed=True) if len(turns) else np.zeros(0, np.int64)
    at = at[history.us[at] >= since_us]
    return _Judged(history.y[at], at)


def _guesses(learner: Learner[Any], turns: Turns) -> NDArray[np.float64]:
    _, guesses = learner.step(learner.start(), turns)
    asked: NDArray[np.float64] = guesses[turns.what == ASKED]
    return asked


def _later(
    app: App, turns: Turns, learners: Mapping[str, Learner[Any]], since_us: int
) -> tuple[tuple[float, float], Difference]:
    """Return both mean losses on the questions asked from a moment on, with the winner's less the other's."""
    judged, asked = _judged(turns, since_us), turns.rows(turns.what == ASKED)
    both = np.column_stack([_guesses(learner, turns)[judged.at] for learner in learners.values()])
    rows = asked.rows(judged.at)
    report = Report(tuple(learners), app.loss)
    scored = Scored(rows.number, rows.us, judged.y, rows.key, np.zeros(len(rows), np.int16), both)
    one, other = (float(app.loss.each(judged.y, both[:, at]).mean()) for at in (0, 1))
    return (one, other), difference(report, report.days(scored), "winner", "as it is")


def _key(name: str) -> str:
    return f'"{name}"' if "." in name else name
