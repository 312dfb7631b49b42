"""The rule that no business measure may be clearly worse."""

from __future__ import annotations

import math
from dataclasses import dataclass

from evercart.errors import expected, require
from evercart.evaluate.business import MEASURES, Measure
from evercart.gate.evidence import Evidence


@dataclass(frozen=True)
class NoMeasureWorse:
    """Object to a challenger of whose live decisions clearly less came than of the champion's.

    errors       standard errors by which it must be less
    least        decisions of either that a measure must be known of; until then it objects to nothing
    measures     those that count

    Only who has decided live can be judged so: a shadow has no orders of its own. The errors are by shopper. Five
    measures looked at again and again will once seem worse by chance; the price is a challenger that waits.

    >>> NoMeasureWorse(errors=0)
    Traceback (most recent call last):
    evercart.errors.UserError: no_measure_worse.errors: expected more than 0, got 0
    """

    errors: float = 3.0
    least: int = 200
    measures: tuple[str, ...] = MEASURES

    def __post_init__(self) -> None:
        require(self.errors > 0, "no_measure_worse.errors", "more than 0", self.errors)
        require(self.least > 0, "no_measure_worse.least", "at least 1", self.least)
        for name in self.measures:
            require(name in MEASURES, "no_measure_worse.measures", "one of " + " ".join(MEASURES), name)

    def __call__(self, evidence: Evidence) -> str | None:
        """Return the objection, with every such measure."""
        champion, challenger = ({one.name: one for one in each} for each in evidence.business)
        both = [(champion[name], challenger[name]) for name in self.measures if name in champion and name in challenger]
        return "; ".join(_objection(*pair) for pair in both if self._worse(*pair)) or None

    def _worse(self, champion: Measure, challenger: Measure) -> bool:
        error = math.hypot(champion.error, challenger.error)
        enough = min(champion.decisions, challenger.decisions) >= self.least
        return enough and challenger.mean - champion.mean < -self.errors * error


def _objection(champion: Measure, challenger: Measure) -> str:
    rule = f"about {champion.mean:.6g} a decision as the champion's"
    return expected(champion.name, rule, f"{challenger.mean:.6g} over {challenger.decisions:,} decisions")
