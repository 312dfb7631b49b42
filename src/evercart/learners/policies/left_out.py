"""Left out: a filter that a caller's own reason is given for."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np

from evercart.learners.policies.slate import Slate


@dataclass(frozen=True)
class LeftOut:
    """Leave out some items, for a stated reason.

    items    looked into at every question, so who holds them may change them between two answers
    """

    items: Container[int]
    reason: str

    def __call__(self, slate: Slate) -> Slate:
        """Return the slate without these items."""
        return slate.without(np.array([one in self.items for one in slate.items.tolist()], np.bool_), self.reason)
