"""Standby: who races against the champion in a rehearsal, where the app names nobody."""

from __future__ import annotations

from typing import Any, Final, Literal

from evercart.app import App
from evercart.errors import require
from evercart.learners.learner import Learner
from evercart.learners.restarted import Restarted
from evercart.policies import LASTING

Challengers = tuple[tuple[str, Learner[Any]], ...]
_WATCHED: Final[dict[str, Literal["logistic", "squared"]]] = {"log_loss": "logistic", "squared": "squared"}


def standby(app: App) -> Challengers:
    """Return the app's challengers; else its champion, thrown away for one of recent memory when its losses rise.

    >>> from evercart.apps.repurchase import repurchase
    >>> [name for name, _ in standby(repurchase())]
    ['restarted']
    """
    if app.challengers:
        return app.challengers
    rule = "challengers, or a loss that can be watched: " + " ".join(_WATCHED)
    require(app.loss.name in _WATCHED, f"app {app.name}", rule, app.loss.name)
    return (("restarted", Restarted(app.champion, LASTING, loss=_WATCHED[app.loss.name])),)
