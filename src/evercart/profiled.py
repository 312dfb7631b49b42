"""Profiled: one shopper's profile, with the words that explain it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.learners.lifetime.sample import BORN, LAST, PAID, VISITS
from evercart.units import DAY_US

_NORMAL: Final = NormalDist()
_USUAL_SPREAD: Final = 0.8  # of the logarithm of days between visits, before a shopper has shown their own
_WORTH: Final = 4.0  # visits that the usual spread is worth
_WIDER: Final = 1.15  # a rhythm changes; with the parts chosen on the sample's first twenty weeks
_PARTS: Final = (0.03, 0.46, 0.9)  # of log-normal visits: short times between visits are more than it says
_LATE: Final = ((0.5, "not due yet"), (0.75, "about due"), (0.93, "rather late"))
_DEAR: Final = 0.1  # log price against the category's, beyond which it is told
_LEAST: Final = 20  # shoppers that scores are taken among


class Expected(NamedTuple):
    """What is expected within some days: visits, value in units of money."""

    days: int
    visits: float
    value: float


class Interested(NamedTuple):
    """A category or a brand, by name, with its share of the shopper's interest."""

    axis: str
    name: str
    share: float


class Next(NamedTuple):
    """When the next visit is due, days from now: in one case of ten sooner than the first, later than the last."""

    early_d: float
    likely_d: float
    late_d: float


class Scores(NamedTuple):
    """Recency, frequency, monetary: 1 (lowest fifth of the shoppers) to 5."""

    recency: int
    frequency: int
    monetary: int


@dataclass(frozen=True)
class Profile:
    """What is known of a shopper.

    as_of_us    log time
    paid        mean worth of a visit, in units of money; `spent` all of them
    every_d     typical days between two visits; None before the second
    late        chance that the next visit would have come by now, were the shopper as regular as ever
    here        chance that the shopper still comes at all
    dear        mean logarithm of prices paid against the usual one of the category
    """

    user: str
    as_of_us: int
    unit: str
    visits: int
    first_us: int
    last_us: int
    since_d: float
    paid: float
    spent: float
    every_d: float | None
    late: float | None
    next: Next | None
    here: float
    expected: tuple[Expected, ...]
    segment: str
    scores: Scores | None
    dear: float = 0.0
    interests: tuple[Interested, ...] = ()

    @property
    def price_band(self) -> str:
        """Return at which prices the shopper buys."""
        if abs(self.dear) < _DEAR:
            return "usual prices"
        return f"{abs(math.expm1(self.dear)):.0%} {'dearer' if self.dear > 0 else 'cheaper'} than usual".replace(
            "%", " %"
        )

    @property
    def words(self) -> tuple[str, ...]:
        """Return the profile in sentences."""
        return tuple(filter(None, (self._rhythm(), self._here(), self._ahead(), self._likes())))

    def summary(self) -> dict[str, Any]:
        """Return what `evercart profile --json` prints."""
        said = asdict(self)
        for name in ("next", "scores"):
            one = getattr(self, name)
            said[name] = one._asdict() if one else None
        said["expected"] = [one._asdict() for one in self.expected]
        said["interests"] = [one._asdict() for one in self.interests]
        return said | {"price_band": self.price_band, "words": list(self.words)}

    def _rhythm(self) -> str:
        ago = f"last {_days(self.since_d)} ago"
        if self.every_d is None or self.late is None:
            return f"came once, {ago[5:]}"
        word = next((word for most, word in _LATE if self.late < most), "very late")
        return f"comes about every {_days(self.every_d)}, {ago}: {word}"

    def _here(self) -> str:
        chance = f"{self.here:.0%}".replace("%", " %")
        if self.here >= 0.8:
            return f"is still a customer ({chance})"
        return (
            f"may have left ({chance} still a customer)"
            if self.here >= 0.3
            else f"has left, most likely ({chance} still a customer)"
        )

    def _ahead(self) -> str:
        parts = [
            f"{one.value:,.2f} {self.unit} in {one.visits:.1f} visits within {one.days} days" for one in self.expected
        ]
        return "is expected to spend " + ", ".join(parts) if parts else ""

    def _likes(self) -> str:
        first = [one.name for one in self.interests if one.axis == "category"][:3]
        return f"buys mostly {', '.join(first)}, at {self.price_band}" if first else ""


