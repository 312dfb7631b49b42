"""Control: when the frozen racer stops learning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evercart.app import App
from evercart.events.batch import Events
from evercart.events.kinds import number
from evercart.log import Log
from evercart.units import SECOND_US


def quarter_us(log: Log, apps: Sequence[App]) -> int:
    """Return the log time at which a quarter of the span of what is asked about had passed; 0 for none."""
    first = last = 0
    for events in _asked_about(log, apps):
        first = first or int(events.logged_us[0])
        last = int(events.logged_us[-1])
    return first + (last - first) // 4


def frozen_too_early(log: Log, apps: Sequence[App], frozen_us: int | None) -> bool:
    """Return whether the control stopped before any label could settle, in a log that is long enough by now.

    frozen_us    when it stopped; None: it never did
    """
    begun = next(_asked_about(log, apps), None)
    if frozen_us is None or begun is None:
        return False
    settles_us = int(begun.logged_us[0]) + round(max(app.window_s for app in apps) * SECOND_US)
    return frozen_us <= settles_us < quarter_us(log, apps)


def _asked_about(log: Log, apps: Sequence[App]) -> Iterator[Events]:
    """Yield the clock of the rows that questions are about."""
    return log.read(0, kinds={number(app.asks.kind) for app in apps})
