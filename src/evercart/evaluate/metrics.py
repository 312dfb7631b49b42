"""Metrics of guesses, from histograms that add up over days.

A histogram is (3, bins) as `bins.histogram` makes it: questions, sum of labels, sum of guesses. The exact
functions over arrays are what the binned ones are held to.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.bins import COUNT, GUESSES, LABELS

Floats = NDArray[np.float64]


def roc_auc_of(hist: Floats) -> float:
    """Return the chance that a random "yes" was guessed above a random "no", in [0, 1]; a tie counts half.

    NaN where all labels are equal. Within 1e-3 of the exact value at 1024 bins: only pairs that share a bin
    can be misjudged. Source: Hanley and McNeil, "The meaning and use of the area under a ROC curve",
    Radiology 143(1), 1982.

    >>> roc_auc_of(np.array([[1.0, 2.0, 1.0], [0.0, 1.0, 1.0], [0.1, 1.0, 0.9]]))
    0.875
    """
    yes = hist[LABELS]
    no = hist[COUNT] - yes
    if yes.sum() == 0 or no.sum() == 0:
        return float("nan")
    below = np.cumsum(no) - no
    return float(np.sum(yes * (below + 0.5 * no)) / (yes.sum() * no.sum()))


def average_precision_of(hist: Floats) -> float:
    """Return the sum over thresholds of precision times the step in recall, in [0, 1]; NaN without a "yes".

    Source: Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, section 8.4;
    no interpolation (Davis and Goadrich, ICML 2006).
    """
    yes, count = hist[LABELS][::-1], hist[COUNT][::-1]
    if yes.sum() == 0:
        return float("nan")
    filled = count > 0
    precision = np.cumsum(yes)[filled] / np.cumsum(count)[filled]
    return float(np.sum(precision * yes[filled]) / yes.sum())


def roc_auc(y: Floats, guess: Floats) -> float:
    """Return `roc_auc_of` with a bin for each distinct guess, so exactly.

    >>> roc_auc(np.array([0.0, 1.0, 1.0]), np.array([0.1, 0.3, 0.2]))
    1.0
    """
    return roc_auc_of(_distinct(y, guess))


def average_precision(y: Floats, guess: Floats) -> float:
    """Return `average_precision_of` with a bin for each distinct guess, so exactly.

    >>> average_precision(np.array([0.0, 1.0]), np.array([0.9, 0.2]))
    0.5
    """
    return average_precision_of(_distinct(y, guess))


def _distinct(y: Floats, guess: Floats) -> Floats:
    values, at = np.unique(guess, return_inverse=True)
    count = np.bincount(at, minlength=len(values)).astype(np.float64)
    labels = np.bincount(at, weights=y, minlength=len(values))
    return np.stack([count, labels, values * count])


class Retrieved(NamedTuple):
    """How well a threshold finds the "yes"; each in [0, 1], NaN where its denominator is 0."""

    precision: float  # of those flagged, how many are "yes"
    recall: float  # of the "yes", how many are flagged
    f1: float  # the harmonic mean of both


def retrieved(hits: float, flagged: float, positives: float) -> Retrieved:
    """Return precision, recall, F1 from counts: flagged and "yes", flagged, "yes".

    F1 = 2 hits / (flagged + positives); accuracy plays no part in it. Source: van Rijsbergen,
    "Information Retrieval", 2nd ed., 1979, chapter 7.

    >>> retrieved(1, 2, 4)
    Retrieved(precision=0.5, recall=0.25, f1=0.3333333333333333)
    """
    return Retrieved(_ratio(hits, flagged), _ratio(hits, positives), _ratio(2 * hits, flagged + positives))


def _ratio(a: float, b: float) -> float:
    return float(a / b) if b else float("nan")


class Curve(NamedTuple):
    """Groups of questions with alike guesses, from the lowest guesses up."""

    guess: Floats  # (groups,) mean guess
    label: Floats  # (groups,) mean label
    questions: Floats  # (groups,)


def calibration(hist: Floats, groups: int = 10) -> Curve:
    """Return mean guess against mean label in groups of about equal size; empty groups are left out.

    For numbers this is predicted against actual by decile. A bin is never split. Source: Murphy and Winkler,
    "Reliability of subjective probability forecasts", Applied Statistics 26(1), 1977.

    >>> curve = calibration(np.array([[2.0, 2.0], [0.0, 1.0], [0.2, 1.2]]), groups=2)
    >>> curve.guess.tolist(), curve.label.tolist()
    ([0.1, 0.6], [0.0, 0.5])
    """
    total = hist[COUNT].sum()
    middle = np.cumsum(hist[COUNT]) - 0.5 * hist[COUNT]
    group = np.minimum((middle * groups / max(total, 1.0)).astype(np.int64), groups - 1)
    questions, label, guess = (np.bincount(group, hist[row], groups) for row in (COUNT, LABELS, GUESSES))
    filled = questions > 0
    n = questions[filled].astype(np.float64)
    return Curve(guess[filled] / n, label[filled] / n, n)


def calibration_error(curve: Curve) -> float:
    """Return the mean distance of guess from label over the groups, weighted by questions, in the label's unit.

    Source: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning",
    AAAI 2015.
    """
    total = curve.questions.sum()
    return _ratio(float(np.sum(np.abs(curve.guess - curve.label) * curve.questions)), float(total))
