"""Risk: how many payments of a party turned out to be fraud, since when, as far as that is known."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.features.columns import Column
from evercart.kernel import lean
from evercart.units import DAY_US

HALVED_D: Final = (7.0, 21.0)
SPELL: Final = np.dtype([  # frauds that follow each other closely
    ("start_us", np.int64),  # first of its frauds became known
    ("last_us", np.int64),
    ("frauds", np.int64),
    ("good", np.int64),  # payments known to be good since the last fraud
])  # fmt: skip
RISK: Final = np.dtype([
    ("since_us", np.int64),  # as of which the sums are
    ("heard_us", np.int64),  # when the newest payment was made of which it is known what came of it; 0: none
    ("frauds", np.float64, (len(HALVED_D),)),  # fading
    ("known", np.float64, (len(HALVED_D),)),  # payments of which it is known what came of them, fading
    ("any", SPELL),
    ("plain", SPELL),  # of frauds whose amounts were not odd: the amount cannot have given them away
])  # fmt: skip
LONGEST_D: Final = 60.0  # no time since a fraud is told apart from a longer one
SPELLS: Final = ("any", "plain")
COLUMNS: Final = (
    *(Column(f"rate_{days:g}d") for days in HALVED_D),
    Column("unheard", "log days"),  # from the newest payment of which something is known to what silence tells by now
    *(
        Column(f"{spell}_{what}", unit)
        for spell in SPELLS
        for what, unit in (("age", "days"), ("last", "days"), ("frauds", "payments"), ("good", "payments"))
    ),
)
_PAUSE_US: Final = 10 * DAY_US  # so long without a fraud ends a spell
_CALM: Final = 3  # so many good payments in a row end one, too
_PRIOR: Final = 0.01  # the rate of an unknown party
_WORTH: Final = 1.0  # payments that it is worth
_WAYS: Final = len(HALVED_D)
_FIRST: Final = _WAYS + 1  # column of the first spell


@lean
def fade(risk: Any, us: int) -> None:
    """Bring the sums to a later time."""
    days = (us - risk.since_us) / DAY_US
    if days > 0.0:
        for way in range(_WAYS):
            left = np.exp2(-days / HALVED_D[way])
            risk.frauds[way] *= left
            risk.known[way] *= left
        risk.since_us = us


@lean
def count(risk: Any, us: int, frauds: float, known: float) -> None:
    """Add to the sums."""
    fade(risk, us)
    for way in range(_WAYS):
        risk.frauds[way] += frauds
        risk.known[way] += known


@lean
def take_back(risk: Any, told_us: int) -> None:
    """Take off the sums what is left there of a fraud that was none."""
    for way in range(_WAYS):
        left = np.exp2(-(risk.since_us - told_us) / DAY_US / HALVED_D[way])
        risk.frauds[way] = max(risk.frauds[way] - left, 0.0)


@lean
def strike(spell: Any, us: int) -> None:
    """Take in a fraud that has become known."""
    if spell.frauds == 0 or us - spell.last_us > _PAUSE_US or spell.good >= _CALM:
        spell.start_us, spell.frauds = us, 0
    spell.last_us = us
    spell.frauds += 1
    spell.good = 0


@lean
def say_risk(risk: Any, now: int, known_us: int, to: NDArray[np.float32]) -> None:
    """Write what is known of a party; see `COLUMNS`. After `known_us` silence says that a payment was good."""
    days = max((now - risk.since_us) / DAY_US, 0.0)
    for way in range(_WAYS):
        left = np.exp2(-days / HALVED_D[way])
        to[way] = (risk.frauds[way] * left + _PRIOR * _WORTH) / (risk.known[way] * left + _WORTH)
    unheard = (now - known_us - risk.heard_us) / DAY_US if risk.heard_us > 0 else LONGEST_D
    to[_WAYS] = np.log1p(min(max(unheard, 0.0), LONGEST_D))
    _say_spell(risk.any, now, to[_FIRST : _FIRST + 4])
    _say_spell(risk.plain, now, to[_FIRST + 4 : _FIRST + 8])


@lean
def _say_spell(spell: Any, now: int, to: NDArray[np.float32]) -> None:
    to[0] = min((now - spell.start_us) / DAY_US, LONGEST_D) if spell.frauds > 0 else LONGEST_D
    to[1] = min((now - spell.last_us) / DAY_US, LONGEST_D) if spell.frauds > 0 else LONGEST_D
    to[2] = spell.frauds
    to[3] = spell.good


def unknown(x: NDArray[np.float32]) -> None:
    """Write what stands where nothing is known of a party, into (rows, columns)."""
    x[:] = 0.0
    x[:, :_WAYS] = _PRIOR
    x[:, _WAYS] = np.log1p(LONGEST_D)
    for spell in range(len(SPELLS)):
        x[:, _FIRST + 4 * spell : _FIRST + 4 * spell + 2] = LONGEST_D
