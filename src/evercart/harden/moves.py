"""Moves: what a fraudster can really change of a payment, with what each change costs him."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from evercart.errors import require
from evercart.harden.attempts import Attempt, Move, Others
from evercart.units import HOUR_S, MISSING, SECOND_US


@dataclass(frozen=True)
class Lower:
    """Take less: it costs what is not stolen.

    >>> Lower((0.5,))(Attempt({"amount": 900}), 0, {}).cost
    450.0
    """

    shares: tuple[float, ...] = (0.8, 0.6, 0.4, 0.25, 0.1)

    is_dear: ClassVar[bool] = False

    def __post_init__(self) -> None:
        good = len(self.shares) > 0 and all(0 < share < 1 for share in self.shares)
        require(good, "lower.shares", "numbers between 0 and 1", self.shares)

    @property
    def options(self) -> int:
        """Return the number of shares."""
        return len(self.shares)

    def __call__(self, attempt: Attempt, option: int, others: Others) -> Attempt:
        """Take a share of the amount; one that is missing or not above 1 stays."""
        amount = attempt.says["amount"]
        if amount == MISSING or amount <= 1:
            return attempt
        less = max(1, int(amount * self.shares[option]))
        cost = attempt.cost + amount - less
        return attempt._replace(says={**attempt.says, "amount": less}, cost=cost, ways=(*attempt.ways, "lower"))


@dataclass(frozen=True)
class Wait:
    """Make it later.

    price    of an hour, minor units
    """

    price: float
    hours: tuple[float, ...] = (1, 3, 6, 12, 24)

    is_dear: ClassVar[bool] = False

    def __post_init__(self) -> None:
        require(self.price >= 0, "wait.price", "0 or more", self.price)
        good = len(self.hours) > 0 and all(hours > 0 for hours in self.hours)
        require(good, "wait.hours", "numbers above 0", self.hours)

    @property
    def options(self) -> int:
        """Return the number of delays."""
        return len(self.hours)

    def __call__(self, attempt: Attempt, option: int, others: Others) -> Attempt:
        """Wait so long, beside what is waited for already."""
        hours = self.hours[option]
        waits_us, cost = attempt.waits_us + round(hours * HOUR_S * SECOND_US), attempt.cost + hours * self.price
        return attempt._replace(waits_us=waits_us, cost=cost, ways=(*attempt.ways, "wait"))


@dataclass(frozen=True)
class Another:
    """Name another party: a shop that others pay at, a card bought, a device never seen before.

    column    whose hash is changed
    price     of one, minor units
    tries     of how many the best may be taken; only that one is paid for
    """

    column: str
    price: float
    tries: int = 4

    is_dear: ClassVar[bool] = False

    def __post_init__(self) -> None:
        require(self.price >= 0, "another.price", "0 or more", self.price)
        require(self.tries >= 1, "another.tries", "at least 1", self.tries)

    @property
    def options(self) -> int:
        """Return the number of tries."""
        return self.tries

    def __call__(self, attempt: Attempt, option: int, others: Others) -> Attempt:
        """Name one of the others."""
        says = {**attempt.says, self.column: int(others[self.column][option])}
        return attempt._replace(says=says, cost=attempt.cost + self.price, ways=(*attempt.ways, f"other {self.column}"))


@dataclass(frozen=True)
class Split:
    """Make several equal payments of one; it is told by the most suspicious of them.

    price    of each further payment, minor units
    """

    price: float
    parts: tuple[int, ...] = (3,)

    is_dear: ClassVar[bool] = True

    def __post_init__(self) -> None:
        require(self.price >= 0, "split.price", "0 or more", self.price)
        good = len(self.parts) > 0 and all(parts >= 2 for parts in self.parts)
        require(good, "split.parts", "integers of at least 2", self.parts)

    @property
    def options(self) -> int:
        """Return the number of ways to split."""
        return len(self.parts)

    def __call__(self, attempt: Attempt, option: int, others: Others) -> Attempt:
        """Split a payment of at least so many minor units."""
        parts = self.parts[option]
        if attempt.parts > 1 or attempt.says["amount"] < parts:
            return attempt
        cost = attempt.cost + (parts - 1) * self.price
        return attempt._replace(parts=parts, cost=cost, ways=(*attempt.ways, "split"))


@dataclass(frozen=True)
class Prices:
    """What a change costs a fraudster, in major units of the currency; a lower amount costs what is not stolen.

    another    by column: another party in its place
    hour       to wait
    part       each further payment of one that is split
    """

    another: tuple[tuple[str, float], ...] = (
        ("user", 30.0),
        ("card", 30.0),
        ("place", 10.0),
        ("device", 10.0),
        ("address", 10.0),
    )
    hour: float = 1.0
    part: float = 5.0

    def moves(self, parties: Sequence[str], minor: int) -> tuple[Move, ...]:
        """Return what can be changed of a payment with these columns; a card stands for its holder.

        minor    minor units in a major one
        """
        swapped = [name for name in parties if not (name == "user" and "card" in parties)]
        others = (Another(name, price * minor) for name, price in self.another if name in swapped)
        return (Lower(), Wait(self.hour * minor), *others, Split(self.part * minor))
