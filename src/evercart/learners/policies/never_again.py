"""Never again: a filter for what a shopper does not want to see."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

import numpy as np

from evercart.learners.policies.slate import Slate

REASON = "not wanted by the shopper"


@dataclass(frozen=True)
class NeverAgain:
    """Leave out what the shopper has blocked.

    blocked   from a shopper to the items; may be changed between two answers
    """

    blocked: Mapping[int, Container[int]]

    def __call__(self, slate: Slate) -> Slate:
        """Return the slate without what is blocked."""
        mine = self.blocked.get(slate.asked.user) if slate.asked.user else None
        if mine is None:
            return slate
        return slate.without(np.array([one in mine for one in slate.items.tolist()], np.bool_), REASON)
