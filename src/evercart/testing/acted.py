"""Acted: payments of which it is known what each action would lose, for policies to be judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.acting.actor import Risks
from evercart.acting.bandit import Cases
from evercart.acting.costs import APPROVE, CHALLENGE, REVIEW, Costs
from evercart.batch import Batch
from evercart.labels.turns import ASKED, SETTLED
from evercart.units import DAY_US, HOUR_S, SECOND_US

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SLOTS: Final = (4, 3, 4, 2)  # device, shopper (new, known, loyal), goods, night
_LOSES: Final = np.array([0.01, 0.03, 0.08, 0.30])  # of good shoppers, by device, at a challenge
_LATER: Final = np.array([150.0, 500.0, 1500.0])  # minor units that a good shopper's later orders earn, by shopper
_GUESSED: Final = np.array([-0.7, 0.0, 0.9])  # by how much the model's log odds are off, by shopper
_STOPS: Final = np.array([0.95, 0.85, 0.6, 0.25])  # of frauds, by goods, at a challenge: some fraudsters hold the phone
_FINDS: Final = np.array([0.6, 0.98, 0.9, 0.95])  # of frauds, by goods, at a review
_TAKES: Final = np.array([0.06, 0.03, 0.01])  # of good payments, by shopper, at a review
_HOUR_US: Final = HOUR_S * SECOND_US
_NIGHT: Final = (0, 6)  # hours at which twice as many give up over a challenge, frauds are more
_PRIORS: Final = Costs()


@dataclass(frozen=True)
class Payments(Batch):
    """Payments with what is true of them, which no policy sees.

    risks     place, us, chance (as the model says it), amount
    slot      (payments, 4) as `SLOTS`
    fraud     (payments,) the true chance
    lost      (payments, actions) minor units that each action loses on average beside declining
    """

    place: Ints
    us: Ints
    chance: Floats
    amount: Ints
    slot: Ints
    fraud: Floats
    lost: Floats

    @property
    def risks(self) -> Risks:
        """Return what a policy of costs sees."""
        return Risks(self.place, self.us, self.chance, self.amount)

    @property
    def day(self) -> Ints:
        """Return the day of each payment."""
        found: Ints = self.us // DAY_US
        return found

    def asked(self) -> Cases:
        """Return the questions of all payments."""
        none = np.full(len(self), np.nan)
        return self._cases(ASKED, np.full(len(self), -1), none)

    def settled(self, action: Ints, lost: Floats) -> Cases:
        """Return what came of all payments."""
        return self._cases(SETTLED, action, lost)

    def _cases(self, what: int, action: Ints, lost: Floats) -> Cases:
        kind = np.full(len(self), what, np.int8)
        return Cases(kind, self.place, self.us, self.chance, self.amount, self.slot, action, lost)


def payments(seed: int, days: int, a_day: int = 1000) -> Payments:
    """Return payments of some days, about so many on each.

    The model's chance is right on average, too low for new shoppers, too high for loyal ones. How many give up over
    a challenge, how many frauds it stops, what a review finds, what a good shopper is worth: all differ by what is
    known of a payment, none of it by any table of costs.

    >>> payments(1, days=2).lost.shape[1]
    4
    """
    rng = np.random.default_rng(seed)
    each = rng.poisson(a_day, days)
    n = int(each.sum())
    day = np.repeat(np.arange(days), each)
    us = np.sort(day * DAY_US + (rng.beta(2.0, 1.6, n) * DAY_US).astype(np.int64))
    hour = us % DAY_US // _HOUR_US
    night = (hour >= _NIGHT[0]) & (hour < _NIGHT[1])
    slot = np.stack([*(rng.choice(size, n) for size in SLOTS[:3]), night], 1).astype(np.int64)
    amount = rng.lognormal(8.3, 0.8, n).astype(np.int64)
    odds = rng.normal(-4.6, 1.5, n) + 0.3 * (np.log(amount) - 8.3) + 0.8 * night
    fraud = 1 / (1 + np.exp(-odds))
    guess = 1 / (1 + np.exp(-odds - _GUESSED[slot[:, 1]] - rng.normal(0, 0.3, n)))
    guess = np.clip(guess * fraud.mean() / guess.mean(), 0, 1)
    return Payments(np.arange(n), us, guess, amount, slot, fraud, _means(fraud, amount, slot))


def stated(found: Payments) -> Costs:
    """Return the costs that a shop states who knows every mean over all its payments, but no more.

    >>> 0.1 < stated(payments(1, days=20)).challenge_loses < 0.15
    True
    """
    loses, stops, finds, takes = _chances(found.slot)
    good, bad = 1 - found.fraud, found.fraud
    return Costs(
        insult_minor=float(np.average(_LATER[found.slot[:, 1]], weights=good)),
        challenge_loses=float(np.average(loses, weights=good)),
        challenge_stops=float(np.average(stops, weights=bad)),
        review_stops=float(np.average(finds, weights=bad)),
        review_loses=float(np.average(takes, weights=good)),
    )


def outcome(found: Payments, action: Ints, seed: int) -> Floats:
    """Return what some actions lost, (payments,) minor units beside declining, drawn.

    >>> one = payments(1, days=1)
    >>> float(outcome(one, np.full(len(one), 3), 1).sum())
    0.0
    """
    rng = np.random.default_rng((seed, 7))
    bad, u = rng.random(len(found)) < found.fraud, rng.random(len(found))
    loses, stops, finds, takes = _chances(found.slot)
    later = rng.exponential(_LATER[found.slot[:, 1]])
    through = np.where(bad, _PRIORS.lost * found.amount + _PRIORS.fraud_minor, -_PRIORS.margin * found.amount - later)
    held = np.select(
        [action == APPROVE, action == CHALLENGE, action == REVIEW],
        [np.zeros(len(found)), np.where(bad, stops, loses), np.where(bad, finds, takes)],
        1.0,
    )
    price = np.array([0.0, _PRIORS.challenge_minor, _PRIORS.review_s / 3600 * _PRIORS.hour_minor, 0.0])
    return price[action] + np.where(u >= held, through, 0.0)


def _chances(slot: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    loses = np.minimum(_LOSES[slot[:, 0]] * np.where(slot[:, 3] == 1, 2.0, 1.0), 1.0)
    return loses, _STOPS[slot[:, 2]], _FINDS[slot[:, 2]], _TAKES[slot[:, 1]]


def _means(fraud: Floats, amount: Ints, slot: Ints) -> Floats:
    loses, stops, finds, takes = _chances(slot)
    bad = fraud * (_PRIORS.lost * amount + _PRIORS.fraud_minor)
    good = (1 - fraud) * (_PRIORS.margin * amount + _LATER[slot[:, 1]])
    review = _PRIORS.review_s / 3600 * _PRIORS.hour_minor
    challenge = _PRIORS.challenge_minor + (1 - stops) * bad - (1 - loses) * good
    return np.stack([bad - good, challenge, review + (1 - finds) * bad - (1 - takes) * good, 0 * bad], 1)
