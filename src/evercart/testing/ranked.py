"""Ranked: an invented backtest of recommendation, for whatever shows one."""

from __future__ import annotations

from typing import Any

import numpy as np

from evercart.evaluate.hits import Hits
from evercart.evaluate.places import UNASKED
from evercart.evaluate.recommended import Ranked, Recommended
from evercart.units import DAY_US


def invented(questions: int = 60, days: int = 10, **more: Any) -> Recommended:
    """Return a backtest in which the blend is right three times of four, its baselines less often."""
    rng = np.random.default_rng(1)
    number = np.arange(questions)
    drawn = {name: np.where(rng.random(questions) < part, rng.integers(0, 4, questions), -1)
             for name, part in (("blend", 0.75), ("plain", 0.4), ("plainer", 0.1), ("frozen", 0.3))}  # fmt: skip
    hits = Hits(
        number=number,
        offset=number,
        us=number * days * DAY_US // questions,
        item=number.astype(np.uint64),
        rank=drawn["blend"].astype(np.int32),
        age_us=np.where(number % 3 == 0, -1, number * DAY_US // 8),
        returned=number % 2 == 0,
        place=(number % 6 + 1).astype(np.int32),
        novelty=np.full(questions, 3.0),
        tail=np.full(questions, 0.25),
    )
    stale = np.where(number < questions // 4, UNASKED, drawn["frozen"])
    given: dict[str, Any] = {
        "clicks": 2 * questions,
        "sessions": questions // 3,
        "items": 30,
        "hits": hits,
        "session": number // 4,
        "blend": Ranked(hits.rank, 1.25),
        "baselines": {name: Ranked(drawn[name], 0.5) for name in ("plain", "plainer")},
        "alone": {"alone: own items": Ranked(drawn["plain"], 0.5)},
        "stale": {"frozen": Ranked(stale, 0.0)},
        "coverage": 0.5,
        "share": rng.random(questions),
        "waited_h": np.array([0.5, 2.0, np.inf]),
    }
    return Recommended(**{**given, **more})
