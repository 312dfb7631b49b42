"""Policies: ways to keep a model up to date, each raced over the same log.

continual            the app's learner
reacting             the app's learner, eased for a while when its losses rise; where it can be eased
published nightly    the app's learner, whose guesses wait for the weights of the next midnight (UTC)
refit nightly        a batch model, fitted again each night on all history
refit weekly         the same model each week
frozen               the app's learner, which stops learning when a quarter of the log has passed

An app's net has ways of its own: see `nets`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.app import App
from evercart.errors import UserError
from evercart.evaluate.drift.adwin import Adwin
from evercart.evaluate.drift.policy import RaiseRate
from evercart.evaluate.history import History
from evercart.evaluate.refit import Refit
from evercart.evaluate.staleness import newest_learned
from evercart.labels.turns import ASKED, Turns
from evercart.learners.frozen import Frozen, ended_before, still
from evercart.learners.learner import Learner
from evercart.learners.published import Published, periods
from evercart.nets import nets
from evercart.units import DAY_US

POLICIES: Final = ("continual", "reacting", "published nightly", "refit nightly", "refit weekly", "frozen")
REFIT_US: Final = {"refit nightly": DAY_US, "refit weekly": 7 * DAY_US}
_REACTS: Final[dict[str, Literal["logistic", "squared"]]] = {"log_loss": "logistic", "squared": "squared"}
LASTING: Final = Adwin(1e-6, least=128, grace=256, side="up", least_change=0.1)  # see docs/decisions/0008-drift.md
Floats = NDArray[np.float64]
Ticks = NDArray[np.int64]


class Online(NamedTuple):
    """A policy that goes round the ring.

    until    from turns to the tick before which the weights behind each row had learned all, (rows,)
    """

    learner: Learner[Any]
    until: Callable[[Turns], Ticks]


class Raced(NamedTuple):
    """What a policy said over the whole log.

    guess        (questions,)
    newest_us    (questions,) when the newest label was known that the weights behind the guess had learned, or MISSING
    then, now    (probed,) guesses about old questions, by the weights of back then, by those at the end
    """

    guess: Floats
    newest_us: NDArray[np.int64]
    then: Floats
    now: Floats
    cpu_s: float
    fits: int = 0


class Probe(NamedTuple):
    """Old questions that are asked once more.

    us       when the old regime ends
    early    the turns of all ticks before it
    at       (probed,) places in the history
    asked    (probed,) the questions
    y        (probed,) their labels, as they stood then
    """

    us: int
    early: Turns
    at: NDArray[np.int64]
    asked: Turns
    y: Floats


def online(app: App, frozen_us: int) -> dict[str, Online]:
    """Return the policies by name; `continual` comes first, `frozen` last, as in the ring, nets in between."""
    found = {"continual": Online(app.champion, lambda turns: turns.tick)}
    reacting = _reacting(app)
    if reacting is not None:
        found["reacting"] = Online(reacting, lambda turns: turns.tick)
    found["published nightly"] = Online(Published(app.champion, DAY_US), _published)
    found |= {name: Online(learner, lambda turns: turns.tick) for name, learner in nets(app).items()}
    found["frozen"] = Online(Frozen(app.champion, frozen_us), lambda turns: _frozen(turns, frozen_us))
    return found


def _reacting(app: App) -> Learner[Any] | None:
    """Return the champion under the drift policy, or None where it cannot be eased."""
    if app.loss.name not in _REACTS:
        return None
    try:
        learner = RaiseRate().around(app.champion, LASTING, loss=_REACTS[app.loss.name])
        learner.start()
    except UserError:
        return None
    return learner


def _published(turns: Turns) -> Ticks:
    until = np.empty(len(turns), np.int64)
    for first, stop, _ in periods(turns, DAY_US):
        until[first:stop] = turns.tick[first]
    return until


def _frozen(turns: Turns, us: int) -> Ticks:
    first = ended_before(turns, us)
    return np.minimum(turns.tick, turns.tick[first]) if first < len(turns) else turns.tick


def probe(turns: Turns, history: History, us: int) -> Probe:
    """Return the questions of the later half of what came before `us`, whose labels were known by then.

    In the first half features knew too little of anyone: a regime that does not come back.
    """
    known = history.known(us, closed=True)
    half_us = int(history.us[0] + (us - history.us[0]) // 2)
    at = known[history.us[known] >= half_us]
    asked = turns.rows(turns.what == ASKED)
    return Probe(us, turns.rows(slice(0, ended_before(turns, us))), at, asked.rows(at), history.labels(at, us))


def race_online(one: Online, state: Any, turns: Turns, guess: Floats, cpu_s: float, old: Probe) -> Raced:
    """Return what a policy said in the ring, where its state stands at the end."""
    learner = one.learner
    before, _ = learner.step(learner.start(), old.early)
    then, now = still(learner, before, old.asked), still(learner, state, old.asked)
    return Raced(guess, newest_learned(turns, one.until(turns)), then, now, cpu_s)


def race_refit(
    refit: Refit, history: History, cpu_s: Callable[[], float], old: Probe, told: Callable[[float], None]
) -> Raced:
    """Return what a batch model said that was fitted again, again."""
    done = refit.guesses(history, cpu_s, told=told, then_us=old.us)
    ready = refit.fit.ready(history.x)
    then, now = (
        np.full(len(old.at), refit.empty) if model is None else refit.fit.guess(model, ready, old.at)
        for model in (done.then, done.model)
    )
    return Raced(done.guess, refit.newest(history), then, now, done.cpu_s, done.fits)