def profiled(
    user: str,
    about: list[float],
    now_us: int,
    here: float,
    ahead: tuple[Expected, ...],
    segment: str,
    scores: Scores | None,
    unit: str,
    scale: float,
) -> Profile:
    """Return the profile of what the table `Lives` knows of a shopper.

    about    its columns
    """
    visits, age, since, paid, _, every, spread = about
    regular = visits > 1
    return Profile(
        user=user,
        as_of_us=now_us,
        unit=unit,
        visits=int(visits),
        first_us=now_us - round(age * DAY_US),
        last_us=now_us - round(since * DAY_US),
        since_d=since,
        paid=paid * scale,
        spent=paid * visits * scale,
        every_d=every if regular else None,
        late=_by_now(every, spread, visits, since) if regular else None,
        next=due(every, spread, visits, since) if regular else None,
        here=here,
        expected=ahead,
        segment=segment,
        scores=scores,
    )


def due(every: float, spread: float, visits: float, since: float) -> Next:
    """Return when the next visit is due, given that it has not come yet: days between visits are about log-normal.

    every     typical days between visits, `spread` the standard deviation of their logarithm
    visits    how many there were
    since     days since the last one

    >>> [round(days, 1) for days in due(7.0, 0.0, 1000.0, 0.0)]
    [6.3, 7.0, 7.5]
    """
    wide, gone = _wide(spread, visits), _by_now(every, spread, visits, since)
    left = [min(gone + part * (1.0 - gone), 1.0 - 1e-9) for part in _PARTS]
    early, likely, late = (max(every * math.exp(wide * _NORMAL.inv_cdf(max(one, 1e-9))) - since, 0.0) for one in left)
    return Next(early, likely, late)


def _wide(spread: float, visits: float) -> float:
    """Return the spread, drawn towards the usual one where few visits were seen."""
    seen = min(visits - 1.0, 1e6)
    return _WIDER * math.sqrt((seen * spread**2 + _WORTH * _USUAL_SPREAD**2) / (seen + _WORTH))


def _by_now(every: float, spread: float, visits: float, since: float) -> float:
    """Return the chance that a visit comes within the days since the last one."""
    return _NORMAL.cdf(math.log(max(since, 1e-9) / every) / _wide(spread, visits))


def score(sample: NDArray[np.float64], about: NDArray[np.float32], today: float) -> Scores | None:
    """Return in which fifth of a sample of shoppers one lies; None where there are too few.

    sample    see `Sample`
    about     columns of `Lives`
    today     days since 1970
    """
    if len(sample) < _LEAST:
        return None
    visits, age, since, paid = (float(one) for one in about[:4])
    others = np.maximum(today - sample[:, BORN], 1.0)
    recency = _fifth(-(today - sample[:, LAST]), -since)
    frequency = _fifth(sample[:, VISITS] / others, visits / max(age, 1.0))
    return Scores(recency, frequency, _fifth(sample[:, PAID], paid))


def _fifth(others: NDArray[np.float64], own: float) -> int:
    return min(1 + int(5 * float((others < own).mean())), 5)


def _days(days: float) -> str:
    """Return days as a person says them.

    >>> _days(0.2), _days(1.2), _days(9.4)
    ('5 hours', '1.2 days', '9 days')
    """
    hours = max(round(24 * days), 1)
    if days < 1:
        return "1 hour" if hours == 1 else f"{hours} hours"
    return f"{days:.1f} days" if days < 3 else f"{days:.0f} days"
