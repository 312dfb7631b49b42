"""Answered: what a decision said, read back from its row."""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

from evercart.serve.looking.finding import Row


class Item(NamedTuple):
    """One item of a list that was shown; `chance` with which it was drawn for its place."""

    item: str
    place: int
    score: float
    chance: float


class Answered(NamedTuple):
    """What was answered.

    guess      NaN where a list was
    items      best first; none where a number was answered
    removed    how many candidates were taken out, by reason
    fallback   "" where the model answered, else what did
    other      what else the row's properties say
    """

    guess: float
    items: tuple[Item, ...]
    removed: dict[str, int]
    fallback: str
    other: dict[str, Any]


def answered(row: Row) -> Answered:
    """Return what a decision said; of what cannot be read, nothing.

    >>> answered({"guess": 0.25, "properties": None}).guess
    0.25
    """
    said = _object(row.get("properties"))
    shown, removed = said.pop("shown", None), said.pop("removed", None)
    items = tuple(_item(one, at) for at, one in enumerate(shown if isinstance(shown, list) else [], 1))
    counts = {str(name): _number(value, 0) for name, value in removed.items()} if isinstance(removed, dict) else {}
    guess = row.get("guess")
    return Answered(
        math.nan if guess is None else guess,
        items,
        {name: int(value) for name, value in counts.items()},
        str(said.pop("fallback", "") or ""),
        said,
    )


def _item(one: Any, at: int) -> Item:
    said = one if isinstance(one, dict) else {"item": one}
    score, chance = _number(said.get("score"), math.nan), _number(said.get("chance"), 1.0)
    return Item(str(said.get("item", "")), int(_number(said.get("place"), at)), score, chance)


def _number(value: Any, otherwise: float) -> float:
    right = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if right else otherwise


def _object(text: str | None) -> dict[str, Any]:
    try:
        said = json.loads(text) if text else {}
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
