"""Left out: a filter that a caller's own reason is given for."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np

from evercart.learners.policies.slate import Slate


@dataclass(frozen=True)
class LeftOut:
    """Leave out some items, or all but some, for a stated reason.

    items    looked into at every question, so who holds them may change them between two answers
    others   leave out all others, not these
    """

    items: Container[int]
    reason: str
    others: bool = False

    def __call__(self, slate: Slate) -> Slate:
        """Return the slate without these items."""
        held = list(map(self.items.__contains__, slate.items.tolist()))
        if all(held) if self.others else not any(held):  # nearly always
            return slate
        return slate.without(np.array(held, np.bool_) != self.others, self.reason)
