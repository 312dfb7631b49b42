"""Rules: each objects to a challenger in one text, or has nothing against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from evercart.errors import expected, require
from evercart.gate.evidence import Evidence, Part
from evercart.gate.level import needed, share
from evercart.gate.no_measure_worse import NoMeasureWorse


class Rule(Protocol):
    """Says why a challenger may not go live, or None."""

    def __call__(self, evidence: Evidence) -> str | None:
        """Return the objection."""
        ...


@dataclass(frozen=True)
class EnoughLabels:
    """Object to a challenger that was judged on too few questions.

    >>> EnoughLabels(0)
    Traceback (most recent call last):
    evercart.errors.UserError: enough_labels.least: expected at least 1, got 0
    """

    least: int = 1_000

    def __post_init__(self) -> None:
        require(self.least > 0, "enough_labels.least", "at least 1", self.least)

    def __call__(self, evidence: Evidence) -> str | None:
        """Return the objection."""
        got = evidence.whole.questions
        return None if got >= self.least else expected("labels", f"at least {self.least:,}", got)


@dataclass(frozen=True)
class Answers:
    """Object to a challenger that left a question unanswered: it threw, or said what is no number."""

    def __call__(self, evidence: Evidence) -> str | None:
        """Return the objection."""
        if not evidence.silent:
            return None
        return expected("guesses", "a number for each question", f"none for {evidence.silent:,} of them")


@dataclass(frozen=True)
class Better:
    """Object to a challenger that is not proved to lose less than the champion.

    level    chance of promoting any challenger that is no better, in one reign

    What is proved is about clipped losses of counted questions; that the plain mean over all questions is
    lower, too, is asked beside it, so that rare disasters behind the clip are seen.
    Source: see `Sequence`; `share` spends the level over challengers.
    """

    level: float = 0.01

    def __post_init__(self) -> None:
        require(0 < self.level < 1, "better.level", "a number between 0 and 1", self.level)

    def __call__(self, evidence: Evidence) -> str | None:
        """Return the objection."""
        need = needed(share(self.level, evidence.enrolled))
        if not evidence.log_money >= need:
            return expected(
                "evidence",
                f"at least {need:.2f} nats that it loses less",
                f"{round(evidence.log_money, 2) + 0.0:.2f} nats",
            )
        if not evidence.whole.challenger < evidence.whole.champion:
            rule = f"below the champion's {evidence.whole.champion:.6g}"
            return expected("mean loss", rule, f"{evidence.whole.challenger:.6g}")
        return None


@dataclass(frozen=True)
class NoSliceWorse:
    """Object to a challenger that loses clearly more in some slice.

    by        how much more is put up with, as a part of the champion's loss there
    errors    standard errors by which it must be beyond doubt that it loses more at all
    least     questions of a slice that is looked at
    """

    by: float = 0.02
    errors: float = 2.0
    least: int = 200

    def __post_init__(self) -> None:
        require(self.by >= 0, "no_slice_worse.by", "at least 0", self.by)
        require(self.errors >= 0, "no_slice_worse.errors", "at least 0", self.errors)
        require(self.least > 0, "no_slice_worse.least", "at least 1", self.least)

    def __call__(self, evidence: Evidence) -> str | None:
        """Return the objection, with every such slice."""
        return "; ".join(self._objection(part) for part in evidence.slices if self._worse(part)) or None

    def _worse(self, part: Part) -> bool:
        more = part.challenger - part.champion
        return part.questions >= self.least and more > max(self.by * part.champion, self.errors * part.error)

    def _objection(self, part: Part) -> str:
        rule = f"a loss of about {part.champion:.6g} as the champion's"
        return expected(f"slice {part.name}", rule, f"{part.challenger:.6g} on {part.questions:,} questions")


@dataclass(frozen=True)
class Fresh:
    """Object to a challenger that has not caught up with the log."""

    most_behind: int = 10_000  # events

    def __post_init__(self) -> None:
        require(self.most_behind >= 0, "fresh.most_behind", "at least 0", self.most_behind)

    def __call__(self, evidence: Evidence) -> str | None:
        """Return the objection; what is not known is not fresh."""
        if evidence.behind is not None and evidence.behind <= self.most_behind:
            return None
        return expected("offset", f"at most {self.most_behind:,} events behind", evidence.behind)


@dataclass(frozen=True)
class FastEnough:
    """Object to a challenger whose guess takes too long."""

    most_us: float = 1_000.0

    def __post_init__(self) -> None:
        require(self.most_us > 0, "fast_enough.most_us", "more than 0", self.most_us)

    def __call__(self, evidence: Evidence) -> str | None:
        """Return the objection; what is not known, or not a number, is not fast."""
        if evidence.guess_us is not None and evidence.guess_us <= self.most_us:
            return None
        got = None if evidence.guess_us is None else f"{evidence.guess_us:.6g}"
        return expected("guess", f"at most {self.most_us:g} microseconds", got)


@dataclass(frozen=True)
class Calibrated:
    """Object to a challenger whose guesses lie farther from the labels than `most`, as the champion's do not.

    most    mean distance over ten groups of alike guesses, in the label's unit
    by      how much more than the champion's is put up with, as a part of it
    """

    most: float = 0.05
    by: float = 0.1

    def __post_init__(self) -> None:
        require(self.most >= 0, "calibrated.most", "at least 0", self.most)
        require(self.by >= 0, "calibrated.by", "at least 0", self.by)

    def __call__(self, evidence: Evidence) -> str | None:
        """Return the objection."""
        champion, challenger = evidence.miscalibrated
        if challenger <= max(self.most, champion * (1 + self.by)):
            return None
        rule = f"at most {self.most:g} from the labels, or about the champion's {champion:.6g}"
        return expected("calibration", rule, f"{challenger:.6g}")


DEFAULT: Final[tuple[Rule, ...]] = (
    Answers(),
    EnoughLabels(),
    Better(),
    NoSliceWorse(),
    Calibrated(),
    NoMeasureWorse(),
    Fresh(),
    FastEnough(),
)
