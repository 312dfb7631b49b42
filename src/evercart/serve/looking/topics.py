"""Topics: which columns of an app say the same sort of thing, by their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from evercart.events.kinds import KINDS
from evercart.features.columns import Column

_KINDS: Final = sorted((kind.name for kind in KINDS), key=len, reverse=True)
_SUBJECTS: Final = (("recency", "recency"), ("amount", "money"), ("latest", "basket"), ("decayed", "visits"))


class Topic(NamedTuple):
    """What columns are about.

    subject    such as "visits", "money"; the column's own name where nothing better is known
    kind       of the events that tell, "" where none does
    columns    their places in X
    """

    subject: str
    kind: str
    columns: tuple[int, ...]


def topics(columns: Sequence[Column]) -> tuple[Topic, ...]:
    """Return the columns by what they are about, in the order of their first.

    >>> [(one.subject, one.kind) for one in topics((Column("habits.order_recency_3"), Column("asked.user", slots=2)))]
    [('recency', 'order'), ('user', '')]
    """
    found: dict[tuple[str, str], list[int]] = {}
    for at, column in enumerate(columns):
        found.setdefault(_about(column.name), []).append(at)
    return tuple(Topic(*about, tuple(places)) for about, places in found.items())


def _about(name: str) -> tuple[str, str]:
    table, _, rest = name.partition(".")
    if not rest or table == "asked":
        return rest or table, ""
    kind = next((kind for kind in _KINDS if rest.startswith(f"{kind}_")), "")
    subject = next((subject for word, subject in _SUBJECTS if f"_{word}" in rest), "") if kind else ""
    return (subject, kind) if subject else (table, kind)
