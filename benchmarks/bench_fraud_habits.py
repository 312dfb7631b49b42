"""Fraud: what a payer's hours, his travel tell, where payers have hours of their own, places lie on a map.

A simulated till (`evercart.testing.till`): 5,000 good payments a day for six weeks, labels 7 days late. Each payer pays
about an hour of his own, in one of twenty towns 300 km apart; on one day of thirty he is in another. Two kinds of
fraud, half a percent of payments each, with own cards, devices, usual amounts: `cloned`, within two hours of a payment
of the payer, in another town; `hours`, at his own places, twelve hours off his own hour. The app's champion races with
these columns, with less of them; average precision of each kind among all good payments, of the last four weeks.
Edges of slots, half-lives were set before.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bench_fraud import DELAY_D, gathered, learned
from bench_fraud_enemy import spread
from evercart.detecting.reading import Payments
from evercart.evaluate.metrics import average_precision
from evercart.learners.mixture import Mixture
from evercart.testing.naming import hashed
from evercart.testing.payers import Paid
from evercart.testing.till import PARTIES, Till
from evercart.units import DAY_S, DAY_US, HOUR_S, SECOND_US

DAYS, PLACES, TOWNS, SHARE = 42, 500, 20, 0.005
HOUR_US: Final = HOUR_S * SECOND_US
KINDS: Final = ("cloned", "hours")
Ints = NDArray[np.int64]


def found(seed: int) -> tuple[Payments, Ints]:
    """Return payments, which kind of fraud each is: 0 none."""
    till = Till(seed, 8_000, PLACES, DAYS, 5_000, 0.0, None)
    rng, paid = np.random.default_rng((seed, 11)), till.paid()
    home, hour = rng.integers(0, TOWNS, 1 << 16), rng.normal(14, 4, 1 << 16)
    good = replace(paid, us=_at(paid.us, hour[paid.user] + rng.normal(0, 1.5, len(paid))))
    away = rng.random((1 << 16, DAYS + 1)) < 1 / 30  # by payer, day
    elsewhere = rng.integers(0, TOWNS, away.shape)
    day = (paid.us - till.start_us) // DAY_US
    town = np.where(away[paid.user, day], elsewhere[paid.user, day], home[paid.user])
    good = replace(good, place=_placed(town, paid.place))
    bad = [_cloned(rng, good, town), _off_hours(rng, good)]
    whole = Paid.concat([good, *bad])
    kind = np.repeat([0, 1, 2], [len(good), *(len(one) for one in bad)])
    order = np.argsort(whole.us, kind="stable")
    whole, kind = whole.rows(order), kind[order]
    parties = {name: hashed(name, getattr(whole, name), 0) for name in PARTIES}
    at = whole.place // (PLACES // TOWNS)
    located = {"latitude": 40.0 + 2.7 * (at // 5), "longitude": 3.0 * (at % 5)}
    return Payments(whole.us, parties, whole.amount, (kind > 0).astype(np.int64), {}, {}, located), kind


def _at(us: Ints, hour: NDArray[np.float64]) -> Ints:
    """Return the same days at other hours."""
    return us // DAY_US * DAY_US + ((hour % 24) * HOUR_US).astype(np.int64)


def _placed(town: Ints, place: Ints) -> Ints:
    """Return places of a town."""
    return town * (PLACES // TOWNS) + place % (PLACES // TOWNS)


def _drawn(rng: np.random.Generator, good: Paid) -> Ints:
    return np.flatnonzero(rng.random(len(good)) < SHARE)


def _cloned(rng: np.random.Generator, good: Paid, town: Ints) -> Paid:
    at = _drawn(rng, good)
    other = (town[at] + rng.integers(1, TOWNS, len(at))) % TOWNS
    later = (rng.uniform(0.1, 2, len(at)) * HOUR_US).astype(np.int64)
    one = good.rows(at)
    return replace(one, us=one.us + later, place=_placed(other, one.place), fraud=np.ones_like(one.us))


def _off_hours(rng: np.random.Generator, good: Paid) -> Paid:
    one = good.rows(_drawn(rng, good))
    own = (one.us % DAY_US) / HOUR_US
    return replace(one, us=_at(one.us, own + 12 + rng.normal(0, 1, len(one))), fraud=np.ones_like(one.us))


def raced(seed: int) -> dict[str, list[float]]:
    """Return of each racer the average precision by kind of fraud."""
    payments, kind = found(seed)
    run = gathered(payments, DELAY_D * DAY_S, " ".join(PARTIES))
    champion: Any = run.app.champion
    late, scores = run.day >= run.day[0] + 14, dict[str, list[float]]()
    for name, less in (
        ("all columns", ()),
        ("no hours", ("hours.",)),
        ("no travel", ("travel.",)),
        ("no speed", ("travel.speed",)),
        ("neither", ("hours.", "travel.")),
    ):
        guess = learned(run, without(champion, less))[0]
        of_kind = [late & np.isin(kind, (0, 1 + at)) for at in range(len(KINDS))]
        scores[name] = [average_precision((kind[rows] > 0).astype(np.float64), guess[rows]) for rows in of_kind]
    return scores


def without(champion: Mixture, less: tuple[str, ...]) -> Mixture:
    """Return the champion whose learners do not read columns that begin so."""

    def poorer(one: Any) -> Any:
        return replace(one, use=tuple(name for name in one.use if not name.startswith(less)))

    return replace(champion, learners=tuple(map(poorer, champion.learners))) if less else champion


def main() -> None:
    """Print it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    found_ = [raced(seed) for seed in parser.parse_args().seeds]
    print("average precision:", ", ".join(KINDS))
    for name in found_[0]:
        print(f"{name:12s}", ", ".join(spread([one[name][at] for one in found_]) for at in range(len(KINDS))))


if __name__ == "__main__":
    main()
