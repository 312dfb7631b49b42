"""Evidence: which columns of a candidate's x say what, how they read where it is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from evercart.learners.neighbours.basket_traits import ITEM, OWN

_LONG_AGO: Final = 2.3  # what a trait of time reads after 60 days
_OWN: Final = (
    *("own", "own_nearness", "own_last_but_one", "own_two_before", "own_log_back", "own_distinct_nearness"),
    *("own_log_count", "own_share", "own_first", "own_after_this", "own_before_this", "own_as_then"),
    *("own_of_three", "own_returned", "own_returns", "own_distinct", "own_leaves", "own_log_length"),
)
BROWSED: Final[Mapping[str, Mapping[str, float]]] = {  # what `Browsing` says
    "went_on": dict.fromkeys(
        (
            *("next_of_best", "later_of_best", "before_of_best", "next_log", "next_share", "next_of_last"),
            *("sides_of_item", "sides_cosine"),
        ),
        0.0,
    ),
    "earlier": {"second_of_best": 0.0, "third_of_best": 0.0},
    "neighbours": {
        **dict.fromkeys(("near_of_best", "near_log", "near_cosine", "jaccard", "log_shared", "fresh"), 0.0),
        "unmet": 1.0,
    },
    "two_steps": dict.fromkeys(("hop_of_best", "hop_log", "hop_cosine", "only_hop"), 0.0),
    "own": dict.fromkeys(_OWN, 0.0),
    "popular": dict.fromkeys(("popular", "popular_now", "log_clicks"), 0.0),
    "lately": {"just_now": 0.0, "log_since": _LONG_AGO},
    "new": {"day_old": 0.0, "log_known": _LONG_AGO},
}
PRIOR: Final[Mapping[str, float]] = {  # what the prior of `Browsing` is the sum of
    **{"next_of_best": 1.0, "later_of_best": 1.0, "before_of_best": 1.0},
    **{"second_of_best": 0.5, "third_of_best": 0.3, "near_of_best": 2.0, "hop_of_best": 1.0, "own": 3.0},
}
_OF_PRIOR: Final = {"prior": 0.2, "score": 1.0}  # columns that hold it


class Evidence(NamedTuple):
    """One kind of evidence, as places in x.

    absent   from a column to what it reads where there is no such evidence
    within   from a column that sums up several kinds to what this one adds: a weight by column
    """

    name: str
    absent: dict[int, float]
    within: dict[int, dict[int, float]]


def evidence(sources: Sequence[Any]) -> tuple[Evidence, ...]:
    """Return the kinds of evidence in the x of candidates, one source's own or several sources' as `unite` puts it.

    Columns that no kind here is known for are one kind, named like their source.

    >>> from evercart.learners.neighbours.repeats import Repeats
    >>> [one.name for one in evidence([Repeats()])]
    ['repeat']
    """
    found: dict[str, Evidence] = {}
    at = 0
    for source in sources:
        columns = said(source, alone=len(sources) == 1)
        for one in _kinds(source, at, columns):
            before = found.get(one.name, Evidence(one.name, {}, {}))
            found[one.name] = Evidence(one.name, before.absent | one.absent, before.within | one.within)
        at += len(columns)
    return tuple(found.values())


def _kinds(source: Any, at: int, columns: Sequence[str]) -> Iterable[Evidence]:
    """Return what one source says, kind by kind; its first column is at a place in x."""
    if is_browsed(columns):
        return _browsed({name: at + i for i, name in enumerate(columns)})
    every = range(at, at + len(columns))
    if not set(OWN) <= set(columns):
        return [_whole(source, every)]
    sold = dict.fromkeys((place for place in every if columns[place - at] in ITEM), 0.0)
    habit = dict.fromkeys((place for place in every if place not in sold), 0.0)
    return [Evidence("habit", habit, {}), Evidence("sold", sold, {})]  # what `Baskets` says


def is_browsed(columns: Iterable[str]) -> bool:
    """Return whether columns are those of `Browsing`; others share some of their names with it.

    >>> is_browsed(["next_of_best", "prior"])
    False
    """
    return {column for kind in BROWSED.values() for column in kind} | set(PRIOR) <= set(columns)


def said(source: Any, *, alone: bool) -> tuple[str, ...]:
    """Return the names of the columns that a source has in x, beside others or alone."""
    return tuple(source.columns) if alone else ("score", "nearness", *source.columns)


def _whole(source: Any, places: Iterable[int]) -> Evidence:
    """Return all that a source says as one kind."""
    name = "repeat" if "log_days_apart" in source.columns else type(source).__name__.lower()
    return Evidence(name, dict.fromkeys(places, 0.0), {})


def _browsed(places: Mapping[str, int]) -> Iterator[Evidence]:
    for name, absent in BROWSED.items():
        weights = {places[column]: PRIOR[column] for column in absent if column in PRIOR}
        sums = {places[column]: by for column, by in _OF_PRIOR.items() if column in places} if weights else {}
        within = {column: {of: by * weight for of, weight in weights.items()} for column, by in sums.items()}
        yield Evidence(name, {places[column]: value for column, value in absent.items()}, within)
