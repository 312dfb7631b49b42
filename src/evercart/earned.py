"""Earned: what came of live decisions, by model, read off the log."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from evercart.evaluate.business import Business, Measure
from evercart.events.kinds import number
from evercart.hashing import hash_name
from evercart.log import Log
from evercart.units import DAY_S

_DECISION: Final = number("decision")
_KINDS: Final = frozenset(number(name) for name in ("decision", "order", "feedback", "heartbeat"))


def earned(log: Log, models: Iterable[str], window_s: float = 28 * DAY_S) -> dict[str, tuple[Measure, ...]]:
    """Return by model what came of its live decisions whose window has closed; money in minor units.

    A log without decisions is not read.

    models    lines as decisions name them, such as `Version.model`
    """
    fold = Business.of(log.key, window_s=window_s)
    state = fold.start()
    first = next((int(events.offset[0]) for events in log.read(0, kinds={_DECISION})), log.next_offset)
    for events in log.read(first, columns=fold.reads, kinds=_KINDS):
        state, _ = fold.step(state, events)
    return {model: fold.measures(state, hash_name(model, log.key)) for model in models}


def earned_json(found: Mapping[str, Sequence[Measure]], model: str) -> list[dict[str, Any]]:
    """Return a model's measures as plain values, for JSON, which has no NaN.

    >>> earned_json({"a": (Measure("orders", 1, 2.0, math.nan),)}, "a")
    [{'name': 'orders', 'decisions': 1, 'mean': 2.0, 'error': None}]
    """
    return [{name: _plain(value) for name, value in one._asdict().items()} for one in found[model]]


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
