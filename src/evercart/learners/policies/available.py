"""Available: a filter for what can be had."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

import numpy as np

from evercart.learners.policies.slate import Slate

REASON = "not available"


@dataclass(frozen=True)
class Available:
    """Leave out what is not in stock, or not meant to be recommended.

    stock   items that can be had; None: all but those gone
    gone    items that cannot

    Both are looked into at every question, so who holds them may change them between two answers.
    """

    stock: Container[int] | None = None
    gone: Container[int] = field(default=frozenset())

    def __call__(self, slate: Slate) -> Slate:
        """Return the slate with what can be had."""
        stock, gone = self.stock, self.gone
        out = [one in gone or (stock is not None and one not in stock) for one in slate.items.tolist()]
        return slate.without(np.array(out, np.bool_), REASON)
