"""What racers say of the questions of a race, checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require


def require_racers(where: str, names: tuple[str, ...]) -> None:
    """Raise `UserError` unless there are racers whose names differ."""
    require(len(names) > 0, f"{where}.names", "at least one racer", names)
    require(len(set(names)) == len(names), f"{where}.names", "names that differ", names)


def said(
    where: str,
    names: tuple[str, ...],
    may_fall: Collection[str],
    by_name: Mapping[str, NDArray[np.float64]],
    asks: NDArray[Any],
) -> list[NDArray[np.float64]]:
    """Return by racer what it says of questions, (questions,) or (questions, numbers).

    where       begins the names of errors
    may_fall    names whose guesses may be missing (NaN)
    asks        which rows are questions

    >>> said("race", ("a",), (), {"a": np.array([0.5, 0.1])}, np.array([True, False]))[0].tolist()
    [0.5]
    """
    require(set(by_name) == set(names), f"{where}.guesses", "one array for each of " + " ".join(names), [*by_name])
    for name in names:
        one = by_name[name][asks]
        bad = one[np.isinf(one) | (np.isnan(one) & (name not in may_fall))]
        require(len(bad) == 0, f"{where}.guesses.{name}", "finite numbers where a guess is due", bad[:3])
    return [by_name[name][asks] for name in names]
