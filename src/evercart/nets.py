"""Nets: ways to keep an app's net up to date, raced over the same log.

NAME               the net as the app races it, which learns on
NAME fine-tuned    the same net, trained each night with the labels of the day alone
NAME replayed      the same, with old rows beside them
NAME joint         the same net, trained anew on all history, every four weeks unless said otherwise
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, Final, NamedTuple

from evercart.app import App
from evercart.evaluate.history import History
from evercart.evaluate.nightly import WAYS, Nightly
from evercart.evaluate.refit import Refit, choose
from evercart.learners.deep.within import net_within
from evercart.learners.learner import Learner
from evercart.units import DAY_US

PASSES: Final = (1, 3)  # over the labels of a night; the early part of the log chooses
DRAWS: Final = (16, 64)  # old rows beside a lesson, likewise


class Trained(NamedTuple):
    """How a net is trained now and then."""

    fit: Nightly
    every_us: int

    @property
    def refit(self) -> Refit:
        """Return what trains it."""
        return Refit(self.fit, self.every_us)


def nets(app: App) -> dict[str, Learner[Any]]:
    """Return the challengers that have a net inside, by name.

    >>> from evercart.testing.redeems import redeems
    >>> nets(redeems())
    {}
    """
    return {name: learner for name, learner in app.challengers if net_within(learner) is not None}


def trained(
    app: App, history: History, until_us: int, cpu_s: Callable[[], float], joint_days: int
) -> dict[str, Trained]:
    """Return by policy how a net is trained now and then; of several settings the best before `until_us`.

    joint_days    days from one joint retraining to the next
    """
    found = {}
    for name, learner in nets(app).items():
        for way in WAYS:
            every_us = DAY_US * (joint_days if way == "joint" else 1)
            several = DRAWS if way == "replayed" else DRAWS[:1]
            settings = product(PASSES, several)
            candidates = [Trained(Nightly(learner, way, passes, draws), every_us) for passes, draws in settings]
            refits = [one.refit for one in candidates]
            best = choose(refits, history, app.loss, until_us, cpu_s).refit
            found[f"{name} {way}"] = candidates[refits.index(best)]
    return found
