"""The rule that a challenger must hold under attack."""

from __future__ import annotations

from dataclasses import dataclass

from evercart.errors import expected, require
from evercart.gate.evidence import Evidence


@dataclass(frozen=True)
class HoldsUnderAttack:
    """Object to a challenger that loses more than `most` when its lessons are attacked, unless the champion does too.

    most    mean loss of attacked rows, before they are learned, in the unit of the learner's own loss
    by      how much more than the champion's is put up with, as a part of it, where the champion's is known

    Known is the loss of learners within `Harden` or `Sparring`; with `Beside(0)`, weight 0 it is only counted. Of
    others nothing is known, so they do not pass.

    >>> HoldsUnderAttack(0)
    Traceback (most recent call last):
    evercart.errors.UserError: holds_under_attack.most: expected more than 0, got 0
    """

    most: float
    by: float = 0.0

    def __post_init__(self) -> None:
        require(self.most > 0, "holds_under_attack.most", "more than 0", self.most)
        require(self.by >= 0, "holds_under_attack.by", "at least 0", self.by)

    def __call__(self, evidence: Evidence) -> str | None:
        """Return the objection."""
        champion, challenger = evidence.attacked
        may = self.most if champion is None else max(self.most, champion[1] * (1 + self.by))
        if challenger is not None and challenger[1] <= may:
            return None
        if challenger is None:
            return expected(
                "loss under attack", f"at most {may:.6g}", "none known: the learner is not within Harden or Sparring"
            )
        return expected("loss under attack", f"at most {may:.6g}", f"{challenger[1]:.6g}, clean {challenger[0]:.6g}")
