"""Rivals: further challengers to what the fraud app begins with."""

from __future__ import annotations

from typing import Any, Final

from evercart.errors import require
from evercart.features.columns import Column
from evercart.learners.boosted import Boosted
from evercart.learners.grown import require_trees
from evercart.learners.learner import Learner
from evercart.learners.loda import Loda
from evercart.learners.mixture import Mixture

RIVALS: Final = ("strange", "trees")
_RISING: Final = ("_rate_7d", "_rate_21d")  # a party's known rate of fraud
_STRANGE: Final = (  # what no label is in, yet fraud may be
    "payments.over_usual",
    "payments.deviation",
    "payments.odd_3d",
    "payments.odd_14d",
    "asked.own_amount.bucket",
    "travel.speed",
)
_ABREAST: Final = 1 << 17  # payments of which the mixture remembers what each of its learners guessed


def rivals(names: str, champion: Learner[Any], columns: tuple[Column, ...]) -> tuple[tuple[str, Learner[Any]], ...]:
    """Return the challengers that a text names, by name.

    `strange` mixes in how far a payment lies from those of late, which needs no label; `trees` are boosted, with the
    extra `trees`, never lower as a party's known rate of fraud rises.

    >>> from evercart.learners.mean import Mean
    >>> rivals("", Mean(), ())
    ()
    """
    named = names.split()
    require(set(named) <= set(RIVALS), "fraud.racers", "some of " + " ".join(RIVALS), names)
    found: list[tuple[str, Learner[Any]]] = []
    if "strange" in named:
        strange = Loda(columns, tuple(one.name for one in columns if one.name in _STRANGE))
        found.append(("strange", Mixture((champion, strange), remember=_ABREAST)))
    if "trees" in named:
        require_trees("fraud.racers")
        rising = tuple(one.name for one in columns if one.name.endswith(_RISING))
        found.append(("trees", Boosted(columns, rising=rising)))
    return tuple(found)
