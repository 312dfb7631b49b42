"""Guard: what a new revision of the champion must pass to go live without the gate.

A guard is one call from an offer to an objection, or None; a function works too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from evercart.errors import expected, require
from evercart.publish.revision import Revision


@dataclass(frozen=True)
class Offer:
    """A revision that would go live.

    question_us    microseconds that it took to answer a question, as whoever offers it measured
    """

    revision: Revision
    question_us: float


Guard = Callable[[Offer], str | None]


@dataclass(frozen=True)
class Finite:
    """Object to a state with a NaN, or an infinity.

    but    names of parts of a state, at whatever depth, that are data, not weights: there a NaN is a label to come

    >>> Finite()(Offer(Revision({"w": np.array([1.0, np.nan])}, 5, 0), 1.0))
    "state.w: expected finite numbers, got '1 of 2 that are not'"
    """

    but: tuple[str, ...] = ("asked.label", "recalled.columns", "waiting.rows")

    def __call__(self, offer: Offer) -> str | None:
        """Return the first array that is not finite, as an objection."""
        for path, array in offer.revision.flat.items():
            data = any(f".{name}." in f".{path}." for name in self.but)
            if array.dtype.kind == "f" and not data and not _all_finite(array):
                wrong = array.size - int(np.isfinite(array).sum())
                return expected(f"state.{path}", "finite numbers", f"{wrong:,} of {array.size:,} that are not")
        return None


@dataclass(frozen=True)
class Within:
    """Object to a score that is missing, or not within bounds, ends included.

    >>> Within("loss", most=0.7)(Offer(Revision({}, 5, 0, {"loss": 0.9}), 1.0))
    'loss: expected a score of -inf to 0.7, got 0.9'
    """

    score: str
    least: float = -np.inf
    most: float = np.inf

    def __post_init__(self) -> None:
        require(self.least <= self.most, "within.most", f"at least {self.least:g}", self.most)

    def __call__(self, offer: Offer) -> str | None:
        """Return what is wrong with the score, as an objection."""
        got = offer.revision.scores.get(self.score)
        if got is not None and self.least <= got <= self.most:
            return None
        return expected(self.score, f"a score of {self.least:g} to {self.most:g}", "none" if got is None else got)


@dataclass(frozen=True)
class Fast:
    """Object to a revision that takes longer over a question.

    >>> Fast(most_us=50)(Offer(Revision({}, 5, 0), 80.0))
    'question_us: expected at most 50, got 80.0'
    """

    most_us: float

    def __post_init__(self) -> None:
        require(self.most_us > 0, "fast.most_us", "more than 0", self.most_us)

    def __call__(self, offer: Offer) -> str | None:
        """Return how slow it is, as an objection."""
        within = 0 <= offer.question_us <= self.most_us
        return None if within else expected("question_us", f"at most {self.most_us:g}", offer.question_us)


def objections(guards: Iterable[Guard], offer: Offer) -> list[str]:
    """Return every objection; an empty list lets the revision go live."""
    return [objection for guard in guards if (objection := guard(offer)) is not None]


def _all_finite(array: np.ndarray) -> bool:
    """Return whether all numbers are finite; a sum is one pass, which only an odd one makes take two."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(array.sum())) or bool(np.isfinite(array).all())
