"""Keep: which versions stay on the shelf."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from evercart.errors import require
from evercart.publish.revision import Version
from evercart.units import DAY_US


def dispensable(
    versions: Sequence[Version], keep: int, one_a_day: bool, pinned: Collection[str] = ()
) -> tuple[Version, ...]:
    """Return those that may go: beyond the newest `keep` of each model, not pinned, not the last of a UTC day."""
    require(keep >= 1, "prune.keep", "an integer of at least 1", keep)
    newest = sorted(versions, key=lambda version: (version.next_offset, version.us), reverse=True)
    count: dict[str, int] = {}
    days: set[tuple[str, int]] = set()
    gone = []
    for version in newest:
        model, day = version.model, (version.model, version.us // DAY_US)
        count[model] = count.get(model, 0) + 1
        last_of_day = one_a_day and day not in days
        days.add(day)
        if not (count[model] <= keep or last_of_day or version.address in pinned):
            gone.append(version)
    return tuple(gone)
