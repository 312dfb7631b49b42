"""Learning: how a policy is learned from live decisions."""

from __future__ import annotations

from dataclasses import dataclass, field

from evercart.errors import require
from evercart.features.columns import Column
from evercart.gate.better_off_policy import BetterOffPolicy


@dataclass(frozen=True)
class Learning:
    """How a policy is learned.

    context    slot columns of the app that it looks at, beside the chance of fraud, the amount
    after_s    so long after a decision nothing more is waited for
    rule       what the gate asks of it
    most       newest decisions that it learns from
    """

    context: tuple[str, ...]
    after_s: float
    rule: BetterOffPolicy = field(default_factory=BetterOffPolicy)
    most: int = 200_000

    def __post_init__(self) -> None:
        require(self.after_s > 0, "learning.after_s", "more than 0", self.after_s)
        require(self.most >= 1, "learning.most", "at least 1", self.most)

    def slots(self, columns: tuple[Column, ...]) -> tuple[int, ...]:
        """Return how many slots each column of the context has.

        columns    of the app

        >>> Learning(("a",), 1.0).slots((Column("a", slots=3),))
        (3,)
        """
        sizes = {column.name: column.slots for column in columns}
        for name in self.context:
            require(sizes.get(name, 0) > 0, "learning.context", "slot columns of the app", name)
        return tuple(sizes[name] for name in self.context)
