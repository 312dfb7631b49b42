"""Scores: what the sums of days say, by metric, day or slice."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate import metrics
from evercart.evaluate.days import Days
from evercart.evaluate.report import Report

Named = dict[str, float]


def scores(report: Report, days: Days) -> dict[str, Named]:
    """Return each racer's metrics over the given days, by name; NaN where there is nothing to say.

    Binary: loss, log_loss or whichever the app's is, brier, roc_auc, average_precision, precision, recall, f1,
    calibration_error. Numbers: loss, rmse, mae, coverage (how often the label is at most the guess) and
    pinball at each level, in the label's unit. Labels: loss, log_loss, mean_chance of the true label.
    """
    total = days.total()
    return {racer: _named(report, total, at) for at, racer in enumerate(report.racers)}


def _named(report: Report, total: Days, racer: int) -> Named:
    n = float(total.n[0])
    sums = dict(zip(report.measures, total.sums[0, racer], strict=True))
    hist = total.hist[0, racer]
    found = {"loss": _mean(sums["loss"], n)}
    if report.loss.kind == "label":
        return found | {report.loss.name: found["loss"], "mean_chance": 1.0 - _mean(sums["absolute"], n)}
    if not report.binary:
        found |= {"rmse": math.sqrt(_mean(sums["squared"], n)), "mae": _mean(sums["absolute"], n)}
        found |= {"coverage": _mean(sums["covered"], n)}
        return found | {name: _mean(value, n) for name, value in sums.items() if name.startswith("pinball")}
    found |= {report.loss.name: found["loss"], "brier": _mean(sums["brier"], n)}
    found |= {"roc_auc": metrics.roc_auc_of(hist), "average_precision": metrics.average_precision_of(hist)}
    found |= metrics.retrieved(sums["hit"], sums["flagged"], float(total.y[0]))._asdict()
    return found | {"calibration_error": metrics.calibration_error(metrics.calibration(hist))}


def by_day(days: Days, racer: int) -> NDArray[np.float64]:
    """Return one racer's mean loss on each day, (days,)."""
    means: NDArray[np.float64] = days.sums[:, racer, 0] / days.n
    return means


def rolling(days: Days, racer: int, over: int = 7) -> NDArray[np.float64]:
    """Return the mean loss over the questions of each day with the `over - 1` rows before it, (days,)."""
    loss, n = days.sums[:, racer, 0], days.n.astype(np.float64)
    ends = np.arange(1, len(n) + 1)
    begins = np.maximum(ends - over, 0)
    sums = np.concatenate([[0.0], np.cumsum(loss)])
    counts = np.concatenate([[0.0], np.cumsum(n)])
    means: NDArray[np.float64] = (sums[ends] - sums[begins]) / (counts[ends] - counts[begins])
    return means


def by_slice(report: Report, days: Days) -> list[tuple[str, int, Named]]:
    """Return, for each slice, its name, its questions with each racer's mean loss."""
    total = days.total()
    rows = []
    for at, name in enumerate(report.slices):
        n = int(total.slice_n[0, at])
        losses = {racer: _mean(total.slice_sums[0, at, r, 0], n) for r, racer in enumerate(report.racers)}
        rows.append((name, n, losses))
    return rows


def _mean(total: float, n: float) -> float:
    return float(total / n) if n else float("nan")
