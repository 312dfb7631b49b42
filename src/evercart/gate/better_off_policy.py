"""The rule that a policy must be proved to lose less, by actions that were drawn."""

from __future__ import annotations

from dataclasses import dataclass

from evercart.errors import expected, require
from evercart.gate.evidence import Evidence
from evercart.gate.level import share


@dataclass(frozen=True)
class BetterOffPolicy:
    """Object to a policy unless the lower bound of what it would have gained over the champion is above 0.

    level    chance of letting live any policy that is no better, in one reign
    least    groups, such as days, that the gain must be known of: the bound is one for many

    The bound holds at all times at once, so the gate may look each day; `share` spends the level over challengers.
    Gains are those of `doubly_robust.gain`: of a policy that stood still, or whose every action was told by the past.

    >>> BetterOffPolicy(0)
    Traceback (most recent call last):
    evercart.errors.UserError: better_off_policy.level: expected a number between 0 and 1, got 0
    """

    level: float = 0.01
    least: int = 20

    def __post_init__(self) -> None:
        require(0 < self.level < 1, "better_off_policy.level", "a number between 0 and 1", self.level)
        require(self.least > 1, "better_off_policy.least", "at least 2", self.least)

    def __call__(self, evidence: Evidence) -> str | None:
        """Return the objection; a gain that is not known is none."""
        gain = evidence.off_policy
        if gain is None:
            return expected("gain off policy", "above 0 for sure", "none known")
        if gain.groups < self.least:
            return expected("gain off policy", f"that of at least {self.least} groups", gain.groups)
        low = gain.always_above(share(self.level, evidence.enrolled))
        if low > 0:
            return None
        return expected("gain off policy", "above 0 for sure", f"{gain.mean:.6g}, for sure above {low:.6g}")
