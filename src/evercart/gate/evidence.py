"""Evidence: all that is known about a challenger when the gate judges it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from evercart.evaluate.business import Measure
from evercart.evaluate.doubly_robust import Average


@dataclass(frozen=True)
class Part:
    """One slice of the questions; losses are means, NaN without questions.

    error    standard error of the difference of both losses
    """

    name: str
    questions: int
    champion: float
    challenger: float
    error: float


@dataclass(frozen=True)
class Evidence:
    """A challenger beside the champion, over the questions judged since its reign began.

    enrolled       1 for the first challenger of this reign, then 2, 3, ...
    counted        questions that entered the bets
    log_money      what the bets made of one unit of money, its logarithm in nats
    gain           mean clipped difference of losses over the counted questions; above 0 the challenger is better
    whole          all questions
    slices         parts of them
    miscalibrated  mean distance of guess from label, in the label's unit: champion, challenger
    silent         questions of this reign that the challenger did not answer with a number
    behind         events of the log that the challenger has not seen; None: not known
    guess_us       microseconds that a guess takes; None: not known
    business       what came of live decisions: of the champion's, of the challenger's
    attacked       mean losses of clean lessons, of attacked ones: the champion's, the challenger's; None: not known
    off_policy     how much less a question the challenger's actions would have lost; None: not known
    """

    champion: str
    challenger: str
    enrolled: int
    counted: int
    log_money: float
    gain: float
    whole: Part
    slices: tuple[Part, ...]
    miscalibrated: tuple[float, float]
    silent: int = 0
    behind: int | None = None
    guess_us: float | None = None
    business: tuple[tuple[Measure, ...], tuple[Measure, ...]] = ((), ())
    attacked: tuple[tuple[float, float] | None, tuple[float, float] | None] = (None, None)
    off_policy: Average | None = None

    def figures(self) -> dict[str, Any]:
        """Return all as plain values for JSON, which has no NaN."""
        return {name: _plain(value) for name, value in vars(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Measure | Average):
        return {name: _plain(each) for name, each in value._asdict().items()}
    if isinstance(value, Part):
        return {name: _plain(each) for name, each in vars(value).items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
