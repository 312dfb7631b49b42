"""Earned: what came of live decisions, by model, read off the log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from evercart.evaluate.business import Business, Measure
from evercart.events.kinds import number
from evercart.hashing import hash_name
from evercart.log import Log
from evercart.units import DAY_S

_KINDS: Final = frozenset(number(name) for name in ("decision", "order", "feedback", "heartbeat"))


def earned(log: Log, models: Iterable[str], window_s: float = 28 * DAY_S) -> dict[str, tuple[Measure, ...]]:
    """Return by model what came of its live decisions whose window has closed; money in minor units.

    models    lines as decisions name them, such as `Version.model`
    """
    fold = Business.of(log.key, window_s=window_s)
    state = fold.start()
    for events in log.read(0, columns=fold.reads, kinds=_KINDS):
        state, _ = fold.step(state, events)
    return {model: fold.measures(state, hash_name(model, log.key)) for model in models}
