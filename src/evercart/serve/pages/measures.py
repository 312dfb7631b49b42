"""Measures: losses as a person reads them, with their unit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from evercart.app import App
from evercart.lane import FROZEN
from evercart.serve.pages.language import Words
from evercart.serve.pages.text import DASH, number, percent

ENOUGH = 100  # questions; fewer tell nothing
_LEVEL = 0.005  # percent, below which a difference is shown as none


class Beside(NamedTuple):
    """The live model beside another, in words.

    tone    "better", "worse" or "level"
    """

    text: str
    tone: str


def lined_up(racers: Sequence[str], own: str) -> tuple[str, ...]:
    """Return racers as pages show them: the live one, the control, the challengers.

    >>> lined_up(("continual", "hyper", "frozen"), "hyper")
    ('hyper', 'frozen', 'continual')
    """
    first = [name for name in (own, FROZEN) if name in racers]
    return (*dict.fromkeys([*first, *racers]),)


def score(app: App, loss: float | None) -> str:
    """Return a mean loss as it is shown: of an app that ranks as NDCG@k, of which more is better."""
    if loss is None or not math.isfinite(loss):
        return DASH
    return f"{1.0 - loss:.4f}" if app.candidates else number(loss)


def named(app: App, words: Words) -> str:
    """Return what the score of an app is called, with its unit."""
    if app.candidates:
        return words("score.ndcg", unit=app.unit)
    return words(f"score.{app.loss.name}", unit=app.unit)


def direction(app: App, words: Words) -> str:
    """Return whether more or less of an app's score is better, in words."""
    return words("score.more", unit=app.unit) if app.candidates else words("score.less")


def gap(loss: Mapping[str, float], own: str, other: str) -> float | None:
    """Return how much more another loses, in percent of what the live model loses; None where nobody can say.

    >>> gap({"continual": 2.0, "frozen": 2.5}, "continual", "frozen")
    25.0
    """
    mine, theirs = loss.get(own), loss.get(other)
    if mine is None or theirs is None or not math.isfinite(mine) or not math.isfinite(theirs) or not mine:
        return None
    return 100.0 * (theirs - mine) / mine


def beside(loss: Mapping[str, float], n: int, own: str, other: str, words: Words) -> Beside:
    """Return the live model beside another over `n` questions."""
    found = gap(loss, own, other)
    if found is None or n < ENOUGH:
        return Beside(words("beside.few", other=other, n=f"{n:,}", least=ENOUGH), "level")
    if abs(found) < _LEVEL:
        return Beside(words("beside.level", other=other), "level")
    tone = "better" if found > 0 else "worse"
    return Beside(words(f"beside.{tone}", other=other, share=percent(abs(found), signed=False)), tone)
