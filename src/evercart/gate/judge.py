"""Judge: may a challenger go live, must a champion step down?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evercart.errors import expected, require
from evercart.gate.evidence import Evidence
from evercart.gate.level import needed
from evercart.gate.rules import Rule


@dataclass(frozen=True)
class Verdict:
    """What the gate says of a challenger: it passes where nothing is held against it."""

    evidence: Evidence
    objections: tuple[str, ...]

    @property
    def promote(self) -> bool:
        """Return whether it may go live."""
        return not self.objections


def judge(rules: Sequence[Rule], evidence: Evidence) -> Verdict:
    """Return the verdict, with every objection; without rules nothing may pass.

    The evidence is of settled labels; where labels are read early, only `turned` may look at it.
    """
    require(len(rules) > 0, "gate.rules", "at least one rule", rules)
    objections = (rule(evidence) for rule in rules)
    return Verdict(evidence, tuple(text for text in objections if text is not None))


@dataclass(frozen=True)
class Turned:
    """Says when the model dethroned last must come back: it learns on as a shadow, and is judged like a challenger.

    level    chance of going back in one reign though the new champion is no worse; going back is the safe side,
             so more may be spent than on a promotion. Half of it is for settled labels, half for early ones

    >>> Turned(0.05).need
    3.6888794541139363
    """

    level: float = 0.05

    def __post_init__(self) -> None:
        require(0 < self.level < 1, "turned.level", "a number between 0 and 1", self.level)

    @property
    def need(self) -> float:
        """Return the logarithm of money from which either evidence suffices, in nats."""
        return needed(self.level / 2)

    def __call__(self, settled: Evidence, early: Evidence | None = None) -> str | None:
        """Return why the champion must step down for the challenger of this evidence, or None.

        settled    from labels as they stood at the close
        early      from hints, where the app has them (`Race(..., early=True)`): soon, and flattering pessimists
        """
        for name, evidence in (("settled", settled), ("early", early)):
            if evidence is not None and evidence.log_money >= self.need:
                rule = f"less than {self.need:.2f} nats that {evidence.challenger} loses less"
                return expected(f"{name} evidence", rule, f"{evidence.log_money:.2f} nats")
        return None
