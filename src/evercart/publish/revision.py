"""Revision: the state of a model at an offset; one that stands on the shelf is a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from evercart.errors import require
from evercart.fold import Packed


@dataclass(frozen=True)
class Revision:
    """A packed state with what was known of it.

    flat           packed
    next_offset    of the log, to go on from
    us             log time of the last row before it
    scores         by name, such as "loss"; lower or higher is better as the name says
    """

    flat: Packed
    next_offset: int
    us: int
    scores: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require(self.next_offset >= 0, "revision.next_offset", "at least 0", self.next_offset)


@dataclass(frozen=True)
class Version:
    """A revision on the shelf.

    address        SHA-256 of its file
    fingerprint    of its state
    parent         address of the revision that it came from; "" for the first of a line that began with the log
    skipped        offsets [first, end) between parent and itself from which nothing was learned, or None
    """

    address: str
    model: str
    app: str
    next_offset: int
    us: int
    size: int
    fingerprint: str
    scores: dict[str, float]
    parent: str
    skipped: tuple[int, int] | None
