"""Comparison: what each policy of learning costs, beside what it is worth, on the same questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from evercart.evaluate.compare import Difference, difference
from evercart.evaluate.days import Days
from evercart.evaluate.report import Report
from evercart.evaluate.scores import scores
from evercart.evaluate.staleness import Staleness

_NONE = Difference(0.0, 0.0, 0.0)


def _percent(gap: Difference, loss: float) -> Difference:
    return Difference(*(100.0 * value / loss if loss else float("nan") for value in gap))


class Forgetting(NamedTuple):
    """Mean loss on old questions asked once more: by the weights of back then, by those at the end of the log.

    gap    now minus then, with its 95 % interval; above 0 something was forgotten
    """

    then: float
    now: float
    gap: Difference

    @property
    def percent(self) -> Difference:
        """Return the gap in percent of the loss then.

        >>> Forgetting(2.0, 2.5, Difference(0.5, 0.25, 1.0)).percent
        Difference(mean=25.0, low=12.5, high=50.0)
        """
        return _percent(self.gap, self.then)


@dataclass(frozen=True)
class Comparison:
    """Policies over the whole history of an app; the first racer of the report is what the others are held against.

    question      what is asked, for a reader
    unit          of the label
    days          of all questions        later     of those asked after the first quarter, which ends at `since_us`
    cpu_s         by policy: guessing with learning, fitting
    shared_cpu_s  of what all policies stand on: asks, tables, labels
    fits          by refitted policy: how often
    opponent      the batch model that is refitted
    probed        how many old questions are asked once more
    passes        by policy that trains a net now and then: over the labels of each time
    """

    app: str
    question: str
    unit: str
    report: Report
    days: Days
    later: Days
    since_us: int
    cpu_s: dict[str, float]
    shared_cpu_s: float
    staleness: dict[str, Staleness]
    forgetting: dict[str, Forgetting]
    probed: int
    fits: dict[str, int]
    opponent: str
    passes: dict[str, int] = field(default_factory=dict)

    @property
    def policies(self) -> tuple[str, ...]:
        """Return their names."""
        return self.report.racers

    def differences(self) -> dict[str, Difference]:
        """Return each policy's loss minus the first one's, with its 95 % interval."""
        first, *others = self.policies
        return {name: difference(self.report, self.later, name, first) for name in others}

    def above(self) -> dict[str, Difference]:
        """Return the differences in percent of the first one's loss; the first one's own is 0."""
        loss = scores(self.report, self.later)[self.policies[0]]["loss"]
        return {name: _percent(gap, loss) for name, gap in ({self.policies[0]: _NONE} | self.differences()).items()}

    def months(self) -> dict[str, dict[str, float]]:
        """Return each policy's mean loss by the month in which was asked, over all questions."""
        month = self.days.dates.astype("datetime64[M]")
        found: dict[str, dict[str, float]] = {name: {} for name in self.policies}
        for one in np.unique(month):
            sums = self.days.rows(month == one).total()
            for at, name in enumerate(self.policies):
                found[name][str(one)] = float(sums.sums[0, at, 0] / sums.n[0])
        return found

    def summary(self) -> dict[str, Any]:
        """Return what `evercart compare --json` prints."""
        later, overall = scores(self.report, self.later), scores(self.report, self.days)
        differences, months = self.differences(), self.months()
        said: dict[str, Any] = {}
        for name in self.policies:
            said[name] = {
                **later[name],
                "overall": overall[name]["loss"],
                "months": months[name],
                "cpu_s": round(self.cpu_s[name], 3),
                "staleness": self.staleness[name]._asdict(),
                "forgetting": {**self.forgetting[name]._asdict(), "gap": self.forgetting[name].gap._asdict()},
            }
            if name in differences:
                said[name]["difference"] = differences[name]._asdict()
            if name in self.fits:
                said[name]["fits"] = self.fits[name]
            if name in self.passes:
                said[name]["passes"] = self.passes[name]
        return {
            "app": self.app,
            "questions": int(self.days.n.sum()),
            "compared": int(self.later.n.sum()),
            "probed": self.probed,
            "policies": said,
            "shared_cpu_s": round(self.shared_cpu_s, 3),
            "opponent": self.opponent,
        }
