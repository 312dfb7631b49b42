"""Words: what a candidate's columns say, read back as counts with times, put into a language."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from evercart.units import DAY_S, HOUR_S


class Row(Protocol):
    """From a column's name to its value; `KeyError` for one that is not there."""

    def __getitem__(self, name: str, /) -> float:
        """Return the value of a column."""
        ...


_UNITS: Final = (("day", DAY_S), ("hour", HOUR_S), ("minute", 60), ("second", 1))


def say(texts: Mapping[str, str], kind: str, row: Row) -> str:
    """Return what a kind of evidence reads like.

    row    the columns of its source, by their own names

    >>> from evercart.learners.reasons.english import ENGLISH
    >>> say(ENGLISH, "own", {"own_log_back": 0.5 * math.log(3)})
    'you looked at it 3 clicks ago'
    """
    if kind not in texts:
        return texts["other"].format(name=kind)
    try:
        n, said = _READ[kind](row) if kind in _READ else (0, {})
    except KeyError:  # a source that says it in other columns
        return texts[kind] if "{" not in texts[kind] else texts["other"].format(name=kind)
    words = {name: _span(texts, seconds) for name, seconds in said.items()}
    key = f"{kind}.one" if n == 1 else f"{kind}.many" if n > 1 else kind
    return texts.get(key, texts[kind]).format(n=f"{n:,}", **words)


def _went_on(row: Row) -> tuple[int, dict[str, float]]:
    return round(math.expm1(row["next_log"])), {}


def _neighbours(row: Row) -> tuple[int, dict[str, float]]:
    return round(math.expm1(row["log_shared"] / 0.5)), {}


def _own(row: Row) -> tuple[int, dict[str, float]]:
    return round(math.exp(row["own_log_back"] / 0.5)), {}


def _popular(row: Row) -> tuple[int, dict[str, float]]:
    return round(row["popular_now"] / 0.05), {}


def _lately(row: Row) -> tuple[int, dict[str, float]]:
    return 0, {"ago": float(math.expm1(row["log_since"] / 0.15))}


def _new(row: Row) -> tuple[int, dict[str, float]]:
    return 0, {"ago": float(math.expm1(row["log_known"] / 0.15))}


def _repeat(row: Row) -> tuple[int, dict[str, float]]:
    days = {"ago": row["log_days_since"], "apart": row["log_days_apart"]}
    return round(math.exp(row["log_times"])), {name: DAY_S * float(math.expm1(log / 0.3)) for name, log in days.items()}


def _habit(row: Row) -> tuple[int, dict[str, float]]:
    days = {"ago": math.expm1(row["log_days_since"] / 0.3), "apart": math.exp(row["log_gap"] / 0.3)}
    return round(math.exp(row["log_times"] / 0.5)) if row["own"] else 0, {name: DAY_S * d for name, d in days.items()}


_READ: Final[Mapping[str, Callable[[Row], tuple[int, dict[str, float]]]]] = {
    "went_on": _went_on,
    "neighbours": _neighbours,
    "own": _own,
    "popular": _popular,
    "lately": _lately,
    "new": _new,
    "repeat": _repeat,
    "habit": _habit,
}


def _span(texts: Mapping[str, str], seconds: float) -> str:
    """Return a time in the largest unit of which there is at least one."""
    unit, size = next(((unit, size) for unit, size in _UNITS if seconds >= 0.95 * size), _UNITS[-1])
    n = max(round(seconds / size), 1)
    return texts[f"{unit}.one" if n == 1 else f"{unit}.many"].format(n=f"{n:,}")
