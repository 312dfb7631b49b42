"""Sure: how sure a ranker says it is of its first candidate, against how often that one is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel

BINS: Final = 10
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sure:
    """Questions by tenths of what was said; NaN where a tenth holds none.

    questions  (10,) how many
    said       (10,) mean share that the ranker gave its first candidate
    right      (10,) how often that candidate was an answer
    """

    questions: Ints
    said: Floats
    right: Floats

    @classmethod
    def of(cls, share: Floats, right: NDArray[np.bool_]) -> Sure:
        """Return the tenths of (questions,) shares; NaN is a question without candidates, which says nothing."""
        told = ~np.isnan(share)
        share, right = share[told], right[told]
        tenth = np.minimum((share * BINS).astype(np.int64), BINS - 1)
        questions = np.bincount(tenth, minlength=BINS)
        with np.errstate(invalid="ignore"):
            return cls(
                questions,
                np.bincount(tenth, share, BINS) / questions,
                np.bincount(tenth, right.astype(np.float64), BINS) / questions,
            )

    @property
    def error(self) -> float:
        """Return the expected calibration error: the mean gap between said and right, weighted by questions.

        Source: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning",
        AAAI 2015, section 2.

        >>> Sure.of(np.array([0.25, 0.35]), np.array([True, False])).error
        0.55
        """
        held = self.questions > 0
        if not held.any():
            return float("nan")
        gap = np.abs(self.said - self.right)[held] * self.questions[held]
        return float(gap.sum() / self.questions.sum())

    def summary(self) -> dict[str, Any]:
        """Return the error with the tenths that hold any question, as JSON takes them."""
        bins = [
            {"questions": int(n), "said": float(said), "right": float(right)}
            for n, said, right in zip(self.questions, self.said, self.right, strict=True)
            if n
        ]
        return {"error": self.error if bins else None, "bins": bins}


def shares(question: Ints, score: NDArray[np.float32]) -> tuple[Ints, Floats]:
    """Return each question with its best candidate's share of the softmax over its candidates.

    question  (rows,) the rows of one question stand together

    >>> [part.tolist() for part in shares(np.array([4, 4, 7]), np.zeros(3, np.float32))]
    [[4, 7], [0.5, 1.0]]
    """
    starts = np.flatnonzero(np.diff(question, prepend=question[:1] - 1))
    return question[starts], _shares(starts, score.astype(np.float64))


@kernel
def _shares(starts: Ints, score: Floats) -> Floats:
    out = np.empty(len(starts))
    for at in range(len(starts)):
        last = starts[at + 1] if at + 1 < len(starts) else len(score)
        most, total = score[starts[at]], 0.0
        for row in range(starts[at], last):
            most = max(most, score[row])
        for row in range(starts[at], last):
            total += np.exp(score[row] - most)
        out[at] = 1.0 / total
    return out
