"""Curves: what the report says of each app's racers, day by day with final figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.backtest import Backtest
from evercart.evaluate.scores import by_day, rolling, scores

DAY_S: Final = 86_400


class Curves(NamedTuple):
    """One racer of one app.

    days     (days,) the day asked, since 1970-01-01, in the app's zone
    lines    by name, (days,): NaN on days of which it says nothing
    final    by name
    """

    app: str
    racer: str
    days: NDArray[np.int64]
    lines: Mapping[str, NDArray[np.float64]]
    final: Mapping[str, float]

    def points(self) -> Iterator[tuple[str, int, int, float]]:
        """Hand out name, days since the first, seconds since 1970, value of each point; last the final figures."""
        for name, values in self.lines.items():
            for day, value in zip(self.days.tolist(), values.tolist(), strict=True):
                if np.isfinite(value):
                    yield name, day - int(self.days[0]), day * DAY_S, value
        last = int(self.days[-1]) if len(self.days) else 0
        for name, value in self.final.items():
            if np.isfinite(value):
                yield f"final/{name}", last - int(self.days[0]) if len(self.days) else 0, last * DAY_S, value


def curves(found: Sequence[Backtest]) -> list[Curves]:
    """Return every app's racers, the model that goes on learning first.

    loss           mean over the questions of a day; `loss_7_days` with the six days before
    loss_behind    this racer's loss minus the continual model's, summed since the comparison began: the evidence
    final          the scores of the compared questions; CPU seconds; difference to the continual model, mean per
                   question with the ends of its 95 % interval
    """
    return [_curves(one, at, racer) for one in found for at, racer in enumerate(one.report.racers)]


def _curves(one: Backtest, at: int, racer: str) -> Curves:
    lines = {
        "questions": one.days.n.astype(np.float64),
        "loss": by_day(one.days, at),
        "loss_7_days": rolling(one.days, at),
    }
    final = {**scores(one.report, one.later)[racer], "cpu_s": one.cpu_s[racer]}
    if at:
        behind = np.full(len(one.days), np.nan)
        compared = np.isin(one.days.day, one.later.day)
        behind[compared] = np.cumsum(one.later.sums[:, at, 0] - one.later.sums[:, 0, 0])
        lines["loss_behind"] = behind
        final |= {f"behind_{name}": value for name, value in one.differences()[racer]._asdict().items()}
    return Curves(one.app, racer, one.days.day, lines, final)
